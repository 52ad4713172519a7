/**
 * Items that stand for ranges of indexes. Each is found by where its range begins, and by where it ends.
 *
 * Rules.
 * 1. No range is empty, and no two overlap. So only one begins at an index, and only one ends there.
 * 2. Two ranges that meet stay two. To join neighbours, take both out and put the wider one in.
 * 3. The range of an item stays the same while the item is here.
 *
 * Everything takes constant time, except for `inOrder`, which sorts.
 */
export class DisjointRanges<T extends { readonly first: number }> {
  readonly #byFirst = new Map<number, T>();
  readonly #byEnd = new Map<number, T>();
  readonly #endOf: (item: T) => number;

  /** @param endOf the index after the last one of the item's range */
  constructor(endOf: (item: T) => number) {
    this.#endOf = endOf;
  }

  get size(): number {
    return this.#byFirst.size;
  }

  /** The item whose range begins at this index. */
  startingAt(index: number): T | undefined {
    return this.#byFirst.get(index);
  }

  /** The item whose range ends before this index. */
  endingAt(index: number): T | undefined {
    return this.#byEnd.get(index);
  }

  add(item: T): void {
    this.#byFirst.set(item.first, item);
    this.#byEnd.set(this.#endOf(item), item);
  }

  /** Takes out the item with this range. */
  delete(range: T): void {
    this.#byFirst.delete(range.first);
    this.#byEnd.delete(this.#endOf(range));
  }

  clear(): void {
    this.#byFirst.clear();
    this.#byEnd.clear();
  }

  /** The items, in the order in which they came. */
  [Symbol.iterator](): Iterator<T> {
    return this.#byFirst.values();
  }

  /** The items, the lowest index first. */
  inOrder(): T[] {
    return [...this.#byFirst.values()].toSorted((a, b) => a.first - b.first);
  }

  /** Throws when a range is empty, two overlap, or one is not found by both its ends. */
  validate(): void {
    let end = -Infinity;
    for (const item of this.inOrder()) {
      if (item.first < end) throw new Error(`ranges overlap at ${item.first}`);
      end = this.#endOf(item);
      if (end <= item.first) throw new Error(`the range at ${item.first} is empty`);
      if (this.#byFirst.get(item.first) !== item) throw new Error(`the range that is found at ${item.first} begins elsewhere`);
      if (this.#byEnd.get(end) !== item) throw new Error(`the range that ends at ${end} is not found there`);
    }
    if (this.#byEnd.size !== this.#byFirst.size) throw new Error(`${this.#byFirst.size} ranges begin, ${this.#byEnd.size} end`);
  }
}
