import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Findings } from '../benchmark.js';
import { paladinOverHub } from '../contestants/paladin.js';
import { keptBytes, lineMs, openPage } from '../contestants/watching.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { throughputWarmUps } from '../measuring/throughput.js';
import { atLeast, atMost } from '../report/budget.js';
import { count, ratio } from '../report/figures.js';
import { numbers } from '../work/data-kinds.js';

export const watch: Benchmark = {
  name: 'watch',
  summary: "what it costs that somebody reads what the hub's page shows",
  run,
};

/** Until leaders and workers have been told that somebody watches. */
const toldMs = 1_000;

const workers = 1_000;
const manyWorkers = 10_000;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

async function run(rounds: Rounds): Promise<Findings> {
  const watched = [{ threads: 1 }];
  const contestants = [
    paladinOverHub('nobody watches', watched, numbers),
    paladinOverHub('nobody, once more', watched, numbers),
    paladinOverHub('a page is open', watched, numbers, async (url) => {
      const page = await openPage(url);
      await sleep(toldMs);
      return page;
    }),
  ];
  const measured = await measure(contestants, rounds, throughputWarmUps);
  const [alone = NaN, again = NaN, open = NaN] = measured.map((each) => each.median('perSecond'));
  const of = (alone + again) / 2;
  return {
    tables: [
      {
        caption: 'Elements in a second of a map that does nothing, on numbers: leader, hub and a worker with a thread',
        headings: ['', 'in a second', 'least to most', 'of nobody'],
        rows: measured.map((each) => {
          const { median, least, most } = each.spread('perSecond');
          return [each.name, count(median), `${count(least)} to ${count(most)}`, ratio(median / of)];
        }),
      },
    ],
    budgets: [
      atLeast('throughput with a page open, of that without', 0.97, open / of, (value) => value.toFixed(3)),
      atMost(`memory of what is kept for the page, ${count(workers)} workers`, 5e6, keptBytes(workers), mb),
      atMost(`a line for the page is made, ${count(manyWorkers)} workers`, 200, lineMs(manyWorkers), ms),
    ],
    notes: [
      'Nobody stands here twice, so that the noise can be seen. The page reads a line each second; leader and worker report twice a second.',
      'Memory and lines are those of the scheduler in this process, with simulated workers of four slots.',
    ],
  };
}
