import { maxBatchElements } from '../limits.js';
import { mostUtf8Bytes, Reader, Writer } from '../wire/byte-io.js';
import { mostLayoutBytes, readBatch, readResult, writeBatch, writeResult } from '../wire/batch-layout.js';
import { carriedBytes } from '../protocol/batch-bytes.js';
import type { Batch, BatchResult, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import type { MessagePort } from 'node:worker_threads';

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
}

/** Posted: something is in the mailbox. */
export const mailMark = 1;

/**
 * The origin of what goes on in a thread. `modules`: the modules, when they were loaded. A number: the turn of a batch. `before`:
 * one of these, before the present batch. `untold`: nobody can tell.
 */
export type Origin = 'modules' | number | 'before' | 'untold';

/** What a thread says of its end. */
interface Ending {
  /** Where it comes from; absent: most likely from what is executing. */
  readonly origin?: Origin;
  /** The turn of the batch that is executing; 0: none, or none yet. */
  readonly executing: number;
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
  | { readonly type: 'forget'; readonly jobIds: readonly string[] }
  /** The batch may wait for a job of its own. With `most` it may not: so many wait already. */
  | { readonly type: 'waits'; readonly turn: number; readonly most?: number }
  /** So much of its output has been written. */
  | { readonly type: 'written'; readonly bytes: number }
  /** End in good order. */
  | { readonly type: 'close' };

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
  | { readonly type: 'ended'; readonly turn: number; readonly outcome: Outcome; readonly stuck: boolean }
  /** An operation of the batch wants to wait for a job of its own, and is answered. Or none waits any more. */
  | { readonly type: 'waits'; readonly turn: number; readonly isWaiting: boolean }
  /** Something was written to standard output (1) or error (2). */
  | { readonly type: 'output'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  /**
   * Nothing has caught an error. `error`: as `encodeError` wrote it. `ends`: the thread dies of it, since no module sees to it.
   */
  | ({ readonly type: 'dying'; readonly text: string; readonly error: Uint8Array; readonly ends: boolean } & Ending)
  /** The last message of a thread that is not terminated. */
  | ({ readonly type: 'exiting' } & Ending);

/** A batch of a job that the thread knows. */
export interface KnownRun {
  readonly jobId: string;
  readonly turn: number;
  readonly batch: Batch;
}

/** A result without failures. */
export interface PlainResult {
  readonly turn: number;
  readonly result: BatchResult;
}

/** Larger payloads are transferred. The integers of the largest batch fit, with the header of their layout. */
const mostPayloadBytes = 4 * maxBatchElements + 64;

/** The most bytes beside the payload. The ids that leaders and hubs make fit; longer ones do not. */
const mostBesideBytes = mostLayoutBytes + 512;

/** Where in the memory it says how many bytes there are. */
const lengthBytes = 4;

/**
 * Memory through which small batches and results pass between the executor and its thread, one of each at a time. A message says
 * that they are there. To clone an object with so many fields, or even an array, takes longer than most trips to a thread.
 */
export class Mailbox {
  readonly memory: SharedArrayBuffer;
  readonly #length: Int32Array;
  readonly #shared: Uint8Array;
  /** Everything is written here first: texts cannot be encoded into shared memory. */
  readonly #draft = new Uint8Array(mostPayloadBytes + mostBesideBytes);

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(lengthBytes + mostPayloadBytes + mostBesideBytes)) {
    this.memory = memory;
    this.#length = new Int32Array(memory, 0, 1);
    this.#shared = new Uint8Array(memory, lengthBytes);
  }

  /** @returns whether it fits, and is there */
  putRun({ jobId, turn, batch }: KnownRun): boolean {
    const bytes = carriedBytes(batch);
    if (bytes > mostPayloadBytes || mostLayoutBytes + mostUtf8Bytes * jobId.length > mostBesideBytes) return false;
    const writer = new Writer(this.#draft);
    writer.text(jobId);
    writer.number(turn);
    writeBatch(writer, batch);
    this.#put(writer);
    return true;
  }

  takeRun(): KnownRun {
    const reader = this.#take();
    return { jobId: reader.text(), turn: reader.number(), batch: readBatch(reader) };
  }

  /** @returns whether it fits, and is there */
  putResult({ turn, result }: PlainResult): boolean {
    if (result.payload.byteLength > mostPayloadBytes) return false;
    const writer = new Writer(this.#draft);
    writer.number(turn);
    writeResult(writer, result);
    this.#put(writer);
    return true;
  }

  takeResult(): PlainResult {
    const reader = this.#take();
    return { turn: reader.number(), result: readResult(reader) };
  }

  #put(writer: Writer): void {
    const written = writer.written();
    this.#shared.set(written);
    this.#length[0] = written.byteLength;
  }

  /** Reads from a copy. The payload is a part of it. */
  #take(): Reader {
    return new Reader(this.#shared.slice(0, this.#length[0]));
  }
}
