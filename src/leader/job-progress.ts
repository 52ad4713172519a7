import type { JobFacts } from '../core/job/facts.js';
import { sentenceOf } from '../core/job/wait.js';
import { maxNameLength } from '../limits.js';
import type { ReportedProgress } from '../protocol/messages.js';
import { shortened } from '../protocol/shortened.js';

/** How far a job is, how fast it goes, and why it waits. */
export interface JobProgress {
  /** The id of the job, as the hub and `context.jobId` have it. Empty until the hub has said welcome. */
  readonly jobId: string;
  /** Its name for people: the option `name`, or else the names of its operations. */
  readonly name: string;
  /** The names of its operations, one for each stage. */
  readonly operations: readonly string[];
  /**
   * - `running`: something of it is under way, or is about to be.
   * - `waiting`: nothing is, because of something else than its own elements. `waitsFor` says of what.
   * - `paused`: its reader wants nothing at present.
   * - `completed` and `failed`: it is over. Only the last call of `onProgress` says so.
   */
  readonly state: 'running' | 'waiting' | 'paused' | 'completed' | 'failed';
  /** Elements that it has taken from its source. Of these, `inFlight` and `done` are told. All others wait to be sent. */
  readonly taken: number;
  /**
   * Elements of which it is known what became of them: they succeeded, were left out, or end the job. In a fold, elements that
   * are in a partial. Outputs may still wait for one before them.
   */
  readonly done: number;
  /** Outputs that the subscriber was given. A fold has one, at the end. */
  readonly emitted: number;
  /** Elements that failed for good and end the job, once their turn has come. They are done. */
  readonly failed: number;
  /** How often anything was tried again because it had failed. What was lost with a worker is not counted. */
  readonly retried: number;
  /** Elements that were left out (`onFatal: 'skip'`). They are done. */
  readonly skipped: number;
  /** Elements that are at the hub or at workers. */
  readonly inFlight: number;
  /** Elements done in a second: in the last ten seconds, or over a longer time where each takes long. */
  readonly perSecond: number;
  /** For how long it has been open, in milliseconds. */
  readonly elapsedMs: number;
  /**
   * How many elements there are in all: the option `total`, and what was taken once the source has completed. Absent: unknown.
   */
  readonly total?: number;
  /**
   * How long it goes on, in milliseconds: at least, and at most. It is absent where nobody can tell: without `total`, before
   * enough is done, and while rates differ too much.
   */
  readonly remainingMs?: { readonly least: number; readonly most: number };
  /** Why it waits, as one sentence without a full stop: `waits for element 4,112, on worker b for 9 s`. Absent: it does not. */
  readonly waitsFor?: string;
}

/** What is told of a job beside its facts. */
export type JobIdentity = Pick<JobProgress, 'jobId' | 'name' | 'operations'>;

/** @param end how it has ended; undefined: it goes on */
export function progressOf(identity: JobIdentity, facts: JobFacts, end?: 'completed' | 'failed'): JobProgress {
  const { taken, done, emitted, failed, retried, skipped, inFlight, perSecond, elapsedMs } = facts;
  const { total, remaining, wait, state } = facts;
  return {
    ...identity,
    state: end ?? state,
    taken,
    done,
    emitted,
    failed,
    retried,
    skipped,
    inFlight,
    perSecond,
    elapsedMs,
    ...(total !== undefined && { total }),
    ...(remaining !== undefined && end === undefined && { remainingMs: remaining }),
    ...(wait !== undefined && end === undefined && { waitsFor: sentenceOf(wait) }),
  };
}

/**
 * What the hub is told. It knows the id and the operations. A leader that says what a hub does not take is expelled, so each
 * number and text is brought within the bounds of the wire. No job may end because somebody looks at it.
 */
export function reportOf(progress: JobProgress): ReportedProgress {
  const { state, name, waitsFor, perSecond, elapsedMs, total, remainingMs } = progress;
  return {
    name: shortened(name, maxNameLength),
    // One that is over is not open.
    state: state === 'completed' || state === 'failed' ? 'running' : state,
    taken: whole(progress.taken),
    done: whole(progress.done),
    emitted: whole(progress.emitted),
    failed: whole(progress.failed),
    skipped: whole(progress.skipped),
    retried: whole(progress.retried),
    inFlight: whole(progress.inFlight),
    perSecond: bounded(perSecond),
    elapsedMs: bounded(elapsedMs),
    ...(total !== undefined && { total: whole(total) }),
    ...(remainingMs !== undefined && { remainingMs: { least: bounded(remainingMs.least), most: bounded(remainingMs.most) } }),
    ...(waitsFor !== undefined && { waitsFor: shortened(waitsFor, maxNameLength) }),
  };
}

function whole(count: number): number {
  return Math.floor(bounded(count));
}

/** What is no number counts as none. */
function bounded(amount: number): number {
  return amount > 0 ? Math.min(amount, Number.MAX_SAFE_INTEGER) : 0;
}

/** What several are told that want to know. */
export function toBoth(
  one: ((progress: JobProgress) => void) | undefined,
  other: ((progress: JobProgress) => void) | undefined,
): ((progress: JobProgress) => void) | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (progress) => {
    try {
      one(progress);
    } finally {
      other(progress);
    }
  };
}
