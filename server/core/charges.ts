/**
 * What peers make the hub keep beside payloads and descriptions, in the heap of its process.
 *
 * Rules.
 * 1. Everything that a peer can make more of is charged to it and to all peers together, at the most that it takes.
 * 2. When all is taken (`maxRecordBytes`), those that hold more than half of an equal share get no more. Others go on.
 * 3. What is charged goes back when what it was charged for is gone.
 * 4. What leaders name that are back is charged apart (see `named.ts`).
 */
import { besideFields } from '../../src/protocol/batch-bytes.js';
import type { Batch } from '../../src/protocol/messages.js';

/**
 * A batch that is queued or leased, with its places in the queue, in maps and sets. A queued batch takes 440 bytes of heap with
 * the objects that hold its payload. A leased one takes 420 (measured with 10,000 of them, Node 20). The rest is slack.
 */
export const batchRecordBytes = 512;

/** An array of bytes that a batch has beside its payload, with its objects: 200 bytes of heap (10,000 of them, Node 20). */
export const besideRecordBytes = 256;

/** What a batch takes beside its payload and its record. Its leader does not count it among its bytes at the hub. */
export function besideBytesOf(batch: Batch): number {
  let bytes = 0;
  for (const name of besideFields) {
    const carried = batch[name];
    if (carried !== undefined) bytes += carried.byteLength + besideRecordBytes;
  }
  return bytes;
}

/** An answer that was passed on and is not acknowledged, in two maps and a set: 201 bytes of heap (10,000 of them, Node 20). */
export const answeredRecordBytes = 256;

/**
 * An attempt that a returning leader says to be under way, until it is found or given up. It takes 160 bytes, and before that its
 * place in the list.
 */
export const underWayRecordBytes = 256;

/** A job that a leader says to go on with, a number in a set: 44 bytes. */
export const resumedRecordBytes = 64;

/** A job or attempt that a worker says that it has, by its key: 250 bytes, beside the id of the job. */
export const saidRecordBytes = 256;

/** For each character of that id, which is part of the key: it may take two bytes. */
export const saidCharBytes = 2;

/** What all peers together are charged. */
export interface AllRecords {
  bytes: number;
}

/** What they are charged for records, and for what leaders name that are back. */
export interface Totals {
  readonly records: AllRecords;
  readonly named: AllRecords;
}

/** Somebody who is charged. */
export interface Charged {
  /** What it is charged for records of its own. */
  recordBytes: number;
  readonly allRecords: AllRecords;
}

/** Charges the peer, or gives back to it: then it is negative. */
export function charge(peer: Charged, bytes: number): void {
  peer.recordBytes += bytes;
  peer.allRecords.bytes += bytes;
}
