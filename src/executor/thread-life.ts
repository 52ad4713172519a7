/** The life of a thread: what it is started with, what it is given to do, and how it ends. */
import type { PaladinError } from '../errors/paladin-error.js';
import type { Batch, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import type { ThreadKind, ThreadStart } from './thread-link.js';

/** A batch for a thread. */
export interface Assignment {
  readonly jobId: string;
  readonly description: JobDescription;
  readonly batch: Batch;
  readonly settled: (outcome: Outcome) => void;
  /** Told when it begins to wait for a job of its own, and when it goes on. */
  readonly waits: ((isWaiting: boolean) => void) | undefined;
}

export interface ThreadConfig extends ThreadStart {
  readonly kind: ThreadKind;
  readonly startTimeoutMs: number;
  /** How long a batch of a forgotten job may go on. */
  readonly graceMs: number;
  /** A set-up that takes longer is told of. */
  readonly slowCreateMs: number;
  /** Whether the thread keeps the process alive while it is idle, too. */
  readonly keepAlive: boolean;
  /** How long it is given nothing to do once it has loaded its modules. If it dies meanwhile, that is their doing. */
  readonly restMs: number;
}

/** How a thread came to be gone, unless it was closed. */
export type ThreadEnd =
  /** It never was ready. */
  | { readonly type: 'failed'; readonly error: PaladinError }
  /** It had to be terminated. `why`: as in `it was terminated: operation 'fib' at index 3 ran past …`. */
  | { readonly type: 'terminated'; readonly why: string }
  | {
      readonly type: 'died';
      /** What happened, for example `it exited with code 3 while …`. */
      readonly why: string;
      /** What is to blame: its modules, what it was executing or had executed, or nobody knows which of these. */
      readonly fault: 'modules' | 'batch' | 'unknown';
      /** How long ago it was ready. */
      readonly ageMs: number;
      readonly error: Uint8Array | undefined;
    };
