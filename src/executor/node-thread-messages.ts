/** What only passes between the executor and threads of Node. */
import type { MessagePort } from 'node:worker_threads';
import type { FromThread, Origin, ToThread } from './thread-messages.js';

/** What a thread is started with. */
export interface ThreadSetUp {
  /** URLs of the modules to load. */
  readonly modules: readonly string[];
  readonly progress: SharedArrayBuffer;
  /** The memory by which it is given batches. The other one is for its results. */
  readonly toThread: SharedArrayBuffer;
  readonly fromThread: SharedArrayBuffer;
  /** For all messages. `parentPort` is for the modules. */
  readonly port: MessagePort;
  /** Whether to record the origin of what goes on: a thread died before, and nobody knew of what. */
  readonly watched: boolean;
  /** Whether to tell after each batch how much memory it takes. */
  readonly measured: boolean;
}

/** Posted: something is in the mailbox. */
export const mailMark = 1;

/** What a thread says of its end. */
interface Ending {
  /** Where it comes from; absent: most likely from what is executing. */
  readonly origin?: Origin;
  /** The turn of the batch that is executing; 0: none, or none yet. */
  readonly executing: number;
}

export type ToNodeThread =
  | ToThread
  | typeof mailMark
  /** So much of its output has been written. */
  | { readonly type: 'written'; readonly bytes: number }
  /** End in good order. */
  | { readonly type: 'close' };

export type FromNodeThread =
  | FromThread
  | typeof mailMark
  /** Something was written to standard output (1) or error (2). */
  | { readonly type: 'output'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  /**
   * Nothing has caught an error. `error`: as `encodeError` wrote it. `ends`: the thread dies of it, since no module sees to it.
   */
  | ({ readonly type: 'dying'; readonly text: string; readonly error: Uint8Array; readonly ends: boolean } & Ending)
  /** The last message of a thread that is not terminated. */
  | ({ readonly type: 'exiting' } & Ending);

/** The flag of threads that has `paladin-rx` mean `index.thread.ts`, by the conditions in `package.json`. */
export const threadFlag = '--conditions=paladin-thread';
