// What is computed: imported by the program and by every worker alike. Only names and values travel between them, never code.

import { defineMonoid, defineOperation } from 'paladin-rx';

/** What is known of a flight; `time` is the hour of the day, such as 17.5, and `delay` is in minutes, below 0 when early. */
export interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

/** The delays of the flights of each hour, from 0 to 23, in minutes. */
export type DelaysByHour = readonly Int16Array[];

/** One task: so many resamples of the flights of an hour. The block tells tasks of the same hour apart. */
export interface Draw {
  readonly hour: number;
  readonly block: number;
  readonly resamples: number;
}

/** How often resamples of each hour had which limit, by hour and limit in minutes. */
export type Tally = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** The tally of nothing. */
export const nothing: Tally = new Map();

/** The delay that nine of ten flights do not exceed, for flights counted by their delay. */
export function limitOf(counts: Uint32Array, flights: number): number {
  let left = Math.ceil(0.9 * flights);
  for (let at = 0; at < counts.length; at += 1) {
    left -= counts[at] ?? 0;
    if (left <= 0) return at;
  }
  return counts.length;
}

/**
 * Draws as many flights of the hour as there are, each time any of them, and notes the limit of what was drawn. The spread of
 * these limits says how well the flights that we have seen tell the limit of all flights: B. Efron, "Bootstrap Methods", 1979.
 */
export function resampleFrom(delaysByHour: DelaysByHour): (draw: Draw) => Tally {
  return ({ hour, block, resamples }) => {
    const delays = delaysByHour[hour] ?? new Int16Array();
    const least = delays.reduce((a, b) => Math.min(a, b), 0);
    const most = delays.reduce((a, b) => Math.max(a, b), 0);
    const counts = new Uint32Array(most - least + 1);
    const tally = new Map<number, number>();
    let seed = seedOf(hour, block);
    for (let resample = 0; resample < resamples; resample += 1) {
      counts.fill(0);
      for (let left = delays.length; left > 0; left -= 1) {
        // Xorshift: G. Marsaglia, 2003. Seeds make the outcome the same on any machine.
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        const delay = delays[(((seed >>> 0) * delays.length) / 2 ** 32) | 0] ?? 0;
        counts[delay - least] = (counts[delay - least] ?? 0) + 1;
      }
      const limit = least + limitOf(counts, delays.length);
      tally.set(limit, (tally.get(limit) ?? 0) + 1);
    }
    return new Map([[hour, tally]]);
  };
}

/** A number other than 0 for each task; neighbours have nothing in common. */
function seedOf(hour: number, block: number): number {
  const mixed = Math.imul(hour * 65_536 + block + 1, 2_654_435_761);
  return Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) | 1;
}

/** The tally of both. */
export function merge(left: Tally, right: Tally): Tally {
  const merged = new Map(left);
  for (const [hour, counts] of right) {
    const sum = new Map(left.get(hour));
    for (const [limit, count] of counts) sum.set(limit, (sum.get(limit) ?? 0) + count);
    merged.set(hour, sum);
  }
  return merged;
}

// The names under which program and workers know the functions. The delays travel once to each worker, not with each draw.
export const resample = defineOperation({ name: 'resample', create: resampleFrom });
export const mergeTallies = defineMonoid({ name: 'merge-tallies', empty: () => nothing, combine: merge });
