import type { SlotWaits } from './slot-waits.js';

/** What the runner and the executor around it tell each other while a batch is executed. */
export interface BatchControl {
  /** Whether the batch is to be abandoned. Read before each unit, so it must be cheap. */
  readonly aborted: boolean;
  /** The unit at `offset` goes into the stage. Called before each, so it must be cheap. */
  progress(offset: number, stage: number): void;
  /**
   * The operation that is executing now, in this stage, must have ended by `deadlineMs` on the clock of `performance.now()`. 0:
   * nothing is timed. It is called only for stages with a timeout.
   */
  watch(stage: number, deadlineMs: number): void;
  /** Operations of the batch were executed for so long in one go. Then they waited, or were done. */
  took(ms: number): void;
  /** The operations of the batch that wait for jobs of their own. */
  readonly waits: SlotWaits;
  /** What the batch shares its thread with. It is undefined where nothing else goes on in the thread. */
  readonly turns?: Turns;
}

/** The turns of the event loop. */
export interface Turns {
  /** Whether it is the turn of others. */
  isSpent(): boolean;
  /** Resolves when it is the turn of this batch again. */
  goOn(): Promise<void>;
}
