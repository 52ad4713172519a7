import type { BatchControl } from './batch-control.js';
import { SlotWaits } from './slot-waits.js';
import { toCommon, type Progress } from './thread-progress.js';

/** What the runner in a thread and the executor outside tell each other, by the memory that they share. */
export class ThreadControl implements BatchControl {
  /** The number of the batch that is executing. */
  batchNumber = 0;
  waits: SlotWaits = new SlotWaits(() => undefined);
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  get aborted(): boolean {
    return this.#progress.isCancelled(this.batchNumber);
  }

  progress(offset: number, stage: number): void {
    this.#progress.moveTo(offset, stage);
  }

  took(): void {
    // Nothing else goes on in the thread.
  }

  watch(stage: number, deadlineMs: number): void {
    this.#progress.moveTo(this.#progress.offset, stage);
    this.#progress.deadlineMs = deadlineMs === 0 ? 0 : toCommon(deadlineMs);
  }
}
