import type { JobFacts } from '../core/job/facts.js';
import type { AnswerEvent } from '../core/job/job-events.js';
import { PaladinError } from '../errors/paladin-error.js';
import { isA } from '../errors/thrown.js';
import type { Attempt, Batch, JobOutcome } from '../protocol/messages.js';
import type { Headers } from '../wire/headers.js';

/** How a job has ended. `divided`: others go on in its place. */
export type JobEnding =
  { readonly type: 'completed' | 'cancelled' | 'divided' } | { readonly type: 'failed'; readonly error: unknown };

/** A job, as listeners know it. */
export interface ListenedJob {
  /** Its id at the hub. Empty until the hub has said welcome. */
  readonly jobId: string;
  /** Its name for people. */
  readonly name: string;
  /** The names of its operations, one for each stage. */
  readonly operations: readonly string[];
}

/** What is counted of a job until its end. */
export type JobCounts = Pick<JobFacts, 'taken' | 'done' | 'emitted' | 'failed' | 'retried' | 'skipped' | 'elapsedMs'>;

/** What comes of an attempt. `dropped`: nobody wants it any more, or another one has taken its place. */
export type Answer = Extract<AnswerEvent, { type: 'result' | 'lost' }> | ({ readonly type: 'dropped' } & Attempt);

/** Is told what comes of one job. `part`: the number of the job at the hub. A chain that is divided has several. */
export interface JobListener {
  /** What the job carries to each execution. Default: nothing. */
  readonly headers?: Headers | undefined;
  /** A batch is sent. It returns what the batch carries beside. */
  sent(batch: Batch, part: number): Headers | undefined;
  answered(answer: Answer, part: number): void;
  /** Nothing follows. */
  ended(ending: JobEnding, counts: JobCounts): void;
}

/** Is told of each job that is opened, within the context of whoever opens it. It returns who is told of the rest, if anybody. */
export type OpeningListener = (job: ListenedJob) => JobListener | undefined;

/** What a hub is told of the end of a job; undefined where others go on in its place. */
export function outcomeOf(ending: JobEnding): JobOutcome | undefined {
  if (ending.type === 'divided') return undefined;
  if (ending.type !== 'failed') return { how: ending.type };
  return { how: 'failed', ...(isA(ending.error, PaladinError) && { code: ending.error.code }) };
}
