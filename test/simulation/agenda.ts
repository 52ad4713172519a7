import { Heap } from '../../src/collections/heap.js';

/** Virtual time: what is to happen, in the order of its times; what is planned for one time happens in the order of planning. */
export class Agenda {
  readonly #entries = new Heap<{ readonly at: number; readonly order: number; readonly run: () => void }>(
    (entry) => entry.at * 2 ** 20 + entry.order / 2 ** 20,
  );
  #order = 0;
  #now = 0;
  /** Work that takes no virtual time, and must be done before time goes on. */
  readonly #pending = new Set<Promise<void>>();

  get now(): number {
    return this.#now;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  after(delayMs: number, run: () => void): void {
    this.#order += 1;
    this.#entries.push({ at: this.#now + delayMs, order: this.#order, run });
  }

  /** Holds time until the work is done. */
  holdFor(work: Promise<void>): void {
    const held = work.finally(() => this.#pending.delete(held));
    this.#pending.add(held);
  }

  /** What time is held for; undefined: nothing. */
  get held(): Promise<unknown> | undefined {
    return this.#pending.size === 0 ? undefined : Promise.all(this.#pending);
  }

  /** Lets the next thing happen. */
  step(): void {
    const entry = this.#entries.pop();
    if (entry === undefined) throw new Error('nothing left to happen');
    this.#now = entry.at;
    entry.run();
  }
}
