import type { Logger } from 'pino';
import { LinePace, type Amounts } from '../../src/line-pace.js';

type Level = 'info' | 'warn';

/** Writes lines of which there may be very many to a log. Of those that are left out, it tells how many, and their sums. */
export class PacedLog {
  readonly #log: Logger;
  readonly #pace = new LinePace();
  /** Of each kind of which something was left out: the level of its lines, and the higher one where they differ. */
  readonly #levels = new Map<string, Level>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param kind what lines that are limited together have in common
   * @param amounts those of the details that are summed up over lines that are left out
   */
  write(level: Level, kind: string, details: object, text: string, amounts: Amounts = {}): void {
    const about = this.#pace.leavesOut(kind, performance.now(), amounts);
    if (about === undefined) {
      this.#log[level]({ ...details, ...amounts }, text);
      return;
    }
    if (this.#levels.get(about) !== 'warn') this.#levels.set(about, level);
    this.#lookLater();
  }

  /** Says what was left out until now. */
  close(): void {
    clearTimeout(this.#timer);
    this.#tellLeftOut(Infinity);
  }

  #lookLater(): void {
    const { dueAt } = this.#pace;
    if (this.#timer !== undefined || dueAt === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#tellLeftOut(performance.now());
        this.#lookLater();
      },
      Math.max(dueAt - performance.now(), 0) + 1,
    );
    this.#timer.unref();
  }

  #tellLeftOut(now: number): void {
    for (const { about, lines, sums } of this.#pace.over(now)) {
      const level = this.#levels.get(about) ?? 'warn';
      this.#levels.delete(about);
      this.#log[level]({ about, lines, ...sums }, `${lines} more lines were left out: ${about}`);
    }
  }
}
