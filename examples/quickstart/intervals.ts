import type { DelaysByHour, Tally } from './operations.js';

/** What is known of one hour: within how many minutes nine of ten flights are, and between which bounds that is true of all. */
export interface Interval {
  readonly hour: number;
  readonly flights: number;
  /** Of the flights that were seen. */
  readonly limit: number;
  /** 95 % of the resamples have a limit from `low` to `high`. */
  readonly low: number;
  readonly high: number;
}

export function intervals(delaysByHour: DelaysByHour, tally: Tally): Interval[] {
  return [...tally]
    .toSorted(([a], [b]) => a - b)
    .map(([hour, counts]) => {
      const delays = (delaysByHour[hour] ?? new Int16Array()).toSorted();
      return {
        hour,
        flights: delays.length,
        limit: delays[Math.ceil(0.9 * delays.length) - 1] ?? 0,
        low: quantile(counts, 0.025),
        high: quantile(counts, 0.975),
      };
    });
}

/** The smallest limit that such a share of the resamples do not exceed. */
function quantile(counts: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...counts].toSorted(([a], [b]) => a - b);
  let left = share * sorted.reduce((sum, [, count]) => sum + count, 0);
  return sorted.find(([, count]) => (left -= count) <= 0)?.[0] ?? 0;
}
