import type { Clock } from '../../src/drive.js';
import type { Agenda } from './agenda.js';
import type { Random } from './random.js';

/**
 * What leader, hub and worker have in common as processes: a clock of their own, which may jump forward; they may freeze, and
 * then do in one go what has come meanwhile; they wake late; and they may die.
 */
export class Party {
  readonly agenda: Agenda;
  readonly #random: Random;
  readonly #latestWakeMs: number;
  #clockOffsetMs = 0;
  #frozen = false;
  #dead = false;
  #held: (() => void)[] = [];

  constructor(agenda: Agenda, random: Random, latestWakeMs: number) {
    this.agenda = agenda;
    this.#random = random;
    this.#latestWakeMs = latestWakeMs;
  }

  /** Its own time. */
  get now(): number {
    return this.agenda.now + this.#clockOffsetMs;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Does something, once it is not frozen; never, when it is dead. */
  do(what: () => void): void {
    if (this.#dead) return;
    if (this.#frozen) this.#held.push(what);
    else what();
  }

  /** Does something later, by the common clock. */
  later(delayMs: number, what: () => void): void {
    this.agenda.after(delayMs, () => {
      this.do(what);
    });
  }

  /** Its own clock, with a timer of its own. */
  clock(due: () => void): Clock {
    let timerAt: number | undefined;
    return {
      now: () => this.now,
      set: (at) => {
        if (at === timerAt) return;
        timerAt = at;
        if (at === undefined || at === Infinity) return;
        const lateMs = this.#latestWakeMs === 0 ? 0 : this.#random.next() * this.#latestWakeMs;
        this.later(at - this.now + lateMs, () => {
          if (timerAt !== at) return;
          timerAt = undefined;
          due();
        });
      },
    };
  }

  jumpClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    const held = this.#held;
    this.#held = [];
    for (const what of held) this.do(what);
  }

  die(): void {
    this.#dead = true;
    this.#held = [];
  }
}
