import type { Workload } from './workload.js';

/**
 * The virtual fold of units in one trip, as an executor does it: neighbours that hold equally many units are combined first, so
 * that the tree is balanced (a binary counter).
 */
export class BalancedFold {
  readonly #combineMs: Workload['combineMs'];
  readonly #stack: { units: number; width: number }[] = [];

  constructor(combineMs: Workload['combineMs']) {
    this.#combineMs = combineMs;
  }

  /** Takes one more unit, which stands for `width` elements; returns how long the combines took that it let happen. */
  push(width: number): number {
    this.#stack.push({ units: 1, width });
    let ms = 0;
    for (;;) {
      const [left, right] = this.#stack.slice(-2);
      if (left === undefined || right === undefined || left.units !== right.units) return ms;
      ms += this.#combineTop();
    }
  }

  /** Combines what is left. */
  finish(): number {
    let ms = 0;
    while (this.#stack.length > 1) ms += this.#combineTop();
    return ms;
  }

  #combineTop(): number {
    const right = this.#stack.pop();
    const left = this.#stack.at(-1);
    if (left === undefined || right === undefined) throw new Error('nothing to combine');
    left.units += right.units;
    left.width += right.width;
    return this.#combineMs.fixed + this.#combineMs.perElement * left.width;
  }
}
