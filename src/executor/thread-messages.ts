import { mostUtf8Bytes, Reader, Writer } from '../link/byte-io.js';
import { mostNumberBytes, readBatch, readResult, writeBatch, writeResult } from '../link/message-codec.js';
import type { Batch, BatchResult, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** What a thread is started with. */
export interface ThreadSetUp {
  /** URLs of the modules to load. */
  readonly modules: readonly string[];
  readonly progress: SharedArrayBuffer;
  /** By way of which it is given batches, and gives back results. */
  readonly toThread: SharedArrayBuffer;
  readonly fromThread: SharedArrayBuffer;
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

/** Larger payloads are transferred instead. */
const mostPayloadBytes = 16 * 1024;

/** Beside it; longer ids than any that leaders and hubs make do not fit. */
const mostBesideBytes = mostNumberBytes + 512;

/**
 * Memory through which small batches and results pass between the executor and its thread, one of each at a time; a message says how many bytes.
 * To clone an object of so many fields, or even an array, takes longer than most trips to a thread.
 */
export class Mailbox {
  readonly memory: SharedArrayBuffer;
  readonly #shared: Uint8Array;
  /** What is written goes here first: texts cannot be encoded into memory that is shared. */
  readonly #draft = new Uint8Array(mostPayloadBytes + mostBesideBytes);

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(mostPayloadBytes + mostBesideBytes)) {
    this.memory = memory;
    this.#shared = new Uint8Array(memory);
  }

  /** @returns how many bytes; undefined: it does not fit */
  putRun({ jobId, turn, batch }: KnownRun): number | undefined {
    if (batch.payload.byteLength > mostPayloadBytes || mostNumberBytes + mostUtf8Bytes * jobId.length > mostBesideBytes) {
      return undefined;
    }
    const writer = new Writer(this.#draft);
    writer.text(jobId);
    writer.number(turn);
    writeBatch(writer, batch);
    return this.#put(writer);
  }

  takeRun(bytes: number): KnownRun {
    const reader = this.#take(bytes);
    return { jobId: reader.text(), turn: reader.number(), batch: readBatch(reader) };
  }

  /** @returns how many bytes; undefined: it does not fit */
  putResult({ turn, result }: PlainResult): number | undefined {
    if (result.payload.byteLength > mostPayloadBytes) return undefined;
    const writer = new Writer(this.#draft);
    writer.number(turn);
    writeResult(writer, result);
    return this.#put(writer);
  }

  takeResult(bytes: number): PlainResult {
    const reader = this.#take(bytes);
    return { turn: reader.number(), result: readResult(reader) };
  }

  #put(writer: Writer): number {
    const written = writer.written();
    this.#shared.set(written);
    return written.byteLength;
  }

  /** Of a copy, which the payload is a part of. */
  #take(bytes: number): Reader {
    return new Reader(this.#shared.slice(0, bytes));
  }
}
