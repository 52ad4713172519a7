import type { Batch, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** How many batches a worker has in slots, and how many slots there are. */
export interface SlotsInUse {
  readonly busy: number;
  readonly slots: number;
}

/** Whoever counts what a worker does. */
export interface WorkerWatcher {
  /** The worker is there. */
  attach(slotsInUse: () => SlotsInUse): void;
  /** A batch has come to an end. */
  settled(description: JobDescription, batch: Batch, outcome: Outcome): void;
}
