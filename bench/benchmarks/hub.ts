import type { Benchmark, Findings } from '../benchmark.js';
import { hubCost, relayHubCost, type HubMetric } from '../contestants/hub-cost.js';
import { schedulerCost } from '../contestants/scheduler-cost.js';
import { measure, type Measured, type Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';
import { ratio, us } from '../report/figures.js';
import type { Table } from '../report/table.js';

export const hub: Benchmark = {
  name: 'hub',
  summary: 'what a batch costs the hub, with 1 to 1,000 workers and 1 to 100 jobs',
  run,
};

const workerCounts = [1, 10, 100, 1_000];
const jobCounts = [1, 10, 100];
const grid = workerCounts.flatMap((workers) => jobCounts.map((jobs) => [workers, jobs] as const));

/** The most that a batch may cost anywhere, of what it costs with one worker and one job: that is called flat. */
const flat = 1.5;

async function run(rounds: Rounds): Promise<Findings> {
  const say =
    (what: string): ((progress: string) => void) =>
    (progress) => {
      rounds.say(`${what}: ${progress}`);
    };
  // A run warms up by itself, since it has a hub of its own.
  const hubs = await measure(
    grid.map(([workers, jobs]) => hubCost(workers, jobs)),
    { ...rounds, say: say('hub') },
    0,
  );
  const relays = await measure(workerCounts.map(relayHubCost), { ...rounds, say: say('relay') }, 0);
  const schedulers = await measure(
    grid.map(([workers, jobs]) => schedulerCost(workers, jobs)),
    { ...rounds, say: say('scheduler') },
    1,
  );
  const ofRelay = grid.map(([workers], at) => median(hubs[at]) / median(relays[workerCounts.indexOf(workers)]));
  return {
    tables: [
      tableOf('Processor time of the hub for each batch', hubs, ofRelay),
      tableOf('The same of the bare relay', relays),
      tableOf('The same of the scheduler alone, without sockets', schedulers),
    ],
    budgets: [
      atMost('hub, dearest, of 1 worker and 1 job', flat, dearest(hubs.map(median))),
      atMost('hub by the relay with as many workers, dearest, of 1 worker and 1 job', flat, dearest(ofRelay)),
      atMost('scheduler alone, dearest, of 1 worker and 1 job', flat, dearest(schedulers.map(median))),
    ],
    notes: [
      'The hub is a process; so is the leader, and so are all workers together, which answer each batch at once without executing it. Batches have one element, so that what is measured is batches.',
      'A job is described to each worker before the first batch of it that the worker gets. These descriptions are part of the cost. The last column says how many there were.',
      'The bare relay passes as many messages to and fro: what it needs more or less of with many workers, sockets need. With few, hub and leader wait for each other, and each message is read and written for itself.',
    ],
  };
}

/** @param ofRelay by row, of what the bare relay needs with as many workers */
function tableOf(caption: string, measured: readonly Measured<HubMetric>[], ofRelay?: readonly number[]): Table {
  return {
    caption,
    headings: [
      '',
      'for a batch',
      'least to most',
      'of the first',
      ...(ofRelay === undefined ? [] : ['of the relay', 'descriptions for a batch']),
    ],
    rows: measured.map((each, at) => {
      const { least, most } = each.spread('usPerBatch');
      return [
        each.name,
        us(median(each)),
        `${us(least)} to ${us(most)}`,
        ratio(median(each) / median(measured[0])),
        ...(ofRelay === undefined ? [] : [ratio(ofRelay[at] ?? NaN), each.median('introductionsPerBatch').toFixed(2)]),
      ];
    }),
  };
}

function median(measured: Measured<HubMetric> | undefined): number {
  return measured?.median('usPerBatch') ?? NaN;
}

/** The highest cost of all, of the first. */
function dearest(costs: readonly number[]): number {
  return Math.max(...costs) / (costs[0] ?? NaN);
}
