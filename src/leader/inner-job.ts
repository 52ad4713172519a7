import type { PaladinError } from '../errors/paladin-error.js';
import type { SlotWaits } from '../executor/slot-waits.js';
import type { JobHandle } from './job-driver.js';
import type { JobObserver } from './job-observer.js';

/** A job that can be ended with an error. */
export interface Refusable extends JobHandle {
  refuse(error: PaladinError): void;
}

/**
 * A job that an operation runs. While elements of the job are under way, the operation's batch has no slot. In between it has a
 * slot: an operation that only keeps a job open does not wait for it.
 */
export class InnerJob implements JobHandle {
  readonly #outer: SlotWaits;
  readonly #job: Refusable;
  /** Whether it has one output, at the end. */
  readonly #isFold: boolean;
  #underWay = 0;
  /** Whether it takes no further elements. */
  #isEnded = false;
  /** Called when nothing is under way any more; undefined when nothing is. */
  #rest: (() => void) | undefined = undefined;

  /** @param open opens the job; `over` is called when nothing of it is left */
  constructor(
    outer: SlotWaits,
    isFold: boolean,
    observer: JobObserver,
    open: (observer: JobObserver, over: () => void) => Refusable,
  ) {
    this.#outer = outer;
    this.#isFold = isFold;
    const counting: JobObserver = {
      // Who is told may push the next one.
      next: (value) => {
        observer.next(value);
        this.#settled();
      },
      skipped: (error, stage, input) => {
        observer.skipped?.(error, stage, input);
        this.#settled();
      },
      demand: (count) => observer.demand?.(count),
      completed: () => observer.completed(),
      failed: (error) => observer.failed(error),
    };
    this.#job = open(counting, () => {
      this.#isEnded = true;
      this.#endWait();
    });
  }

  push(value: unknown): void {
    if (!this.#isEnded) {
      this.#underWay += 1;
      this.#beginWait();
    }
    this.#job.push(value);
  }

  complete(): void {
    this.#isEnded = true;
    this.#job.complete();
  }

  fail(error: unknown): void {
    this.#isEnded = true;
    this.#job.fail(error);
  }

  cancel(): void {
    this.#job.cancel();
  }

  pause(): void {
    this.#job.pause();
  }

  resume(): void {
    this.#job.resume();
  }

  #settled(): void {
    // In a fold, all elements are under way until its end, also one that was left out.
    if (this.#isFold) return;
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#endWait();
  }

  #beginWait(): void {
    if (this.#rest !== undefined) return;
    const isAtRest = new Promise<void>((resolve) => {
      this.#rest = resolve;
    });
    this.#outer
      .run(() => isAtRest)
      .catch((error: unknown) => {
        // It rejects only with this error: too many operations wait already.
        this.#job.refuse(error as PaladinError);
      });
  }

  #endWait(): void {
    this.#rest?.();
    this.#rest = undefined;
  }
}
