/**
 * What was seen of many rows over the last minutes, in few bytes: a number from 0 to 65,534 for each row and moment.
 *
 * Rules.
 * 1. Moments have numbers, which go up. A row remembers its last `length` moments. What is older is forgotten.
 * 2. What is told of a moment once more replaces what was told before.
 * 3. Moments between those that were told are unknown.
 */
export class CellRings {
  readonly #length: number;
  readonly #rows = new Map<string, { last: number; readonly cells: Uint16Array }>();

  constructor(length: number) {
    this.#length = length;
  }

  get size(): number {
    return this.#rows.size;
  }

  /**
   * @param last the moment of the last value
   * @param values one a moment, the oldest first
   */
  tell(row: string, last: number, values: readonly number[]): void {
    let ring = this.#rows.get(row);
    if (ring === undefined) {
      ring = { last: last - values.length, cells: new Uint16Array(this.#length) };
      this.#rows.set(row, ring);
    }
    const { cells } = ring;
    // What the ring had so long ago is not of these moments.
    for (let at = Math.max(ring.last + 1, last - this.#length + 1); at <= last; at += 1) cells[this.#place(at)] = 0;
    values.forEach((value, index) => {
      const at = last - values.length + 1 + index;
      if (at >= 0 && at > last - this.#length) cells[this.#place(at)] = value + 1;
    });
    ring.last = Math.max(ring.last, last);
  }

  /** The values of `count` moments up to this one, the oldest first; -1: unknown. */
  read(row: string, last: number, count: number): number[] {
    const ring = this.#rows.get(row);
    return Array.from({ length: count }, (_, index) => {
      const at = last - count + 1 + index;
      if (ring === undefined || at < 0 || at > ring.last || at <= ring.last - this.#length) return -1;
      return (ring.cells[this.#place(at)] ?? 0) - 1;
    });
  }

  /** Forgets rows of which nothing was told at or after the moment. */
  forgetBefore(moment: number): void {
    for (const [row, { last }] of this.#rows) if (last < moment) this.#rows.delete(row);
  }

  #place(moment: number): number {
    return moment % this.#length;
  }
}
