import type { Batch, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/**
 * The origin of what goes on in a thread. `modules`: the modules, when they were loaded. A number: that of a batch in this
 * thread. `before`: one of these, before the present batch. `untold`: nobody can tell.
 */
export type Origin = 'modules' | number | 'before' | 'untold';

/** What the executor says to a thread of any kind. */
export type ToThread =
  | {
      readonly type: 'run';
      readonly jobId: string;
      /** With the first batch of the job only. */
      readonly job?: { readonly description: JobDescription; readonly maxPayloadBytes: number };
      /** Numbers the batches of one thread; what `Progress.cancel` names. */
      readonly batchNumber: number;
      readonly batch: Batch;
      /** Jobs that are over. */
      readonly forget: readonly string[];
    }
  | { readonly type: 'forget'; readonly jobIds: readonly string[] }
  /** The batch may wait for a job of its own. With `most` it may not: so many wait already. */
  | { readonly type: 'waits'; readonly batchNumber: number; readonly most?: number };

/** What a thread of any kind says to the executor. */
export type FromThread =
  | {
      readonly type: 'ready';
      readonly operations: readonly string[];
      readonly serializers: readonly string[];
      /** The encoding of no values, by serializer: for code that has no serializer at hand. */
      readonly nothing: Readonly<Record<string, Uint8Array>>;
    }
  /** `cause`: what was thrown, as `encodeError` wrote it. */
  | { readonly type: 'failed'; readonly message: string; readonly cause: Uint8Array }
  | { readonly type: 'ended'; readonly batchNumber: number; readonly outcome: Outcome; readonly stuck: boolean }
  /** An operation of the batch wants to wait for a job of its own, and is answered. Or none waits any more. */
  | { readonly type: 'waits'; readonly batchNumber: number; readonly isWaiting: boolean };

/** A batch of a job that the thread knows. */
export interface KnownRun {
  readonly jobId: string;
  readonly batchNumber: number;
  readonly batch: Batch;
}
