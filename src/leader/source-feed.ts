import type { Observable, TeardownLogic } from 'rxjs';
import { Flow } from './flow.js';
import { pullOf, type Pull } from './pull-source.js';
import type { JobHandle } from './job-driver.js';

/** What a source brings its elements to. */
export type Taker = Pick<JobHandle, 'push' | 'complete' | 'fail'>;

/**
 * Brings the elements of a source to a job, as fast as the job asks for them. A pull is asked for a number of elements. Jobs and
 * pulls behind ordinary operators are slowed. Any other source emits as it likes, and the job keeps what it cannot send yet.
 */
export class SourceFeed {
  readonly #flow = new Flow();
  #pull: Pull | undefined;
  /** How many elements the job has asked for and not been given. It is below 0 where the source cannot be slowed. */
  #credit = 0;

  /** The job may be given so many more; may be called before `start`. */
  ask(count: number): void {
    if (this.#pull !== undefined) {
      this.#pull.request(count);
      return;
    }
    this.#credit += count;
    if (this.#credit > 0) this.#flow.resume();
  }

  /** @returns how to end it */
  start(source: Observable<unknown>, job: Taker): TeardownLogic {
    const error = (thrown: unknown): void => {
      job.fail(thrown);
    };
    const complete = (): void => {
      job.complete();
    };
    const startPull = pullOf(source);
    if (startPull === undefined) {
      const next = (value: unknown): void => {
        job.push(value);
        this.#credit -= 1;
        if (this.#credit <= 0) this.#flow.pause();
      };
      return this.#flow.subscribe(source, { next, error, complete });
    }
    const next = (value: unknown): void => {
      job.push(value);
    };
    const pull = startPull({ next, error, complete });
    this.#pull = pull;
    pull.request(this.#credit);
    return () => {
      pull.cancel();
    };
  }
}
