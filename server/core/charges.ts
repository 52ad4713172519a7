/**
 * What peers make the hub keep beside payloads and descriptions, in the heap of its process.
 *
 * Rules.
 * 1. Everything that a peer can make more of is charged to it, at what it takes at the most, and to all peers together.
 * 2. When all is taken (`maxRecordBytes`), those that hold more than half of an equal share get no more. Others go on.
 * 3. What is charged goes back when what it was charged for is gone.
 */

/**
 * A batch that is queued or leased, with its places in the queue, in maps and sets. A queued one takes 410 bytes of heap with the objects that hold
 * its payload (measured with 131,072 of them, Node 20); the rest is for a lease.
 */
export const batchRecordBytes = 512;

/** An answer that was passed on and is not acknowledged, in two maps and a set: 150 bytes (measured), and the strings by which it is found. */
export const answeredRecordBytes = 320;

/** An attempt that a leader which is back says to be under way, until it comes back the next time: listed, then awaited. An estimate, on the high side. */
export const underWayRecordBytes = 320;

/** A job that a leader says to go on with: a number in a set. An estimate. */
export const resumedRecordBytes = 64;

/** A job or attempt that a worker says that it has: its key in a set, and in its claims. An estimate. */
export const saidRecordBytes = 320;

/** What all peers together are charged. */
export interface AllRecords {
  bytes: number;
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
