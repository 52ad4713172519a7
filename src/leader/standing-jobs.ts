import { maxStandingJobs, standingJobMs } from '../limits.js';
import type { Operation } from '../operation/operation.js';
import type { SoloJob } from './solo-job.js';
import { later, realNow, type Later } from '../real-time.js';

/**
 * Jobs of `run` that have executed their value and stay open for a moment. The next value for the same operation goes into one of
 * them. That saves time: to open and close a job at hub and worker takes as long as the trip of a value. The jobs that have
 * rested longest are closed first.
 */
export class StandingJobs {
  #resting: { readonly job: SoloJob; readonly sinceMs: number }[] = [];
  #timer: Later | undefined;

  /** Takes out one that executes the operation. */
  take(operation: Operation<never, unknown>): SoloJob | undefined {
    const at = this.#resting.findLastIndex(({ job }) => job.operation === operation);
    return at === -1 ? undefined : this.#resting.splice(at, 1)[0]?.job;
  }

  /** The job rests. */
  put(job: SoloJob): void {
    this.#resting.push({ job, sinceMs: realNow() });
    if (this.#resting.length > maxStandingJobs) this.#resting.shift()?.job.close();
    this.#timer ??= this.#closeLater(standingJobMs);
  }

  /** The job has ended. */
  drop(job: SoloJob): void {
    this.#resting = this.#resting.filter((each) => each.job !== job);
  }

  /** Closes all. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const resting = this.#resting;
    this.#resting = [];
    for (const { job } of resting) job.close();
  }

  #closeLater(afterMs: number): Later {
    const timer = later(() => {
      this.#timer = undefined;
      const until = realNow() - standingJobMs;
      while ((this.#resting[0]?.sinceMs ?? Infinity) <= until) this.#resting.shift()?.job.close();
      const [oldest] = this.#resting;
      if (oldest !== undefined) this.#timer = this.#closeLater(oldest.sinceMs - until);
    }, afterMs);
    // A program may end meanwhile.
    timer.unref();
    return timer;
  }
}
