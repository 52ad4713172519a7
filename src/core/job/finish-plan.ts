/** A partial that is held, or what will be one. */
export interface Operand {
  /** How many elements it stands for. */
  readonly count: number;
  readonly readyAt: number;
}

/**
 * In which order operands, which follow one another, are combined so that all are one as soon as can be, when each combine has a slot as
 * soon as its two operands are there.
 *
 * The end of each contiguous run of operands is the least, over all places at which it can be divided, of the later end of the two parts,
 * and what it takes to combine these (dynamic programming over runs). The further on a run is divided, the later its left part is
 * complete, and the earlier the right one; so the best place is where the two meet, which is not before that of a run which ends earlier: all are
 * found in time proportional to the runs. Of equally good places the one that is nearest to the middle is taken: what need not be early should not
 * be dear.
 */
export class FinishPlan {
  readonly #size: number;
  /** By where a run begins, and where its last operand is. */
  readonly #endsAt: Float64Array;
  readonly #divides: Uint16Array;
  /** Where the left part begins to be complete no earlier than the right one, and where it begins to be half of the run. */
  readonly #meets: Uint16Array;
  readonly #halves: Uint16Array;
  /** Where operands begin, in elements from the first, and where the last one ends. */
  readonly #starts: Float64Array;

  /** @param combineMs how long it takes to combine partials that stand for so many elements together; more of them take as long or longer */
  constructor(operands: readonly Operand[], combineMs: (width: number) => number) {
    const size = operands.length;
    this.#size = size;
    this.#endsAt = new Float64Array(size * size);
    this.#divides = new Uint16Array(size * size);
    this.#meets = new Uint16Array(size * size);
    this.#halves = new Uint16Array(size * size);
    this.#starts = new Float64Array(size + 1);
    operands.forEach(({ count, readyAt }, at) => {
      this.#starts[at + 1] = this.startOf(at) + count;
      this.#endsAt[at * size + at] = readyAt;
    });
    for (let length = 2; length <= size; length += 1) {
      for (let from = 0; from + length <= size; from += 1) {
        const to = from + length - 1;
        const at = this.#bestDivide(from, to);
        this.#divides[from * size + to] = at;
        this.#endsAt[from * size + to] = this.#meetAt(from, at, to) + combineMs(this.startOf(to + 1) - this.startOf(from));
      }
    }
  }

  /** At how many elements from the first this operand begins. */
  startOf(operand: number): number {
    return this.#starts[operand] ?? 0;
  }

  /** Which is the last operand of the left part of this run of two or more. */
  divide(from: number, to: number): number {
    return this.#divides[from * this.#size + to] ?? from;
  }

  /** The places of the left ones of such neighbours that are combined with each other before anything else. */
  firstPairs(): number[] {
    const pairs: number[] = [];
    const runs: [number, number][] = this.#size > 1 ? [[0, this.#size - 1]] : [];
    for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
      const [from, to] = run;
      const at = this.divide(from, to);
      if (to - from === 1) pairs.push(from);
      if (at > from) runs.push([from, at]);
      if (at + 1 < to) runs.push([at + 1, to]);
    }
    return pairs;
  }

  #endOf(from: number, to: number): number {
    return this.#endsAt[from * this.#size + to] ?? 0;
  }

  /** When both parts are complete. */
  #meetAt(from: number, at: number, to: number): number {
    return Math.max(this.#endOf(from, at), this.#endOf(at + 1, to));
  }

  #bestDivide(from: number, to: number): number {
    const run = from * this.#size + to;
    let meets = to - from === 1 ? from : (this.#meets[run - 1] ?? from);
    while (meets < to - 1 && this.#endOf(from, meets) < this.#endOf(meets + 1, to)) meets += 1;
    this.#meets[run] = meets;
    const isBefore = meets > from && this.#meetAt(from, meets - 1, to) <= this.#meetAt(from, meets, to);
    const bestMs = this.#meetAt(from, isBefore ? meets - 1 : meets, to);
    const middle = (this.startOf(from) + this.startOf(to + 1)) / 2;
    let half = to - from === 1 ? from : (this.#halves[run - 1] ?? from);
    while (half < to - 1 && this.startOf(half + 1) < middle) half += 1;
    this.#halves[run] = half;
    const nearest = half > from && middle - this.startOf(half) <= this.startOf(half + 1) - middle ? half - 1 : half;
    if (this.#meetAt(from, nearest, to) <= bestMs) return nearest;
    if (nearest < meets) return firstWhere(nearest, to - 1, (at) => this.#endOf(at + 1, to) <= bestMs);
    return firstWhere(from, nearest, (at) => this.#endOf(from, at) > bestMs) - 1;
  }
}

/** The first place from `low` to `high` where it holds, as it does for all after such a one; `high` where it holds for none before. */
function firstWhere(low: number, high: number, holds: (at: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
