import type { Batch, JobAttempt, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** The unit that a batch executes, and its stage. `unbegun`: none was begun. Undefined: nobody knows. */
export type HowFar = { readonly offset: number; readonly stage: number } | 'unbegun' | undefined;

/**
 * Executes batches, in threads or inline. It executes as many batches at once as it has slots. Batches that wait for jobs of
 * their own come on top. The worker's session never hands it more.
 */
export interface Executor {
  readonly slots: number;
  /**
   * Executes the batch, and settles it exactly once, also when it is aborted, times out or its thread dies. It never throws.
   *
   * @param waits is told when the batch gives its slot up, because an operation waits for a job of its own. It is also told when
   *   the batch goes on. Then the batch has a slot again, also beyond `slots`. It is not called from within a call.
   */
  run(
    jobId: string,
    description: JobDescription,
    batch: Batch,
    settled: (outcome: Outcome) => void,
    waits?: (isWaiting: boolean) => void,
  ): void;
  /**
   * Aborts an attempt in the way in which `forget` aborts those of a job. The attempt still settles. It does nothing when the
   * attempt is not running.
   *
   * @returns how far it was
   */
  abort(attempt: JobAttempt): HowFar;
  /**
   * Aborts what is running of the job, and forgets what was set up for it. It aborts signals first. A thread that has not come
   * back after the grace period is terminated and replaced. The batches concerned still settle.
   */
  forget(jobId: string): void;
  /** The stage that an attempt is in right now, from 0; undefined: it does not run, or nobody can tell. */
  stageOf?(attempt: JobAttempt): number | undefined;
  /** Ends all threads. What is still running is abandoned and does not settle. */
  close(): Promise<void>;
}

/** What an executor is told of a batch that it executes. */
export type RunArguments = Parameters<Executor['run']>;
