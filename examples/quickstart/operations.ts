// What is computed: imported by the program and by every worker alike. Only names and values travel between them, never code.

import { defineMonoid, defineOperation } from 'paladin-rx';

/** What is known of a flight; `time` is the hour of the day, such as 17.5, and `delay` is in minutes, below 0 when early. */
export interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

/** The delays of some flights, in a form in which those of other flights can be added without having to look at any flight again. */
export interface Delays {
  readonly count: number;
  readonly mean: number;
  /** The sum of the squared differences from the mean; the variance is this by count. */
  readonly m2: number;
  /** How many were over 15 minutes late. */
  readonly late: number;
}

/** Delays by hour of the day; an hour without flights is not there. */
export type DelaysByHour = ReadonlyMap<number, Delays>;

/** The summary of no flights. */
export const nothing: DelaysByHour = new Map();

/** The summary of a single flight: its own hour, and nothing else. */
export function summarize({ delay, time }: Flight): DelaysByHour {
  return new Map([[Math.floor(time), { count: 1, mean: delay, m2: 0, late: delay > 15 ? 1 : 0 }]]);
}

/** The summary of the flights of both. */
export function merge(left: DelaysByHour, right: DelaysByHour): DelaysByHour {
  const merged = new Map(left);
  for (const [hour, delays] of right) {
    const others = left.get(hour);
    merged.set(hour, others === undefined ? delays : add(others, delays));
  }
  return merged;
}

/**
 * Adds means and squared differences pairwise, which loses no precision where the difference of two large sums would: T. F. Chan,
 * G. H. Golub and R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", Stanford, 1979.
 */
export function add(a: Delays, b: Delays): Delays {
  const count = a.count + b.count;
  const difference = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (difference * b.count) / count,
    m2: a.m2 + b.m2 + (difference ** 2 * a.count * b.count) / count,
    late: a.late + b.late,
  };
}

// The names under which program and workers know the functions.
export const summarizeFlight = defineOperation({ name: 'summarize-flight', execute: summarize });
export const mergeSummaries = defineMonoid({ name: 'merge-summaries', empty: () => nothing, combine: merge });
