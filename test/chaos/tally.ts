/** How what arrived differs from what was to arrive. */
export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  /** Values that are none of those that were to arrive. */
  readonly wrong: number;
}

export const flawless: Verdict = { lost: 0, duplicated: 0, outOfOrder: 0, wrong: 0 };

/** Checks that each index from 0 on arrives exactly once and in its turn. */
export class Tally {
  readonly #seen = new Set<number>();
  #previous = -1;
  #duplicated = 0;
  #outOfOrder = 0;
  #wrong = 0;

  /** @param index NaN for a value that is not what it should be */
  add(index: number): void {
    if (!Number.isInteger(index) || index < 0) {
      this.#wrong += 1;
      return;
    }
    if (this.#seen.has(index)) this.#duplicated += 1;
    else if (index < this.#previous) this.#outOfOrder += 1;
    this.#seen.add(index);
    this.#previous = Math.max(this.#previous, index);
  }

  /** @param count how many were to arrive */
  verdict(count: number, ordered: boolean): Verdict {
    const known = [...this.#seen].filter((index) => index < count).length;
    return {
      lost: count - known,
      duplicated: this.#duplicated,
      outOfOrder: ordered ? this.#outOfOrder : 0,
      wrong: this.#wrong + this.#seen.size - known,
    };
  }
}

export function sumOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(
    (sum, { lost, duplicated, outOfOrder, wrong }) => ({
      lost: sum.lost + lost,
      duplicated: sum.duplicated + duplicated,
      outOfOrder: sum.outOfOrder + outOfOrder,
      wrong: sum.wrong + wrong,
    }),
    flawless,
  );
}

export function isFlawless({ lost, duplicated, outOfOrder, wrong }: Verdict): boolean {
  return lost + duplicated + outOfOrder + wrong === 0;
}
