import type { HostAbortSignal } from '../host-types.js';
import { PaladinError } from '../errors/paladin-error.js';
import { realNow } from '../real-time.js';

/**
 * Is told when the first operation of a batch waits for a job of its own, and when none does any more. It may take time to give
 * the slot up. It throws or rejects when the slot cannot be given up.
 */
export type WaitChange = (isWaiting: boolean) => Promise<void> | undefined;

/**
 * The operations of one batch that wait for jobs of their own (`context.run`). As long as any does, the batch has no slot.
 *
 * A batch that goes on takes a slot at once, also where none is free. An operation that has what it waited for must not wait for
 * others: they may wait for it.
 */
export class SlotWaits {
  readonly #change: WaitChange;
  #isOver = false;
  #waiting = 0;
  #given: Promise<void> | undefined = undefined;
  #sinceMs = 0;
  #pastMs = 0;

  constructor(change: WaitChange) {
    this.#change = change;
  }

  /** Whether the batch has come to an end. What its operations have left behind belongs to no batch. */
  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }

  /** For how long the batch has waited in all. */
  get ms(): number {
    return this.#waiting === 0 ? this.#pastMs : this.#pastMs + realNow() - this.#sinceMs;
  }

  /**
   * Does the work while the batch has no slot. It rejects as the work does, or at once when the signal is aborted, with its
   * reason.
   */
  async run<T>(work: () => T | PromiseLike<T>, signal?: HostAbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    try {
      if (this.#waiting === 1) {
        this.#sinceMs = realNow();
        this.#given = this.#change(true);
      }
      if (this.#given !== undefined) await this.#given;
      return signal === undefined ? await work() : await unlessAborted(work(), signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) {
        this.#pastMs += realNow() - this.#sinceMs;
        this.#given = undefined;
        // Not to be waited for: nothing is given up.
        void this.#change(false);
      }
    }
  }
}

/**
 * The waits of a set-up that several batches wait for. When the set-up waits for jobs of its own, none of these batches has a
 * slot.
 */
export class SharedWaits {
  /** Its own. */
  readonly waits: SlotWaits = new SlotWaits((isWaiting) => this.#change(isWaiting));
  readonly #batches = new Set<SlotWaits>();
  #end: Promise<void> | undefined = undefined;
  #goOn = (): void => undefined;

  /** The batch waits for it, until it calls what is returned. */
  join(batch: SlotWaits): () => void {
    this.#batches.add(batch);
    if (this.#end !== undefined) giveUp(batch, this.#end);
    return () => this.#batches.delete(batch);
  }

  #change(isWaiting: boolean): undefined {
    if (!isWaiting) {
      this.#goOn();
      this.#end = undefined;
      return;
    }
    const end = new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    this.#end = end;
    for (const batch of this.#batches) giveUp(batch, end);
  }
}

/** Where too many wait already, the batch keeps its slot. */
function giveUp(batch: SlotWaits, end: Promise<void>): void {
  batch.run(() => end).catch(() => undefined);
}

/** Why no more operations may wait. */
export function tooManyWait(most: number): PaladinError {
  const message = `${most} operations of this worker wait in context.run already, as many as may at once: start more workers, or nest less deeply`;
  return new PaladinError('LIMIT_EXCEEDED', message);
}

/** The same for threads, where each operation that waits keeps a thread. */
export function tooManyThreadsWait(most: number): PaladinError {
  const message = `${most} threads of this worker wait in context.run already, as many as may at once: start more threads or workers, or nest less deeply`;
  return new PaladinError('LIMIT_EXCEEDED', message);
}

function unlessAborted<T>(pending: T | PromiseLike<T>, signal: HostAbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // Whatever it is, it goes on as it is.
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const forget = (): void => signal.removeEventListener('abort', abort);
    Promise.resolve(pending).then(resolve, reject).then(forget, forget);
  });
}
