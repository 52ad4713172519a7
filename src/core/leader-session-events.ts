import type { PaladinError } from '../errors/paladin-error.js';
import type { HubToLeader, JobOutcome, LeaderToHub } from '../protocol/messages.js';
import type { JobEvent } from './job/job-events.js';

/** How much of a job is at the hub. */
export interface Load {
  readonly batches: number;
  readonly bytes: number;
}

/** What a job says of itself after each event. */
export interface JobReport {
  readonly load: Load;
  /** Whether it has something to send, and needs a place, a slot or room at the hub for that. */
  readonly wanting: boolean;
  /** Whether what it lacks is room at the hub. */
  readonly blocked: boolean;
  /** Why it has waited long for a worker; undefined: it has not. */
  readonly starving?: string | undefined;
}

export type LeaderSessionEvent =
  | { readonly type: 'received'; readonly message: HubToLeader }
  /** The connection is lost, or cannot be made yet. */
  | { readonly type: 'lost'; readonly reason: string }
  /** The hub refuses this leader, or its owner closes it: all jobs end with the error, now and from now on. */
  | { readonly type: 'failed'; readonly error: PaladinError }
  /**
   * `needs`: equal for jobs that ask the same of workers. `operation`: the name of the first operation. `descriptionBytes`: what
   * the description takes at the hub. `isStray`: the code of an operation runs the job, although no operation is executing there.
   */
  | {
      readonly type: 'jobAdded';
      readonly job: number;
      readonly needs: string;
      readonly operation: string;
      readonly descriptionBytes: number;
      readonly isStray: boolean;
    }
  /** A job has handled an event. */
  | ({ readonly type: 'jobHandled'; readonly job: number } & JobReport)
  /** A job has left its place, because it was asked to. Nothing of it is under way. */
  | { readonly type: 'placeLeft'; readonly job: number }
  /** A job is over. `outcome`: how it has ended; undefined: others go on in its place. */
  | { readonly type: 'jobRemoved'; readonly job: number; readonly outcome: JobOutcome | undefined }
  | { readonly type: 'tick' };

export type LeaderSessionEffect =
  | { readonly type: 'send'; readonly message: LeaderToHub }
  /** Open the job at the hub. `slots`: as many are known of; `resumed`: it was open before. */
  | { readonly type: 'open'; readonly job: number; readonly slots: number; readonly resumed: boolean }
  | { readonly type: 'toJob'; readonly job: number; readonly event: JobEvent }
  /** Tell the hub how far the jobs are. */
  | { readonly type: 'report' }
  /** The leader's owner is to know this. */
  | { readonly type: 'warn'; readonly reason: string };

/** How long this leader waits. */
export interface LeaderSessionConfig {
  /** For a hub that went away. */
  readonly reconnectTimeoutMs: number;
  /** For a worker; jobs wait for a place a moment longer. */
  readonly noWorkerTimeoutMs: number;
  /** For anything of a job to come back, before it asks the hub whether it is executed. */
  readonly askAfterMs: number;
}
