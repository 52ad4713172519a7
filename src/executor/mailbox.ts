import { maxBatchElements } from '../limits.js';
import { mostUtf8Bytes, Reader, Writer } from '../wire/byte-io.js';
import { mostLayoutBytes, readBatch, readResult, writeBatch, writeResult } from '../wire/batch-layout.js';
import { carriedBytes } from '../protocol/batch-bytes.js';
import type { BatchResult } from '../protocol/messages.js';
import type { KnownRun } from './thread-messages.js';

/** A result without failures. */
export interface PlainResult {
  readonly batchNumber: number;
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
  putRun({ jobId, batchNumber, batch }: KnownRun): boolean {
    const bytes = carriedBytes(batch);
    if (bytes > mostPayloadBytes || mostLayoutBytes + mostUtf8Bytes * jobId.length > mostBesideBytes) return false;
    const writer = new Writer(this.#draft);
    writer.text(jobId);
    writer.number(batchNumber);
    writeBatch(writer, batch);
    this.#put(writer);
    return true;
  }

  takeRun(): KnownRun {
    const reader = this.#take();
    return { jobId: reader.text(), batchNumber: reader.number(), batch: readBatch(reader) };
  }

  /** @returns whether it fits, and is there */
  putResult({ batchNumber, result }: PlainResult): boolean {
    if (result.payload.byteLength > mostPayloadBytes) return false;
    const writer = new Writer(this.#draft);
    writer.number(batchNumber);
    writeResult(writer, result);
    this.#put(writer);
    return true;
  }

  takeResult(): PlainResult {
    const reader = this.#take();
    return { batchNumber: reader.number(), result: readResult(reader) };
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
