import type { Benchmark, Findings } from '../benchmark.js';
import { parties, pulling, type MemoryMetric, type Moment, type Party } from '../contestants/pulling.js';
import { measure, type Measured, type Rounds } from '../measuring/measure.js';
import { canReadMemory } from '../processes/memory.js';
import { atMost, type Budget } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { count, megabytes } from '../report/figures.js';
import type { Table } from '../report/table.js';

export const memory: Benchmark = {
  name: 'memory',
  summary: 'what leader, hub and worker have in memory while thirty million elements are pulled through them',
  run,
};

const elements = 30_000_000;

/**
 * The most that the peak of the second half may be of that of the first: a collector's moods, but nothing that grows on the way.
 */
const flat = 1.2;

const peaks: ReadonlyMap<Party, number> = new Map([
  ['leader', 150e6],
  ['hub', 120e6],
]);

async function run(rounds: Rounds): Promise<Findings> {
  if (!canReadMemory) return { tables: [], budgets: [], notes: ['Left out: memory of processes can be read on Linux only.'] };
  const measured = await measure(
    [
      pulling('no-op map', { elements }),
      pulling('an early element that takes 3 s', { elements, slow: { index: 1_000, ms: 3_000 } }),
    ],
    rounds,
    // Each run has processes of its own, and how they start is part of what is looked at.
    0,
  );
  return {
    tables: [
      ...measured.map(tableOf),
      comparison({ caption: 'Throughput', metric: 'perSecond', unit: 'elements/s', show: count, measured }),
    ],
    budgets: measured.flatMap(budgetsOf),
    notes: [
      `${count(elements)} small numbers from \`fromPull\` over a hub and a worker with two threads, each party a process; resident set sizes.`,
      `Flat: the peak after half of the elements is at most ${flat} of the peak before.`,
    ],
  };
}

function tableOf(measured: Measured<MemoryMetric>): Table {
  const shown: readonly Moment[] = ['at10', 'at50', 'at100', 'peak'];
  return {
    caption: `Memory, ${measured.name}`,
    headings: ['', 'at 10 %', 'at 50 %', 'at 100 %', 'peak', 'least to most'],
    rows: parties.map((party) => {
      const { least, most } = measured.spread(`${party}.peak`);
      return [
        party,
        ...shown.map((moment) => megabytes(measured.median(`${party}.${moment}`))),
        `${megabytes(least)} to ${megabytes(most)}`,
      ];
    }),
  };
}

function budgetsOf(measured: Measured<MemoryMetric>): Budget[] {
  return [...peaks].flatMap(([party, most]) => [
    atMost(`${party}, peak, ${measured.name}`, most, measured.median(`${party}.peak`), megabytes),
    atMost(
      `${party}, second half of first, ${measured.name}`,
      flat,
      measured.median(`${party}.secondHalfPeak`) / measured.median(`${party}.firstHalfPeak`),
    ),
  ]);
}
