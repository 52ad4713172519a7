import type { Attempt, Batch } from '../../src/protocol/messages.js';

/**
 * The queued batches of one job: elements before partials, since nobody knows which of them take long; of either, lowest index first. New
 * ones come in order as a rule; those sent again come in between.
 */
export class BatchQueue {
  #batches: Batch[] = [];
  /** Where the queue begins in the array; what is before it is taken. */
  #head = 0;
  #bytes = 0;
  /** The attempt of each batch that was queued last: mostly the only one. */
  readonly #attempts = new Map<number, number>();
  /** How many are further attempts of a batch that is queued as well. */
  #doubles = 0;
  #loners = 0;

  get size(): number {
    return this.#batches.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many are to be executed alone. */
  get loners(): number {
    return this.#loners;
  }

  has({ seq, attempt }: Attempt): boolean {
    const last = this.#attempts.get(seq);
    return last !== undefined && (last === attempt || this.attemptsOf(seq).includes(attempt));
  }

  /** Which attempts of a batch are queued. */
  attemptsOf(seq: number): number[] {
    if (!this.#attempts.has(seq)) return [];
    return this.all()
      .filter((batch) => batch.seq === seq)
      .map(({ attempt }) => attempt);
  }

  all(): Batch[] {
    return this.#batches.slice(this.#head);
  }

  /** The batches, the one that is next first; while they are gone through, the present one may be taken out. */
  *inOrder(): Iterable<Batch> {
    for (let at = this.#head; at < this.#batches.length; at += 1) {
      const batch = this.#batches[at];
      if (batch !== undefined) yield batch;
    }
  }

  /** Takes it out, wherever it stands. */
  remove({ seq, attempt }: Attempt): Batch | undefined {
    const head = this.#batches[this.#head];
    if (head?.seq === seq && head.attempt === attempt) return this.shift();
    if (!this.has({ seq, attempt })) return undefined;
    const at = this.#batches.findIndex((batch, index) => index >= this.#head && batch.seq === seq && batch.attempt === attempt);
    const [removed] = this.#batches.splice(at, 1);
    if (removed !== undefined) this.#forget(removed);
    return removed;
  }

  push(batch: Batch): void {
    if (this.#attempts.has(batch.seq)) this.#doubles += 1;
    this.#attempts.set(batch.seq, batch.attempt);
    const batches = this.#batches;
    let at = batches.length;
    for (let last = batches[at - 1]; at > this.#head && last !== undefined && isBefore(batch, last); last = batches[at - 1]) {
      at -= 1;
    }
    if (at === batches.length) batches.push(batch);
    else batches.splice(at, 0, batch);
    this.#bytes += batch.payload.byteLength;
    if (batch.alone) this.#loners += 1;
  }

  shift(): Batch | undefined {
    const batch = this.#batches[this.#head];
    if (batch === undefined) return undefined;
    this.#head += 1;
    this.#forget(batch);
    // Taken ones are let go in bulk, so that each costs constant time on average.
    if (this.#head * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  /** It is not in the queue any more. */
  #forget({ seq, payload, alone }: Batch): void {
    this.#bytes -= payload.byteLength;
    if (alone) this.#loners -= 1;
    const other = this.#doubles === 0 ? undefined : this.all().findLast((batch) => batch.seq === seq);
    if (other === undefined) {
      this.#attempts.delete(seq);
    } else {
      this.#doubles -= 1;
      this.#attempts.set(seq, other.attempt);
    }
  }
}

function isBefore(a: Batch, b: Batch): boolean {
  return a.units === b.units ? a.first < b.first : a.units === 'elements';
}
