import { availableParallelism } from 'node:os';
import type { Benchmark, Findings } from '../benchmark.js';
import { ownThroughput } from '../contestants/cores.js';
import { paladinSpinning, type SpinMetric, type SpinWork } from '../contestants/spinning.js';
import type { Contestant } from '../measuring/contestant.js';
import { measure, type Measured, type Rounds } from '../measuring/measure.js';
import { atLeast, atMost, type Budget } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { count, ms, percent } from '../report/figures.js';
import type { Table } from '../report/table.js';
import { iterationsPerMs } from '../work/spin.js';

export const cpu: Benchmark = {
  name: 'cpu',
  summary: "a map that computes, beside the cores' own throughput; threads, and the event loop beside them",
  run,
};

/** How long one element takes, and how that is called. */
const costs: readonly (readonly [number, string])[] = [
  [0.01, '10 µs'],
  [1, '1 ms'],
  [100, '100 ms'],
];

/** Work in one run, on each core: long against the way to the workers and back. */
const runMs = 5_000;

const cores = availableParallelism();

async function run(rounds: Rounds): Promise<Findings> {
  const perMs = iterationsPerMs();
  const tables: Table[] = [];
  const budgets: Budget[] = [];
  for (const [costMs, cost] of costs) {
    // As many for each core, so that dividing them beforehand is no disadvantage.
    const work = { elements: cores * Math.round(runMs / costMs), iterations: Math.round(perMs * costMs) };
    const found = await measureCost(cost, costMs, work, rounds);
    tables.push(...found.tables);
    budgets.push(...found.budgets);
  }
  return {
    tables,
    budgets,
    notes: [
      `Work is counted in iterations of a loop, ${count(perMs)} of which take a millisecond on a core that has nothing else to do.`,
      'The event loop delay is that of the main thread of the worker, which speaks with the hub, while its threads compute.',
      'Leader and hub share the cores with the worker.',
    ],
  };
}

async function measureCost(
  cost: string,
  costMs: number,
  work: SpinWork,
  rounds: Rounds,
): Promise<{ readonly tables: readonly Table[]; readonly budgets: readonly Budget[] }> {
  const say = (progress: string): void => {
    rounds.say(`${cost}: ${progress}`);
  };
  const own = withoutDelay(ownThroughput(cores, work));
  const ours = paladinSpinning(cores, work);
  const oneThread = paladinSpinning(1, { ...work, elements: work.elements / cores });
  const measured = await measure([own, ours, ...(cores > 1 ? [oneThread] : [])], { ...rounds, say }, 1);
  const of = ({ name }: Contestant<SpinMetric>): Measured<SpinMetric> | undefined => measured.find((each) => each.name === name);
  const perSecond = (contestant: Contestant<SpinMetric>): number => of(contestant)?.median('perSecond') ?? NaN;
  const delayMs = of(ours)?.median('delayP99Ms') ?? NaN;
  return {
    tables: [
      comparison({
        caption: `${cost} of computing per element`,
        metric: 'perSecond',
        unit: 'elements/s',
        show: count,
        measured,
        reference: { name: "the cores' own", median: perSecond(own) },
      }),
      comparison({
        caption: `Event loop delay of the worker, ${cost} per element`,
        metric: 'delayP99Ms',
        unit: 'p99',
        show: ms,
        measured: measured.filter(({ name }) => name !== own.name),
      }),
    ],
    budgets: [
      ...(costMs >= 1
        ? [atLeast(`${cost} per element, of the cores' own`, 0.95, perSecond(ours) / perSecond(own), percent)]
        : []),
      atMost(`${cost} per element, event loop delay p99`, 50, delayMs, ms),
    ],
  };
}

/** Plain threads have no main thread that must answer. */
function withoutDelay({ name, start }: Contestant<'perSecond'>): Contestant<SpinMetric> {
  return {
    name,
    start: async () => {
      const running = await start();
      return {
        run: async () => ({ ...(await running.run()), delayP99Ms: NaN }),
        [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
      };
    },
  };
}
