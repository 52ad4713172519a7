/** What may be in a heap: in one at a time. */
export interface Placed {
  /** Where it stands in its heap. Only the heap changes it; -1: it is in none. */
  place: number;
}

/**
 * A binary min-heap in which each item knows its place: the item with the least key is first.
 *
 * Rules.
 * 1. A key changes only while its item is in no heap, or right before `moved` says so.
 * 2. Of items with equal keys any may be first. But one that was just added, or moved, is not.
 *
 * `first`, `size` and `has` take constant time. `add`, `take`, `delete` and `moved` take as long as a path is: log n.
 */
export class Heap<T extends Placed> {
  readonly #items: T[] = [];
  readonly #key: (item: T) => number;

  constructor(key: (item: T) => number) {
    this.#key = key;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return item.place >= 0 && this.#items[item.place] === item;
  }

  /** Takes in an item that is in no heap. */
  add(item: T): void {
    if (item.place >= 0) throw new Error(`what is added to a heap is at ${item.place} of one already`);
    this.#rise(item, this.#items.length);
  }

  /** Takes out the first item. */
  take(): T | undefined {
    const { first } = this;
    if (first !== undefined) this.#remove(first);
    return first;
  }

  /** Takes an item out; returns whether it was in this heap. */
  delete(item: T): boolean {
    if (!this.has(item)) return false;
    this.#remove(item);
    return true;
  }

  /** The key of an item in this heap has changed. */
  moved(item: T): void {
    this.#settle(item, item.place);
  }

  clear(): void {
    for (const item of this.#items) item.place = -1;
    this.#items.length = 0;
  }

  /** Throws when an item does not stand where it thinks, or before one with a lower key. */
  validate(): void {
    this.#items.forEach((item, place) => {
      if (item.place !== place) throw new Error(`the item at ${place} of a heap thinks that it is at ${item.place}`);
      const parent = this.#parentOf(place);
      if (parent === undefined || this.#key(parent) <= this.#key(item)) return;
      throw new Error(`in a heap ${this.#key(parent)} stands above ${this.#key(item)}`);
    });
  }

  #parentOf(place: number): T | undefined {
    return place === 0 ? undefined : this.#items[(place - 1) >> 1];
  }

  #remove(item: T): void {
    const { place } = item;
    const last = this.#items.pop();
    item.place = -1;
    if (last !== undefined && last !== item) this.#settle(last, place);
  }

  /** Finds the place of an item that belongs at this one, above or below. */
  #settle(item: T, place: number): void {
    const parent = this.#parentOf(place);
    if (parent !== undefined && this.#key(parent) > this.#key(item)) this.#rise(item, place);
    else this.#sink(item, place);
  }

  #rise(item: T, from: number): void {
    const items = this.#items;
    const key = this.#key(item);
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || this.#key(parent) <= key) break;
      items[place] = parent;
      parent.place = place;
      place = above;
    }
    items[place] = item;
    item.place = place;
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    const key = this.#key(item);
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      let child = items[below];
      if (child === undefined) break;
      let childKey = this.#key(child);
      const right = items[below + 1];
      if (right !== undefined) {
        const rightKey = this.#key(right);
        if (rightKey < childKey) {
          child = right;
          childKey = rightKey;
          below += 1;
        }
      }
      if (childKey > key) break;
      items[place] = child;
      child.place = place;
      place = below;
    }
    items[place] = item;
    item.place = place;
  }
}
