import type { Progress } from './thread-progress.js';
import type { FromThread, KnownRun, Origin, ToThread } from './thread-messages.js';

/** One kind of thread: those of Node, or Web Workers. */
export interface ThreadKind {
  /** What is started, for people: `a thread with /srv/operations.js`. */
  readonly what: string;
  /** What may be wrong where one is not ready in time, for people; may be empty. */
  readonly lateHint: string;
  /** @throws an error when none can be had */
  start(options: ThreadStart, listener: ThreadListener): ThreadLink;
}

export interface ThreadStart {
  readonly name: string;
  /** Whether it keeps in mind where what goes on in it comes from. */
  readonly watched: boolean;
}

/** What passes between the executor and one thread, and what ends the thread. */
export interface ThreadLink {
  /** What the thread is at. Where they share no memory, it is what the thread has told. */
  readonly progress: Progress;
  /** Gives the thread a batch of a job that it knows, by a quicker way than a message. @returns whether there is one */
  mail(run: KnownRun): boolean;
  post(message: ToThread, transfer?: ArrayBuffer[]): void;
  /** While referred to, it keeps the process alive. */
  ref(): void;
  unref(): void;
  /** Ends it at once, whatever it does. Resolves when it has ended. */
  terminate(): Promise<void>;
  /** Ends it in good order if that is quick, so that modules may write what they have buffered. Else it is ended at once. */
  close(): Promise<void>;
}

export interface ThreadListener {
  received(message: FromThread): void;
  /** The thread has ended, and all that it had sent has been received. */
  ended(death: ThreadDeath): void;
}

/** What a thread died of. */
export interface ThreadDeath {
  /** How it ended, for example `exited with code 3`. */
  readonly how: string;
  /** Why it may have ended like this before it was ready, for people. */
  readonly hint?: string;
  /** The error that nothing caught, as `encodeError` wrote it. */
  readonly error?: Uint8Array;
  /** Where what ended it comes from, as far as it is known. */
  readonly origin?: Origin;
  /** The number of the batch that it was executing, or 0, where it could say so. */
  readonly executing?: number;
}
