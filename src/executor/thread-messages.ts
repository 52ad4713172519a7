import { mostUtf8Bytes, Reader, Writer } from '../link/byte-io.js';
import { mostNumberBytes, readBatch, readResult, writeBatch, writeResult } from '../link/message-codec.js';
import type { Batch, BatchResult, JobDescription } from '../protocol/messages.js';
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

/** A batch of a job that the thread knows, in a few bytes: to clone an object of so many fields takes longer than most trips to a thread. */
export interface PackedRun {
  readonly jobId: string;
  readonly turn: number;
  readonly batch: Batch;
}

/** Likewise a result without failures. */
export interface PackedResult {
  readonly turn: number;
  readonly result: BatchResult;
}

/** Larger payloads are transferred instead of copied. */
const mostPackedBytes = 16 * 1024;

export function isPackable(payload: Uint8Array): boolean {
  return payload.byteLength <= mostPackedBytes;
}

export function packRun({ jobId, turn, batch }: PackedRun): Uint8Array {
  const writer = new Writer(new Uint8Array(mostNumberBytes + mostUtf8Bytes * jobId.length + batch.payload.byteLength));
  writer.text(jobId);
  writer.number(turn);
  writeBatch(writer, batch);
  return writer.written();
}

export function unpackRun(bytes: Uint8Array): PackedRun {
  const reader = new Reader(bytes);
  return { jobId: reader.text(), turn: reader.number(), batch: readBatch(reader) };
}

export function packResult({ turn, result }: PackedResult): Uint8Array {
  const writer = new Writer(new Uint8Array(mostNumberBytes + result.payload.byteLength));
  writer.number(turn);
  writeResult(writer, result);
  return writer.written();
}

export function unpackResult(bytes: Uint8Array): PackedResult {
  const reader = new Reader(bytes);
  return { turn: reader.number(), result: readResult(reader) };
}
