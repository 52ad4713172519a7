import type { Clock } from '../../src/drive.js';

/**
 * Virtual time: what is to happen, in the order of its times; what is planned for one time happens in the order of planning.
 *
 * Messages over links all take the same time, so they arrive in the order in which they are sent, and need no heap.
 */
export class VirtualTime {
  readonly #latencyMs: number;
  #now = 0;
  #order = 0;
  /** A binary heap of what was planned with `after`. */
  readonly #heap: Entry[] = [];
  #messages: Entry[] = [];
  /** Where the messages begin that have not arrived. */
  #head = 0;

  /** @param latencyMs how long a message takes over one link, one way */
  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  get now(): number {
    return this.#now;
  }

  /** A message over one link. */
  deliver(run: () => void): void {
    this.#messages.push({ at: this.#now + this.#latencyMs, order: this.#order++, run });
  }

  after(delayMs: number, run: () => void): void {
    const heap = this.#heap;
    const entry = { at: this.#now + delayMs, order: this.#order++, run };
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  /** A clock of this time, for one machine. */
  clock(due: () => void): Clock {
    let dueAt: number | undefined;
    return {
      now: () => this.#now,
      set: (at) => {
        if (at === dueAt) return;
        dueAt = at;
        if (at === undefined) return;
        this.after(Math.max(0, at - this.#now), () => {
          if (dueAt !== at) return;
          dueAt = undefined;
          due();
        });
      },
    };
  }

  /** Lets everything happen, until nothing is left. */
  run(): void {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      this.#now = entry.at;
      entry.run();
    }
  }

  #next(): Entry | undefined {
    const message = this.#messages[this.#head];
    const planned = this.#heap[0];
    if (message === undefined || (planned !== undefined && isBefore(planned, message))) return this.#pop();
    this.#head += 1;
    if (this.#head === 4_096) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return least;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        below += 1;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return least;
  }
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
