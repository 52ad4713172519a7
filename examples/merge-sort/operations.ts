import { defineMonoid, defineOperation } from 'paladin-rx';

export interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** A field to sort by. Flights that agree in all keys stay in the order in which they came. */
export interface Key {
  readonly field: keyof Flight;
  readonly descending?: boolean;
}

/** Sorts the flights of one chunk. */
export const sortRun = defineOperation({
  name: 'sort-run',
  create: (keys: readonly Key[]) => {
    const compare = comparator(keys);
    return (flights: readonly Flight[]) => flights.toSorted(compare);
  },
});

/**
 * Merges neighbouring sorted runs into one. Swapping the runs would put equal flights in another order, so this monoid is
 * associative but not commutative.
 */
export const mergeRuns = defineMonoid({
  name: 'merge-runs',
  empty: (): readonly Flight[] => [],
  create: (keys: readonly Key[]) => {
    const compare = comparator(keys);
    return (left: readonly Flight[], right: readonly Flight[]) => merge(left, right, compare);
  },
});

/** Compares by the first key in which two flights differ. */
export function comparator(keys: readonly Key[]): (a: Flight, b: Flight) => number {
  return (a, b) => {
    for (const { field, descending = false } of keys) {
      if (a[field] === b[field]) continue;
      return a[field] < b[field] === descending ? 1 : -1;
    }
    return 0;
  };
}

function merge<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): T[] {
  const merged: T[] = [];
  let at = 0;
  for (const item of right) {
    // Of equals the left one goes first: that is what makes the sort stable.
    for (let next = left[at]; next !== undefined && compare(next, item) <= 0; next = left[++at]) merged.push(next);
    merged.push(item);
  }
  return merged.concat(left.slice(at));
}
