import { maxBatchElements } from '../limits.js';
import { mostUtf8Bytes, Reader, Writer } from '../link/byte-io.js';
import { mostLayoutBytes, readBatch, readResult, writeBatch, writeResult } from '../link/batch-layout.js';
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
  /** Says that something is in a mailbox: a number that no operation posts by chance, as it may post others. */
  readonly mark: number;
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

/** Larger payloads are transferred instead. So many integers fit as a batch has at the most, and the header of their layout. */
const mostPayloadBytes = 4 * maxBatchElements + 64;

/** Beside it; longer ids than any that leaders and hubs make do not fit. */
const mostBesideBytes = mostLayoutBytes + 512;

/** Where in the memory it says how many bytes there are. */
const lengthBytes = 4;

/**
 * Memory through which small batches and results pass between the executor and its thread, one of each at a time; a message says that they are there.
 * To clone an object of so many fields, or even an array, takes longer than most trips to a thread.
 */
export class Mailbox {
  readonly memory: SharedArrayBuffer;
  readonly #length: Int32Array;
  readonly #shared: Uint8Array;
  /** What is written goes here first: texts cannot be encoded into memory that is shared. */
  readonly #draft = new Uint8Array(mostPayloadBytes + mostBesideBytes);

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(lengthBytes + mostPayloadBytes + mostBesideBytes)) {
    this.memory = memory;
    this.#length = new Int32Array(memory, 0, 1);
    this.#shared = new Uint8Array(memory, lengthBytes);
  }

  /** @returns whether it fits, and is there */
  putRun({ jobId, turn, batch }: KnownRun): boolean {
    const bytes = batch.payload.byteLength + (batch.parts?.byteLength ?? 0);
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

  /** Of a copy, which the payload is a part of. */
  #take(): Reader {
    return new Reader(this.#shared.slice(0, this.#length[0]));
  }
}
