import { quantile } from '../../bench/measuring/statistics.js';
import type { Table } from '../../bench/report/table.js';
import { faultKinds, faultTraits, type FaultKind } from './fault-plan.js';
import { sumOf, type Verdict } from './tally.js';

/** What a fault did. */
export interface FaultOutcome {
  readonly kind: FaultKind;
  readonly recoveryMs: number;
  /** Of the jobs that ended from this fault until the next. */
  readonly verdict: Verdict;
}

/** What faults of each kind did, and all of them. */
export function faultTable(outcomes: readonly FaultOutcome[]): Table {
  const flaws = (verdicts: readonly FaultOutcome[]): string[] => {
    const { lost, duplicated, outOfOrder, wrong } = sumOf(verdicts.map(({ verdict }) => verdict));
    return [lost, duplicated, outOfOrder, wrong].map(String);
  };
  const rows = byKind(outcomes).map(({ kind, alike, sortedMs }) => [
    kind,
    String(alike.length),
    ...[quantile(sortedMs, 0.5), quantile(sortedMs, 1), faultTraits[kind].targetMs].map(seconds),
    ...flaws(alike),
  ]);
  return {
    caption: 'Recovery in seconds, and elements lost, duplicated, out of order and wrong',
    headings: ['fault', 'count', 'median', 'worst', 'target', 'lost', 'duplicated', 'out of order', 'wrong'],
    rows: [...rows, ['all', String(outcomes.length), '', '', '', ...flaws(outcomes)]],
  };
}

/** The kinds whose median recovery is beyond its target. A single fault has none: on a busy machine, it may be an outlier. */
export function tooSlow(outcomes: readonly FaultOutcome[]): string[] {
  return byKind(outcomes).flatMap(({ kind, sortedMs }) => {
    if (sortedMs.length < 2) return [];
    const medianMs = quantile(sortedMs, 0.5);
    const { targetMs } = faultTraits[kind];
    return medianMs <= targetMs
      ? []
      : [`the median recovery from ${kind} took ${seconds(medianMs)} s, and the target is ${seconds(targetMs)} s`];
  });
}

function byKind(
  outcomes: readonly FaultOutcome[],
): { kind: FaultKind; alike: readonly FaultOutcome[]; sortedMs: readonly number[] }[] {
  return faultKinds.flatMap((kind) => {
    const alike = outcomes.filter((outcome) => outcome.kind === kind);
    if (alike.length === 0) return [];
    return [{ kind, alike, sortedMs: alike.map(({ recoveryMs }) => recoveryMs).toSorted((a, b) => a - b) }];
  });
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}
