import { batchesAhead } from '../batches-ahead.js';
import { CostEstimate } from '../cost-estimate.js';
import {
  batchBudgetFactor,
  batchGrowth,
  leastBatchMs,
  longTargetBatchMs,
  longTargetShare,
  maxBatchElements,
  targetBatchBytes,
  targetBatchMs,
} from '../../limits.js';

/** What the next cut depends on, beside the experience with earlier batches. */
export interface CutSituation {
  /** Elements that may be cut now. */
  readonly available: number;
  /** Whether no further elements will come. */
  readonly last: boolean;
  /** Slots that the job may use. */
  readonly slots: number;
  /** Batches under way. */
  readonly inFlight: number;
}

/**
 * How many elements the next batch takes.
 *
 * Automatic batches begin with one element. They grow, by what workers report, towards about 20 ms of work or 256 KiB, at most
 * eightfold from one round to the next. In a job that goes on for long they grow towards a tenth of what each slot has executed,
 * up to 80 ms.
 *
 * While slots are idle, whatever is there goes out. While all are busy, only full batches go out. Once the source has completed,
 * each batch takes a share of the rest. So the last batches are small, and all slots finish together (guided self-scheduling,
 * Polychronopoulos and Kuck 1987). A share has at least a millisecond of work: below that the trip would cost more.
 */
export class BatchSizing {
  readonly #fixed: number | undefined;
  readonly #most: number;
  /**
   * Execution time of one element. While it is unknown, batches go out, each to a slot of its own. Until twice as many answers
   * have come, those of these batches that still run count, too. After that, a batch that still runs is an exception.
   */
  readonly #cost = new CostEstimate();
  /** How many results are still to come until then. */
  #firstLeft = 0;
  /** Inputs and outputs are estimated apart: many batches may be cut before the next one comes back. */
  #bytesPerInput = 0;
  #bytesPerOutput = 0;
  /** What a batch takes beside its execution. */
  #tripMs = 0;
  /** The most elements that came back in one batch lately. */
  #proven = 0;
  /** For how long each slot has executed, on average. */
  #pastMs = 0;

  /**
   * @param batch a number of elements, or `auto`
   * @param window the job's window: several batches must fit into it
   */
  constructor(batch: 'auto' | number, window: number) {
    this.#fixed = batch === 'auto' ? undefined : Math.min(batch, window);
    this.#most = Math.max(1, Math.min(maxBatchElements, Math.floor(window / 4)));
  }

  /** A batch goes out. */
  sent(seq: number, now: number): void {
    if (this.#fixed !== undefined || this.#msPerElement !== undefined) return;
    this.#firstLeft += 2;
    this.#cost.begin(seq, now);
  }

  /** A batch came to nothing. */
  lost(seq: number): void {
    this.#cost.end(seq);
  }

  /** All batches did. */
  allLost(): void {
    this.#cost.endAll();
  }

  /** Learns from a batch that came back, of a job that has so many slots. */
  observe(seq: number, elements: number, elapsedMs: number, now: number, slots: number): void {
    this.#pastMs += elapsedMs / Math.max(1, slots);
    const sentAt = this.#cost.end(seq);
    if (sentAt !== undefined) this.#tripMs = now - sentAt - elapsedMs;
    this.#firstLeft -= 1;
    if (this.#firstLeft === 0) this.#cost.endAll();
    this.#cost.observe(elapsedMs / elements, this.#tripMs, now);
    this.#proven = Math.max(elements, this.#proven >> 1);
  }

  /** What a batch takes beside its execution, as far as is known. */
  get tripMs(): number {
    return this.#tripMs;
  }

  get #msPerElement(): number | undefined {
    return this.#cost.meanMs;
  }

  /** How long so many elements take to execute; Infinity before the first batch has come back. */
  expectedMs(elements: number): number {
    return this.#msPerElement === undefined ? Infinity : this.#msPerElement * elements;
  }

  /** Learns from a batch that was encoded. */
  observeBytes(elements: number, bytes: number): void {
    this.#bytesPerInput = wary(this.#bytesPerInput, bytes / elements);
  }

  /** Learns from outputs that came back. */
  observeOutputBytes(elements: number, bytes: number): void {
    this.#bytesPerOutput = wary(this.#bytesPerOutput, bytes / elements);
  }

  /** Estimated size of one output; 0 before the first one, and where none come back. */
  get bytesPerOutput(): number {
    return this.#bytesPerOutput;
  }

  /**
   * How many batches may be under way. Until the cost is known, that is one for each slot. Then it is what workers execute and
   * have ahead, and as many more as there are slots, to wait at the hub.
   */
  inFlightLimit(slots: number): number {
    if (this.#msPerElement === undefined) return slots;
    return slots * (2 + batchesAhead(this.#msPerElement * this.full)) + 1;
  }

  /** How long a worker may spend on a batch before it gives back the rest; 0: as long as it takes. */
  get budgetMs(): number {
    return this.#fixed === undefined ? batchBudgetFactor * this.#targetMs : 0;
  }

  /** How much work a full batch is meant to be. */
  get #targetMs(): number {
    return Math.max(targetBatchMs, Math.min(longTargetBatchMs, longTargetShare * this.#pastMs));
  }

  /** How many elements a full batch has at present. */
  get full(): number {
    if (this.#fixed !== undefined) return this.#fixed;
    if (this.#msPerElement === undefined) return 1;
    const byTime = this.#targetMs / Math.max(this.#msPerElement, 1e-6);
    const byBytes = targetBatchBytes / Math.max(this.#bytesPerInput, this.#bytesPerOutput, 1);
    return Math.max(1, Math.floor(Math.min(byTime, byBytes, this.#proven * batchGrowth, this.#most)));
  }

  /** How many elements to cut into a batch now; 0: wait for more of them, or for a slot. */
  next({ available, last, slots, inFlight }: CutSituation): number {
    if (slots === 0) return 0;
    const { full } = this;
    if (last) return this.#atLeast(Math.ceil(available / (2 * slots)), full, available);
    if (inFlight < slots) return this.#atLeast(Math.ceil(available / (slots - inFlight)), full, available);
    return available >= full ? full : 0;
  }

  /** The share, but at least as much as is worth a trip. At most it is a full batch, or all that there is. */
  #atLeast(share: number, full: number, available: number): number {
    if (this.#fixed !== undefined) return Math.min(this.#fixed, available);
    const worth = this.#msPerElement === undefined ? 1 : Math.ceil(leastBatchMs / Math.max(this.#msPerElement, 1e-6));
    return Math.min(Math.max(share, worth), full, available);
  }
}

/** The estimate after another sample. It goes up at once, and down slowly. */
function wary(estimate: number, sample: number): number {
  return Math.max(sample, (estimate + sample) / 2);
}
