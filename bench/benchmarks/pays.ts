import type { Benchmark, Findings } from '../benchmark.js';
import { inThreads, overHub, plainRxjs, type PayWork } from '../contestants/paying.js';
import { breakEvenUs, type Speed } from '../measuring/break-even.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { ratio, us } from '../report/figures.js';
import type { Table } from '../report/table.js';
import { numbers, objects, strings, type DataKind } from '../work/data-kinds.js';
import { iterationsPerMs } from '../work/spin.js';

export const pays: Benchmark = {
  name: 'pays',
  summary: 'from which cost per element on it is faster than plain RxJS',
  run,
};

const costsUs = [1, 2, 5, 10, 20, 50, 100, 1_000, 10_000];
const kinds = [numbers, objects, strings];

/** Work in one run, on one core. */
const runMs = 500;
/** For costs so low that the way there and back takes longer than the work. */
const mostElements = 200_000;

async function run(rounds: Rounds): Promise<Findings> {
  const perMs = iterationsPerMs();
  const tables: Table[] = [];
  const breakEvens: (readonly string[])[] = [];
  for (const kind of kinds) {
    const found = await measureKind(kind, perMs, rounds);
    tables.push(found.table);
    breakEvens.push(found.breakEven);
  }
  const breakEvenTable = {
    caption: 'It is as fast as plain RxJS from so much work per element on',
    headings: ['', 'in memory, threads', 'over a hub'],
    rows: breakEvens,
  };
  return {
    tables: [breakEvenTable, ...tables],
    budgets: [],
    notes: [
      'Each figure of the other tables says how many times as fast as plain RxJS on one thread it is, on all cores of the machine.',
      'Over a hub, leader, hub and a worker with as many threads are processes that share these cores.',
      'Elements travel to the operation, and come back as they are.',
    ],
  };
}

async function measureKind(
  kind: DataKind,
  perMs: number,
  rounds: Rounds,
): Promise<{ readonly table: Table; readonly breakEven: readonly string[] }> {
  const rows: string[][] = [];
  const speeds: { readonly threads: Speed[]; readonly hub: Speed[] } = { threads: [], hub: [] };
  for (const costUs of costsUs) {
    const work: PayWork = {
      kind,
      elements: Math.min(mostElements, Math.round((1_000 * runMs) / costUs)),
      iterations: Math.round((perMs * costUs) / 1_000),
    };
    const say = (progress: string): void => {
      rounds.say(`${kind.name}, ${us(costUs)}: ${progress}`);
    };
    const measured = await measure([plainRxjs(work), inThreads(work), overHub(work)], { ...rounds, say }, 2);
    const [plain = NaN, threads = NaN, hub = NaN] = measured.map((each) => each.median('perSecond'));
    speeds.threads.push({ costUs, times: threads / plain });
    speeds.hub.push({ costUs, times: hub / plain });
    rows.push([us(costUs), ratio(threads / plain), ratio(hub / plain)]);
  }
  return {
    table: {
      caption: `Times as fast as plain RxJS, ${kind.name}, by work per element`,
      headings: ['work per element', 'in memory, threads', 'over a hub'],
      rows,
    },
    breakEven: [kind.name, ...[speeds.threads, speeds.hub].map((each) => cost(breakEvenUs(each)))],
  };
}

function cost(valueUs: number): string {
  return Number.isFinite(valueUs) ? us(valueUs) : 'never';
}
