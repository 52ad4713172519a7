import type { OperationContext } from '../operation/operation.js';

/** What the contexts of all units of a batch have in common. */
export interface BatchContext {
  readonly attempt: number;
  readonly jobId: string;
}

/**
 * What an operation is told of one unit. There is one for each, so it is small: most operations never ask for the signal, which
 * is made when they do.
 */
export class TaskContext implements OperationContext {
  readonly index: number;
  readonly #batch: BatchContext;
  /** An `AbortReason` when the unit was aborted before anyone asked for the signal. */
  #abort: AbortController | AbortReason | undefined = undefined;

  constructor(index: number, batch: BatchContext) {
    this.index = index;
    this.#batch = batch;
  }

  get attempt(): number {
    return this.#batch.attempt;
  }

  get jobId(): string {
    return this.#batch.jobId;
  }

  get signal(): AbortSignal {
    if (this.#abort instanceof AbortController) return this.#abort.signal;
    const controller = new AbortController();
    if (this.#abort !== undefined) controller.abort(this.#abort.reason);
    this.#abort = controller;
    return controller.signal;
  }

  /** @param reason undefined: the platform's own `AbortError` */
  abort(reason?: unknown): void {
    if (this.#abort instanceof AbortController) this.#abort.abort(reason);
    else this.#abort ??= { reason };
  }
}

interface AbortReason {
  readonly reason: unknown;
}
