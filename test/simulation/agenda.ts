interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** Virtual time: what is to happen, in the order of its times; what is planned for one time happens in the order of planning. */
export class Agenda {
  /** The next entry last. */
  readonly #entries: Entry[] = [];
  #now = 0;
  /** Work that takes no virtual time, and must be done before time goes on. */
  readonly #pending = new Set<Promise<void>>();

  get now(): number {
    return this.#now;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  after(delayMs: number, run: () => void): void {
    const at = this.#now + Math.max(0, delayMs);
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, run });
  }

  /** Holds time until the work is done. */
  holdFor(work: Promise<void>): void {
    const held = work.finally(() => this.#pending.delete(held));
    this.#pending.add(held);
  }

  /** Lets the next thing happen, and what it sets off in no time. */
  async step(): Promise<void> {
    const entry = this.#entries.pop();
    if (entry === undefined) throw new Error('nothing left to happen');
    this.#now = entry.at;
    entry.run();
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
