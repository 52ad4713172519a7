/**
 * What passes between a page and its Web Workers, beside what passes between an executor and any thread.
 *
 * The port of a Web Worker also belongs to the program. So each message of this package is in an envelope, and both sides leave
 * other messages alone.
 */
import type { FromThread, ToThread } from './thread-messages.js';

export type ToWebWorker = ToThread;

export type FromWebWorker =
  | FromThread
  /**
   * A unit goes through a stage with a timeout, and has so much time left. 0: none does any more. `isExact`: the next one will be
   * told, too. Without, others may have followed it.
   */
  | {
      readonly type: 'timed';
      readonly offset: number;
      readonly stage: number;
      readonly leftMs: number;
      readonly isExact: boolean;
    }
  /** A stage is being set up, or is not any more. */
  | { readonly type: 'creating'; readonly stage: number; readonly isOver: boolean }
  /**
   * Nothing has caught an error. `error`: as `encodeError` wrote it. `ends`: nothing else will tell the page of it. The number of
   * the batch is the one that is executing, or 0, and the offset and stage are where it is.
   */
  | {
      readonly type: 'dying';
      readonly text: string;
      readonly error: Uint8Array;
      readonly ends: boolean;
      readonly executing: number;
      readonly offset: number;
      readonly stage: number;
    }
  /** Something in it has closed it. */
  | { readonly type: 'exiting'; readonly executing: number; readonly offset: number; readonly stage: number };

/** Raised with each change of the messages, since a page and an older worker script may come out of a cache together. */
const version = 2;

const key = 'paladin-rx';

interface Envelope {
  readonly [key]: number;
  readonly message: unknown;
}

export function enveloped(message: ToWebWorker | FromWebWorker): Envelope {
  return { [key]: version, message };
}

/** The other side is of another version of this package. */
interface OtherVersion {
  readonly type: 'otherVersion';
}

/** Takes a message of a Web Worker out of its envelope. Undefined: it is not one of this package. */
export function fromWebWorker(data: unknown): FromWebWorker | OtherVersion | undefined {
  // The other side is this package, in the same version.
  return opened(data) as FromWebWorker | OtherVersion | undefined;
}

/** The same for a message of the page. A page of another version has heard of it by what the worker said first. */
export function toWebWorker(data: unknown): ToWebWorker | undefined {
  const message = opened(data) as ToWebWorker | OtherVersion | undefined;
  return message?.type === 'otherVersion' ? undefined : message;
}

function opened(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !(key in data) || !('message' in data)) return undefined;
  return data[key] === version ? data.message : { type: 'otherVersion' };
}
