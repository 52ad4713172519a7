/** Elements that follow one another, and one that an earlier part of the chain has left out. */
type Stretch =
  { readonly first: number; readonly count: number } | { readonly first: number; readonly count: 1; readonly leftOutBy: number };

/**
 * Knows which elements those in the backlog are, where the job is a later part of a divided chain. Elements from the part before
 * need not come in source order. Some of them were settled before the chain was divided.
 */
export class Arrivals {
  readonly #stretches: Stretch[] = [];
  #leftOut = 0;

  /** How many are left out, and not taken yet. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The index of the next one; undefined: there is none. */
  get nextIndex(): number | undefined {
    return this.#stretches[0]?.first;
  }

  /** How many elements follow one another from the next one on. The next one is not left out. */
  get contiguous(): number {
    const [next] = this.#stretches;
    return next === undefined || 'leftOutBy' in next ? 0 : next.count;
  }

  push(first: number, count: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && !('leftOutBy' in last) && last.first + last.count === first) {
      this.#stretches[this.#stretches.length - 1] = { first: last.first, count: last.count + count };
    } else if (count > 0) this.#stretches.push({ first, count });
  }

  /** @param stage the one that has left it out */
  leaveOut(index: number, stage: number): void {
    this.#stretches.push({ first: index, count: 1, leftOutBy: stage });
    this.#leftOut += 1;
  }

  /** So many elements are taken, of those that follow one another. */
  take(count: number): void {
    const [next] = this.#stretches;
    if (next === undefined || 'leftOutBy' in next || next.count < count) throw new RangeError(`take ${count} elements`);
    if (next.count === count) this.#stretches.shift();
    else this.#stretches[0] = { first: next.first + count, count: next.count - count };
  }

  /** Takes the next one, if it is left out. */
  takeLeftOut(): { readonly index: number; readonly stage: number } | undefined {
    const [next] = this.#stretches;
    if (next === undefined || !('leftOutBy' in next)) return undefined;
    this.#stretches.shift();
    this.#leftOut -= 1;
    return { index: next.first, stage: next.leftOutBy };
  }

  /** @param size how many elements there are in the backlog */
  validate(size: number): void {
    const left = this.#stretches.filter((run) => 'leftOutBy' in run).length;
    const count = this.#stretches.reduce((sum, run) => sum + run.count, 0);
    if (left !== this.#leftOut) throw new Error(`${left} elements are left out, ${this.#leftOut} counted`);
    if (count - left !== size) throw new Error(`the indices of ${count - left} elements are known, and ${size} wait`);
  }
}
