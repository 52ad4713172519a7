import type { Attempt, Batch } from '../../src/protocol/messages.js';
import { BatchOrder, type Place } from './batch-order.js';
import { besideBytesOf } from './charges.js';

/** Where a queued batch stands. */
interface Standing {
  readonly place: Place;
  /** Among those that are to be executed alone, if it is one. */
  readonly loner: Place | undefined;
  /** Since when. */
  readonly since: number;
}

/**
 * The queued batches of one job, in the order of `BatchOrder`. Several attempts of a batch may be queued. Except for a binary
 * search, the time of a peer's request does not grow with the length of the queue.
 */
export class BatchQueue {
  readonly #all = new BatchOrder();
  readonly #loners = new BatchOrder();
  #bytes = 0;
  #besideBytes = 0;
  /** The attempt of each batch that was queued first. Mostly it is the only one. */
  readonly #standing = new Map<number, Standing>();
  /** The other attempts, by batch and attempt. */
  readonly #doubles = new Map<number, Map<number, Standing>>();

  get size(): number {
    return this.#all.size;
  }

  /** The bytes of the payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  /** As `besideBytesOf` counts them. */
  get besideBytes(): number {
    return this.#besideBytes;
  }

  /** The next of those that are to be executed alone. */
  get nextLoner(): Batch | undefined {
    return this.#loners.first;
  }

  has(attempt: Attempt): boolean {
    return this.#find(attempt) !== undefined;
  }

  /** Which attempts of a batch are queued. */
  attemptsOf(seq: number): number[] {
    const first = this.#standing.get(seq)?.place.batch;
    return first === undefined ? [] : [first.attempt, ...(this.#doubles.get(seq)?.keys() ?? [])];
  }

  all(): Batch[] {
    return [...this.#all];
  }

  /** The batches, the one that is next first. */
  inOrder(): Iterable<Batch> {
    return this.#all;
  }

  /**
   * Makes a queue of those of the attempts that are in this one. The time depends on the number of attempts, not on the length of
   * this queue.
   */
  only(attempts: Iterable<Attempt>): BatchQueue {
    const kept = new BatchQueue();
    for (const attempt of attempts) {
      const found = this.#find(attempt);
      if (found?.place.batch !== undefined && !kept.has(attempt)) kept.push(found.place.batch, found.since);
    }
    return kept;
  }

  /** Since when the attempt is queued. */
  sinceOf(attempt: Attempt): number | undefined {
    return this.#find(attempt)?.since;
  }

  /** Takes it out, wherever it stands. */
  remove(attempt: Attempt): Batch | undefined {
    const found = this.#find(attempt);
    const batch = found?.place.batch;
    if (found === undefined || batch === undefined) return undefined;
    this.#bytes -= batch.payload.byteLength;
    this.#besideBytes -= besideBytesOf(batch);
    this.#all.empty(found.place);
    if (found.loner !== undefined) this.#loners.empty(found.loner);
    this.#forget(batch);
    return batch;
  }

  /** Takes an attempt that is not queued. */
  push(batch: Batch, since: number): void {
    const standing: Standing = {
      since,
      place: this.#all.add(batch),
      loner: batch.alone ? this.#loners.add(batch) : undefined,
    };
    this.#bytes += batch.payload.byteLength;
    this.#besideBytes += besideBytesOf(batch);
    if (!this.#standing.has(batch.seq)) {
      this.#standing.set(batch.seq, standing);
      return;
    }
    const doubles = this.#doubles.get(batch.seq) ?? new Map<number, Standing>();
    this.#doubles.set(batch.seq, doubles.set(batch.attempt, standing));
  }

  #find({ seq, attempt }: Attempt): Standing | undefined {
    const first = this.#standing.get(seq);
    return first?.place.batch?.attempt === attempt ? first : this.#doubles.get(seq)?.get(attempt);
  }

  /** The batch is not in the queue any more. The oldest double takes the place of the first attempt. */
  #forget({ seq, attempt }: Batch): void {
    const doubles = this.#doubles.get(seq);
    if (doubles?.delete(attempt) !== true) {
      const [double] = doubles ?? [];
      if (double === undefined) this.#standing.delete(seq);
      else {
        this.#standing.set(seq, double[1]);
        doubles?.delete(double[0]);
      }
    }
    if (doubles?.size === 0) this.#doubles.delete(seq);
  }
}
