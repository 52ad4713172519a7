/** A binary min-heap: the least item first, by a key that must not change while the item is in it. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #key: (item: T) => number;

  constructor(key: (item: T) => number) {
    this.#key = key;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    const key = this.#key(item);
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || this.#key(parent) <= key) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return least;
  }

  /** Takes out all items of this kind, in time proportional to how many there are. */
  remove(isRemoved: (item: T) => boolean): void {
    const kept = this.#items.filter((item) => !isRemoved(item));
    this.#items.length = 0;
    for (const item of kept) this.push(item);
  }

  #sink(item: T): void {
    const items = this.#items;
    const key = this.#key(item);
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = items[below];
      if (left === undefined) break;
      let child = left;
      const right = items[below + 1];
      if (right !== undefined && this.#key(right) < this.#key(left)) {
        child = right;
        below += 1;
      }
      if (this.#key(child) >= key) break;
      items[at] = child;
      at = below;
    }
    items[at] = item;
  }
}
