import { showCall, type CallSite } from '../errors/call-site.js';
import { PaladinError } from '../errors/paladin-error.js';
import type { Operation } from '../operation/operation.js';
import { onAbort } from './abort-listeners.js';
import type { JobDriver } from './job-driver.js';
import type { JobObserver } from './job-observer.js';

/** The value that is being executed, and who waits for what becomes of it. */
interface Call {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Listens to its signal no more. */
  readonly forget: () => void;
}

/**
 * A job that executes one value at a time. Each value has the job for itself: it is the first one, with index 0. A value that
 * fails ends the job.
 */
export class SoloJob implements JobObserver {
  readonly operation: Operation<never, unknown>;
  readonly #open: (observer: JobObserver) => JobDriver;
  readonly #rested: (job: SoloJob) => void;
  readonly #ended: (job: SoloJob) => void;
  /** There from the first value on. */
  #driver: JobDriver | undefined;
  #call: Call | undefined;
  /** Where the program has asked for the value that is being executed, or was last. */
  #site: CallSite | undefined;

  /**
   * @param open opens the job; throws when it cannot be
   * @param rested called when the job has executed a value, and may execute another one
   * @param ended called when it may not
   */
  constructor(
    operation: Operation<never, unknown>,
    open: (observer: JobObserver) => JobDriver,
    rested: (job: SoloJob) => void,
    ended: (job: SoloJob) => void,
  ) {
    this.operation = operation;
    this.#rested = rested;
    this.#ended = ended;
    this.#open = open;
  }

  /** Whether it waits for its next value. */
  get isResting(): boolean {
    return this.#call === undefined;
  }

  get site(): CallSite | undefined {
    return this.#site;
  }

  /**
   * While it rests: rejects with the signal's reason when that is aborted.
   *
   * @param site who asks
   */
  execute(input: unknown, signal: AbortSignal | undefined, site?: CallSite): Promise<unknown> {
    this.#site = site;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#driver?.cancel();
        this.failed(signal?.reason);
      };
      // It stops to listen at once: the job may go on with another call before this one's promise is looked at.
      const forget = signal === undefined ? () => undefined : onAbort(signal, abort);
      this.#call = { resolve, reject, forget };
      // The job may fail at once. Then it takes no value.
      if (this.#driver === undefined) this.#driver = this.#open(this);
      else this.#driver.rewind();
      this.#driver.push(input);
    });
  }

  /** Ends it in good order, while it rests. */
  close(): void {
    this.#driver?.complete();
  }

  next(output: unknown): void {
    this.#settle((call) => {
      call.resolve(output);
    });
    this.#rested(this);
  }

  /** A fatal error said that the element be left out: then there is no output. */
  skipped(): void {
    const error = new PaladinError('OPERATION_FAILED', `operation '${this.operation.name}' left its only element out`);
    showCall(error, this.#site);
    this.#settle((call) => {
      call.reject(error);
    });
    this.#rested(this);
  }

  completed(): void {
    this.#ended(this);
  }

  failed(error: unknown): void {
    this.#settle((call) => {
      call.reject(error);
    });
    this.#ended(this);
  }

  #settle(how: (call: Call) => void): void {
    const call = this.#call;
    this.#call = undefined;
    if (call === undefined) return;
    call.forget();
    how(call);
  }
}
