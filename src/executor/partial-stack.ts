import { maxCompared } from './limits.js';
import { areOne, partsOf, sharePart } from './shared-parts.js';

/**
 * The partials of a run, which are neighbours, and how many units each stands for. Units are added at the end. The last two
 * partials are combined into one, like digits when a binary counter carries.
 */
export class PartialStack {
  readonly #values: unknown[] = [];
  readonly #widths: number[] = [];
  /** What each has in common with others, perhaps; undefined: not looked at yet. */
  readonly #parts: (readonly object[] | undefined)[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** The partial before the last one. */
  get left(): unknown {
    return this.#values[this.#values.length - 2];
  }

  /** The last partial; the only one, when the run is folded. */
  get right(): unknown {
    return this.#values[this.#values.length - 1];
  }

  /** How many units the partial before the last one stands for; 0: there is none. */
  get leftWidth(): number {
    return this.#widths[this.#widths.length - 2] ?? 0;
  }

  get rightWidth(): number {
    return this.#widths[this.#widths.length - 1] ?? 0;
  }

  /** Adds a unit. */
  push(value: unknown): void {
    this.#values.push(value);
    this.#widths.push(1);
    this.#parts.push(noParts);
  }

  /**
   * Puts the combination of the last two partials in their place. It does not when the combination is an earlier partial, or
   * shares memory or parts with one: then that one was overwritten. Parts are looked at only where there is an earlier partial.
   * In a linear fold there is none.
   *
   * @param looks how many results of the fold were looked at for their parts; grows to `maxCompared`, and then none is
   * @returns whether it was put there
   */
  join(combined: unknown, looks: Looks): boolean {
    const last = this.#values.length - 1;
    const width = this.leftWidth + this.rightWidth;
    let parts: readonly object[] | undefined;
    if (last > 1 && looks.compared < maxCompared) {
      looks.compared += 1;
      parts = look(combined, looks);
    }
    for (let at = last - 2; at >= 0; at--) {
      if (areOne(this.#values[at], combined)) return false;
      if (parts === undefined || looks.compared >= maxCompared) continue;
      this.#parts[at] ??= look(this.#values[at], looks);
      if (sharePart(this.#parts[at] ?? noParts, parts)) return false;
    }
    this.#values.length = last;
    this.#widths.length = last;
    this.#parts.length = last;
    this.#values[last - 1] = combined;
    this.#widths[last - 1] = width;
    this.#parts[last - 1] = parts;
    return true;
  }

  /** Puts a copy in the place of the last partial. */
  replaceRight(copy: unknown): void {
    this.#values[this.#values.length - 1] = copy;
    this.#parts[this.#parts.length - 1] = noParts;
  }

  clear(): void {
    this.#values.length = 0;
    this.#widths.length = 0;
    this.#parts.length = 0;
  }
}

/** The looks of a whole fold, whatever its batches. */
export interface Looks {
  compared: number;
}

/** Where it takes long it is the last look. */
function look(value: unknown, looks: Looks): readonly object[] | undefined {
  const parts = partsOf(value);
  if (parts === undefined) looks.compared = maxCompared;
  return parts;
}

const noParts: readonly object[] = [];
