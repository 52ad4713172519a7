import type { Batch } from '../../src/protocol/messages.js';

/**
 * The queued batches of one job: elements before partials, since nobody knows which of them take long; of either, lowest index first. New
 * ones come in order as a rule; those sent again come in between.
 */
export class BatchQueue {
  #batches: Batch[] = [];
  /** Where the queue begins in the array; what is before it is taken. */
  #head = 0;
  #bytes = 0;
  readonly #seqs = new Set<number>();

  get size(): number {
    return this.#batches.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(seq: number): boolean {
    return this.#seqs.has(seq);
  }

  push(batch: Batch): void {
    this.#seqs.add(batch.seq);
    const batches = this.#batches;
    let at = batches.length;
    for (let last = batches[at - 1]; at > this.#head && last !== undefined && isBefore(batch, last); last = batches[at - 1]) {
      at -= 1;
    }
    if (at === batches.length) batches.push(batch);
    else batches.splice(at, 0, batch);
    this.#bytes += batch.payload.byteLength;
  }

  shift(): Batch | undefined {
    const batch = this.#batches[this.#head];
    if (batch === undefined) return undefined;
    this.#head += 1;
    this.#seqs.delete(batch.seq);
    this.#bytes -= batch.payload.byteLength;
    // Taken ones are let go in bulk, so that each costs constant time on average.
    if (this.#head * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }
}

function isBefore(a: Batch, b: Batch): boolean {
  return a.units === b.units ? a.first < b.first : a.units === 'elements';
}
