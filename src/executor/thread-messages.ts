import type { Batch, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** What a thread is started with. */
export interface ThreadSetUp {
  /** URLs of the modules to load. */
  readonly modules: readonly string[];
  readonly progress: SharedArrayBuffer;
}

export type ToThread =
  | {
      readonly type: 'run';
      readonly jobId: string;
      /** With the first batch of the job only. */
      readonly job?: { readonly description: JobDescription; readonly maxPayloadBytes: number };
      /** Numbers the batches of one thread; what `Progress.cancel` names. */
      readonly turn: number;
      readonly batch: Batch;
      /** Jobs that are over. */
      readonly forget: readonly string[];
    }
  | { readonly type: 'forget'; readonly jobIds: readonly string[] };

export type FromThread =
  | {
      readonly type: 'ready';
      readonly operations: readonly string[];
      readonly serializers: readonly string[];
      /** By serializer: the encoding of no values, for those who have no serializer at hand. */
      readonly nothing: Readonly<Record<string, Uint8Array>>;
    }
  | { readonly type: 'failed'; readonly message: string; readonly cause: { readonly message: string; readonly stack: string } }
  | { readonly type: 'ended'; readonly turn: number; readonly outcome: Outcome; readonly stuck: boolean };
