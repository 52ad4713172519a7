import type { Batch } from '../../src/protocol/messages.js';

/** The place of a batch in an order. The place stays for a while when the batch is taken out, so that no others need to move. */
export interface Place {
  readonly units: Batch['units'];
  readonly first: number;
  batch: Batch | undefined;
}

/**
 * Batches in the order in which they are given out. Elements come before partials, because nobody knows which elements take long.
 * Among either, the lowest index comes first. To put a batch in takes a binary search. To take one out takes constant time, on
 * average.
 */
export class BatchOrder {
  #places: Place[] = [];
  /** Everything before it is empty. */
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The first batch. */
  get first(): Batch | undefined {
    return this.#places[this.#head]?.batch;
  }

  add(batch: Batch): Place {
    const place: Place = { units: batch.units, first: batch.first, batch };
    const at = this.#placeFor(batch);
    if (at === this.#places.length) this.#places.push(place);
    else this.#places.splice(at, 0, place);
    this.#size += 1;
    return place;
  }

  /** Takes out what stands at a place of this order. */
  empty(place: Place): void {
    place.batch = undefined;
    this.#size -= 1;
    while (this.#head < this.#places.length && this.first === undefined) this.#head += 1;
    // Empty places go in bulk, so that each costs constant time on average.
    if (this.#places.length <= 2 * this.#size + leastSwept) return;
    this.#places = this.#places.filter((each) => each.batch !== undefined);
    this.#head = 0;
  }

  /** The batches in order. A caller that goes through them may take out the present one, and then must stop. */
  *[Symbol.iterator](): Generator<Batch, undefined> {
    const places = this.#places;
    for (let at = this.#head; at < places.length; at += 1) {
      const batch = places[at]?.batch;
      if (batch !== undefined) yield batch;
    }
  }

  /** Behind all that are not after the batch. */
  #placeFor(batch: Batch): number {
    let low = this.#head;
    let high = this.#places.length;
    const last = this.#places[high - 1];
    // New ones come in order, as a rule.
    if (last === undefined || !isBefore(batch, last)) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = this.#places[middle];
      if (place !== undefined && isBefore(batch, place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** So few empty places are not worth a sweep. */
const leastSwept = 16;

function isBefore(a: Batch, b: Place): boolean {
  return a.units === b.units ? a.first < b.first : a.units === 'elements';
}
