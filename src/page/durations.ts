import type { Durations } from '../protocol/overview.js';

/** How many there are in all. */
export function countOf({ counts }: Durations): number {
  return counts.reduce((sum, each) => sum + each, 0);
}

/**
 * The bound below which a share of all durations is, in seconds: so it is never too small.
 *
 * @param share from 0 to 1
 * @returns undefined where there are none; Infinity where it is above all bounds
 */
export function quantile(durations: Durations, share: number): number | undefined {
  const all = countOf(durations);
  if (all === 0) return undefined;
  let sum = 0;
  const at = durations.counts.findIndex((each) => (sum += each) >= share * all);
  return durations.upTo[at] ?? Infinity;
}

/** The buckets between the first and the last that have any: others only take room. Undefined: all are empty. */
export function usedBuckets({ counts }: Durations): { readonly from: number; readonly to: number } | undefined {
  const from = counts.findIndex((each) => each > 0);
  if (from === -1) return undefined;
  return { from, to: counts.findLastIndex((each) => each > 0) + 1 };
}
