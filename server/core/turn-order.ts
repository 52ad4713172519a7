/** Something that takes turns by virtual time. */
export interface Turn {
  /** When its turn is, unless others come before it. */
  virtualTime: number;
  /** Where it stands in its order, for this alone to know; -1: in none. */
  place: number;
}

/**
 * Those that are in turn, the least virtual time first; of two equals, the one that has just had its turn comes later.
 *
 * A binary heap in which each knows its place: one that leaves, or whose virtual time changes, takes as long as a path is,
 * however many there are.
 */
export class TurnOrder<T extends Turn> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Whose turn it is. */
  get next(): T | undefined {
    return this.#heap[0];
  }

  /** Takes one that is in no order. */
  enter(turn: T): void {
    this.#rise(turn, this.#heap.length);
  }

  /** Takes out one that is in this order. */
  leave(turn: T): void {
    const { place } = turn;
    const last = this.#heap.pop();
    turn.place = -1;
    if (last !== undefined && last !== turn) this.#settle(last, place);
  }

  /** The virtual time of one that is in this order has changed. */
  moved(turn: T): void {
    this.#settle(turn, turn.place);
  }

  /** Throws when one does not stand where it thinks, or before one that comes earlier. */
  validate(): void {
    this.#heap.forEach((turn, place) => {
      if (turn.place !== place) throw new Error(`what is at ${place} of a turn order thinks that it is at ${turn.place}`);
      const above = this.#heap[(place - 1) >> 1];
      if (place > 0 && above !== undefined && above.virtualTime > turn.virtualTime) {
        throw new Error(`turn order: ${above.virtualTime} is before ${turn.virtualTime}`);
      }
    });
  }

  /** Finds the place of what may stand at this one, above or below. */
  #settle(turn: T, place: number): void {
    const above = this.#heap[(place - 1) >> 1];
    if (place > 0 && above !== undefined && above.virtualTime > turn.virtualTime) this.#rise(turn, place);
    else this.#sink(turn, place);
  }

  #rise(turn: T, from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.virtualTime <= turn.virtualTime) break;
      heap[place] = parent;
      parent.place = place;
      place = above;
    }
    heap[place] = turn;
    turn.place = place;
  }

  #sink(turn: T, from: number): void {
    const heap = this.#heap;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && right.virtualTime < child.virtualTime) {
        child = right;
        below += 1;
      }
      if (child.virtualTime > turn.virtualTime) break;
      heap[place] = child;
      child.place = place;
      place = below;
    }
    heap[place] = turn;
    turn.place = place;
  }
}
