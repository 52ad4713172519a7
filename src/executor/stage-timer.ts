import { realNow } from '../real-time.js';
import type { BatchControl } from './batch-control.js';

/** The time of the operation that is executing. The executor hears of it: it ends threads that do not come to an end. */
export class StageTimer {
  readonly #control: BatchControl;
  /** The number of the first stage in the job's whole chain. */
  readonly #firstStage: number;
  #sinceMs = 0;

  constructor(control: BatchControl, firstStage: number) {
    this.#control = control;
    this.#firstStage = firstStage;
  }

  start(at: number, timeoutMs: number): void {
    this.#sinceMs = realNow();
    this.#watch(at, this.#sinceMs + timeoutMs);
  }

  /** The runner keeps the time from here on. But an operation may block the thread again after it has waited. */
  graceFor(at: number, timeoutMs: number, graceMs: number): void {
    this.#watch(at, this.#sinceMs + timeoutMs + graceMs);
  }

  /** How much time is left. */
  leftMs(timeoutMs: number): number {
    return this.#sinceMs + timeoutMs - realNow();
  }

  /** The operation has ended. @returns whether it ran past its timeout */
  isLate(at: number, timeoutMs: number): boolean {
    this.stop(at);
    return realNow() - this.#sinceMs > timeoutMs;
  }

  /** Nothing is timed any more. */
  stop(at: number): void {
    this.#watch(at, 0);
  }

  #watch(at: number, deadlineMs: number): void {
    this.#control.watch(at + this.#firstStage, deadlineMs);
  }
}
