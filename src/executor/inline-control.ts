import { callerContext, type CallerContext } from '../caller-context.js';
import type { Batch } from '../protocol/messages.js';
import type { BatchControl, Turns } from './batch-control.js';
import type { HowFar } from './executor.js';
import { SlotWaits, type WaitChange } from './slot-waits.js';

/** What a batch is executed in, and who is told what it does. */
interface Surroundings {
  /** It waits for a job of its own, or goes on. */
  readonly waits: WaitChange;
  /** It has kept the thread for so long. */
  readonly took: (ms: number) => void;
  /** What it shares its thread with. Default: nothing else has a turn until the batch waits. */
  readonly turns?: Turns;
}

/** A batch that was handed in and has not settled. */
export class InlineControl implements BatchControl {
  aborted = false;
  #offset = -1;
  #stage = 0;
  readonly jobId: string;
  readonly batch: Batch;
  /** A context of the batch's own. What an operation does to it concerns no other batch. */
  readonly context: CallerContext;
  readonly waits: SlotWaits;
  readonly took: (ms: number) => void;
  readonly turns?: Turns;

  constructor(jobId: string, batch: Batch, parent: CallerContext, { waits, took, turns }: Surroundings) {
    this.jobId = jobId;
    this.batch = batch;
    this.context = parent.run(callerContext);
    this.waits = new SlotWaits(waits);
    this.took = took;
    if (turns !== undefined) this.turns = turns;
  }

  progress(offset: number, stage: number): void {
    this.#offset = offset;
    this.#stage = stage;
  }

  get howFar(): HowFar {
    return this.#offset < 0 ? 'unbegun' : { offset: this.#offset, stage: this.#stage };
  }

  watch(): void {
    // Nobody could interrupt.
  }
}
