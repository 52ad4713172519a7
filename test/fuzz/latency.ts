import { quantile } from '../../bench/measuring/statistics.js';
import type { Table } from '../../bench/report/table.js';
import type { HubLoad } from './cluster.js';

/** What happened while latencies were measured: nothing, what peers do that behave, or attacks. */
export const conditions = ['undisturbed', 'harmless', 'hostile'] as const;
export type Condition = (typeof conditions)[number];

export interface Observed {
  readonly latenciesMs: number[];
  readonly loads: HubLoad[];
}

/** Before anything is. */
export function newObserved(): Record<Condition, Observed> {
  const nothing = (): Observed => ({ latenciesMs: [], loads: [] });
  return { undisturbed: nothing(), harmless: nothing(), hostile: nothing() };
}

/** The p99 under attack may be so many times what it is without. */
const mostRatio = 2;

/** Latencies below this are no harm, however many times they are what they were: the timers of a busy machine are as late. */
const harmlessMs = 5;

export function latencyTable(observed: Readonly<Record<Condition, Observed>>): Table {
  return {
    caption: 'Round trip of one element of the healthy job, in milliseconds, and what the hub had to do',
    headings: ['while', 'elements', 'p50', 'p99', 'worst', 'longest turn', 'busy'],
    rows: conditions.map((condition) => {
      const { latenciesMs, loads } = observed[condition];
      const sorted = latenciesMs.toSorted((a, b) => a - b);
      const figures = sorted.length === 0 ? [NaN, NaN, NaN] : [0.5, 0.99, 1].map((share) => quantile(sorted, share));
      const longestTurnMs = Math.max(0, ...loads.map((load) => load.longestTurnMs));
      const busy = loads.reduce((sum, load) => sum + load.busy, 0) / loads.length;
      return [
        condition,
        String(sorted.length),
        ...[...figures, longestTurnMs].map((ms) => ms.toFixed(2)),
        `${(100 * busy).toFixed(0)} %`,
      ];
    }),
  };
}

/** How the latencies are judged, in words. */
export interface Judgement {
  readonly fine: boolean;
  readonly story: string;
}

/**
 * Compares the p99 under attack with that of the undisturbed job; where peers that behave slow the job as much by sending as
 * much, which cores that are short explain and no hole, with that.
 */
export function judgeLatency(observed: Readonly<Record<Condition, Observed>>): Judgement {
  const [undisturbed, harmless, hostile] = conditions.map((condition) => p99(observed[condition].latenciesMs)) as [
    number,
    number,
    number,
  ];
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const ratio = `p99 under attack ${ms(hostile)}: ${(hostile / undisturbed).toFixed(2)} times the undisturbed ${ms(undisturbed)}`;
  if (hostile <= Math.max(mostRatio * undisturbed, harmlessMs)) return { fine: true, story: ratio };
  const compared = `as much harmless traffic at the same pace gives ${ms(harmless)}`;
  return hostile <= mostRatio * harmless
    ? { fine: true, story: `${ratio}; ${compared}, so it is contention for the cores` }
    : { fine: false, story: `${ratio}, and more than ${mostRatio} times what traffic explains: ${compared}` };
}

/** NaN where there are none. */
export function p99(latenciesMs: readonly number[]): number {
  return latenciesMs.length === 0
    ? NaN
    : quantile(
        latenciesMs.toSorted((a, b) => a - b),
        0.99,
      );
}
