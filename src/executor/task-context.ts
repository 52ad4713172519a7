import type { OperationContext } from '../operation/operation.js';
import type { Batch } from '../protocol/messages.js';
import { describedPart } from '../wire/parts.js';
import { unreachedAt } from '../protocol/unreached.js';
import type { SlotWaits } from './slot-waits.js';

/** What the contexts of all units of a batch have in common. */
export class BatchContext {
  readonly jobId: string;
  readonly #batch: Batch;
  /** The number, in the whole chain, of the first stage here. */
  readonly #fromStage: number;
  /** Where its partials begin, and where the last one ends. It is made when somebody asks for it. */
  #bounds: readonly number[] | undefined = undefined;
  /** The operations of the batch that wait for jobs of their own. */
  readonly waits: SlotWaits;

  constructor(jobId: string, batch: Batch, waits: SlotWaits, fromStage = 0) {
    this.jobId = jobId;
    this.#fromStage = fromStage;
    this.waits = waits;
    this.#batch = batch;
  }

  /**
   * Which try this is of an element in a stage, or of all partials. Tries that ended in an earlier stage have not reached this
   * one.
   */
  attemptIn(stage: number): number {
    const { tried = 0, unreached } = this.#batch;
    return unreached === undefined ? tried + 1 : Math.max(0, tried - unreachedAt(unreached, stage)) + 1;
  }

  /** The key of an element's task in a stage. */
  elementKey(index: number, stage: number): string {
    return this.#key(`${(this.#batch.origin ?? 0) + index}`, stage);
  }

  /**
   * The key of the combine that makes the fold of these units. It is made from their elements, so it is the same however they are
   * divided.
   */
  foldKey(start: number, end: number, stage: number): string {
    return this.#key(`${this.#boundary(start)}-${this.#boundary(end)}`, stage);
  }

  /** Which try it is to combine the two. Each partial may have been tried before, until it has become part of another one. */
  combineAttempt(start: number, middle: number, end: number, stage: number): number {
    const attempt = this.attemptIn(stage);
    if (this.#batch.units === 'elements') return attempt;
    const left = middle - start === 1 ? this.#triedAt(start) : 0;
    const right = end - middle === 1 ? this.#triedAt(middle) : 0;
    return attempt + Math.max(left, right);
  }

  #key(place: string, at: number): string {
    const stage = at + this.#fromStage;
    // Colons are replaced, because the key may become the name of a file.
    const job = this.jobId.replaceAll(':', '-');
    return stage === 0 ? `${job}-${place}` : `${job}-${place}.${stage}`;
  }

  #triedAt(unit: number): number {
    return describedPart(this.#batch.parts, unit).tried;
  }

  /** The index of the first element of a unit. */
  #boundary(unit: number): number {
    const { first, units, count, parts } = this.#batch;
    if (units === 'elements') return first + unit;
    if (this.#bounds === undefined) {
      const bounds = [first];
      for (let at = 0; at < count; at += 1) bounds.push((bounds[at] ?? first) + describedPart(parts, at).width);
      this.#bounds = bounds;
    }
    return this.#bounds[unit] ?? first;
  }
}

/**
 * What an operation is told of one unit in one stage. There is one for each, so it is small. Most operations never ask for the
 * signal or the key: these are made when an operation asks.
 */
export class TaskContext implements OperationContext {
  readonly index: number;
  protected readonly stage: number;
  protected readonly batch: BatchContext;
  /** An `AbortReason` when the unit was aborted before anyone asked for the signal. */
  #abort: AbortController | AbortReason | undefined = undefined;

  constructor(index: number, stage: number, batch: BatchContext) {
    this.index = index;
    this.stage = stage;
    this.batch = batch;
  }

  get attempt(): number {
    return this.batch.attemptIn(this.stage);
  }

  get jobId(): string {
    return this.batch.jobId;
  }

  get key(): string {
    return this.batch.elementKey(this.index, this.stage);
  }

  get signal(): AbortSignal {
    if (this.#abort instanceof AbortController) return this.#abort.signal;
    const controller = new AbortController();
    if (this.#abort !== undefined) controller.abort(this.#abort.reason);
    this.#abort = controller;
    return controller.signal;
  }

  /** So that it can be taken out of the context, as in `(input, { run }) => …`. */
  get run(): OperationContext['run'] {
    return (work) => this.batch.waits.run(work, this.signal);
  }

  /** @param reason undefined: the platform's own `AbortError` */
  abort(reason?: unknown): void {
    if (this.#abort instanceof AbortController) this.#abort.abort(reason);
    else this.#abort ??= { reason };
  }
}

/** What a combine is told of two partials. The right one ends before the unit `end`. */
export class CombineContext extends TaskContext {
  // These are no `#private` fields, which take long to make.
  private readonly leftWidth: number;
  private readonly rightWidth: number;
  private readonly end: number;

  constructor(index: number, stage: number, batch: BatchContext, leftWidth: number, rightWidth: number, end: number) {
    super(index, stage, batch);
    this.leftWidth = leftWidth;
    this.rightWidth = rightWidth;
    this.end = end;
  }

  override get attempt(): number {
    const { leftWidth, rightWidth, end } = this;
    return this.batch.combineAttempt(end - rightWidth - leftWidth, end - rightWidth, end, this.stage);
  }

  override get key(): string {
    return this.batch.foldKey(this.end - this.rightWidth - this.leftWidth, this.end, this.stage);
  }
}

interface AbortReason {
  readonly reason: unknown;
}
