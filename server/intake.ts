/**
 * Peers take turns. What one of them sends is handled at once as long as that is quick; what takes longer is done in slices of time,
 * and what came from others meanwhile is handled in between. So a peer that sends more than can be handled keeps itself waiting.
 */
import { Queue } from '../src/collections/queue.js';

/** For how long what one peer has sent is handled in one go. */
const sliceMs = 2;

/** So much of a peer may wait; from then on nothing more is read of it. */
const mostWaitingBytes = 1024 * 1024;

/** What anything that waits takes beside its bytes. */
const entryBytes = 256;

/** Does a piece of something. @returns whether more of it is left */
type Step = () => boolean;

/** Who has a turn next; one slice each time that the process has looked for what has come. */
export class Turns {
  readonly #waiting = new Queue<Intake>();
  #isDue = false;

  enter(intake: Intake): void {
    this.#waiting.push(intake);
    this.#plan();
  }

  #plan(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const intake = this.#waiting.shift();
      if (intake?.handleSlice() === true) this.#waiting.push(intake);
      if (this.#waiting.size > 0) this.#plan();
    });
  }
}

/** What happens at an intake. */
export interface IntakeEvents {
  /** Nothing more should come until what waits is done. */
  paused(paused: boolean): void;
  /** What was to be done is not as it must be. */
  failed(error: unknown): void;
}

/** What one peer has sent, in the order in which it came. */
export class Intake {
  readonly #turns: Turns;
  readonly #events: IntakeEvents;
  readonly #entries = new Queue<{ readonly step: Step; readonly bytes: number }>();
  #bytes = 0;
  #paused = false;

  constructor(turns: Turns, events: IntakeEvents) {
    this.#turns = turns;
    this.#events = events;
  }

  /** Does this once everything before is done: now, if that is so already. */
  add(step: Step, bytes = 0): void {
    this.#entries.push({ step, bytes: bytes + entryBytes });
    this.#bytes += bytes + entryBytes;
    if (this.#entries.size > 1) this.#pause(this.#bytes > mostWaitingBytes);
    else if (this.handleSlice()) this.#turns.enter(this);
  }

  /** @returns whether something is left */
  handleSlice(): boolean {
    const until = performance.now() + sliceMs;
    for (let entry = this.#entries.peek(); entry !== undefined; entry = this.#entries.peek()) {
      // It may clear all that waits.
      if (this.#isDone(entry.step) && this.#entries.peek() === entry) {
        this.#entries.shift();
        this.#bytes -= entry.bytes;
      }
      if (performance.now() > until) break;
    }
    this.#pause(this.#bytes > mostWaitingBytes);
    return this.#entries.size > 0;
  }

  /** Drops what waits. */
  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#pause(false);
  }

  #isDone(step: Step): boolean {
    try {
      return !step();
    } catch (error) {
      this.#events.failed(error);
      return true;
    }
  }

  #pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#events.paused(paused);
  }
}
