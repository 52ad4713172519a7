/** Elements that have come from the source and are in no batch yet, in source order. */
export class Backlog {
  #chunks: (readonly unknown[])[] = [];
  /** How much of the first chunk is taken. */
  #taken = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(values: readonly unknown[]): void {
    if (values.length === 0) return;
    this.#chunks.push(values);
    this.#size += values.length;
  }

  /** The first `count` elements, of which there must be as many. */
  take(count: number): readonly unknown[] {
    const [first] = this.#chunks;
    if (first?.length === count && this.#taken === 0) {
      this.#chunks.shift();
      this.#size -= count;
      return first;
    }
    const taken: unknown[] = [];
    let chunkCount = 0;
    while (taken.length < count) {
      const chunk = this.#chunks[chunkCount];
      if (chunk === undefined) throw new RangeError(`take ${count} of a backlog of ${this.#size}`);
      const end = Math.min(chunk.length, this.#taken + count - taken.length);
      for (let at = this.#taken; at < end; at += 1) taken.push(chunk[at]);
      this.#taken = end;
      if (end === chunk.length) {
        chunkCount += 1;
        this.#taken = 0;
      }
    }
    if (chunkCount > 0) this.#chunks.splice(0, chunkCount);
    this.#size -= count;
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#taken = 0;
    this.#size = 0;
  }
}
