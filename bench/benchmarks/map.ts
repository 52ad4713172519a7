import type { Benchmark, Findings } from '../benchmark.js';
import { bullmq } from '../contestants/bullmq.js';
import { paladinInMemory, paladinOverHub } from '../contestants/paladin.js';
import { batchedRelay, unbatchedRelay } from '../contestants/relay.js';
import { piscina, tinypool } from '../contestants/thread-pools.js';
import type { Contestant } from '../measuring/contestant.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { throughputWarmUps } from '../measuring/throughput.js';
import { redisVersion } from '../processes/redis.js';
import { atLeast, type Budget } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { count } from '../report/figures.js';
import type { Table } from '../report/table.js';
import { dataKinds, numbers, type DataKind } from '../work/data-kinds.js';

export const map: Benchmark = {
  name: 'map',
  summary:
    'a map that does nothing, on numbers, objects, strings and arrays, beside the bare relay, Piscina, Tinypool and BullMQ',
  run,
};

async function run(rounds: Rounds): Promise<Findings> {
  const tables: Table[] = [];
  const budgets: Budget[] = [];
  const redis = redisVersion() !== undefined;
  for (const kind of dataKinds) {
    const say = (progress: string): void => {
      rounds.say(`${kind.name}: ${progress}`);
    };
    const found = await measureKind(kind, redis, { ...rounds, say });
    tables.push(found.table);
    budgets.push(...found.budgets);
  }
  return {
    tables,
    budgets,
    notes: [
      'Leader, hub and workers are processes. Workers have one thread each, beside their connection, unless they execute inline.',
      'The bare relay has no features: it is the ceiling for whoever passes elements through three processes over socket.io.',
      redis
        ? 'BullMQ has a Redis server of its own that keeps nothing on disk. Its jobs are JSON, which does not carry typed arrays.'
        : 'BullMQ was left out: there is no `redis-server` on the PATH.',
    ],
  };
}

async function measureKind(
  kind: DataKind,
  redis: boolean,
  rounds: Rounds,
): Promise<{ readonly table: Table; readonly budgets: readonly Budget[] }> {
  const relay = batchedRelay(kind);
  const us = paladinOverHub('paladin-rx, hub and 1 worker', [{ threads: 1 }], kind);
  const pool = piscina(kind, 'asTheyCome');
  const queue = redis && kind.isJson ? bullmq(kind) : undefined;
  const contestants: Contestant<'perSecond'>[] = [
    relay,
    us,
    paladinOverHub('paladin-rx, hub and 1 worker, inline', [{ inline: true }], kind),
    paladinOverHub('paladin-rx, hub and 2 workers', [{ threads: 1 }, { threads: 1 }], kind),
    paladinInMemory(kind),
    ...(kind === numbers ? [unbatchedRelay(kind)] : []),
    pool,
    piscina(kind, 'many'),
    tinypool(kind, 'asTheyCome'),
    tinypool(kind, 'many'),
    ...(queue === undefined ? [] : [queue]),
  ];
  const measured = await measure(contestants, rounds, throughputWarmUps);
  const rateOf = ({ name }: Contestant<'perSecond'>): number =>
    measured.find((each) => each.name === name)?.median('perSecond') ?? NaN;
  const table = comparison({
    caption: `No-op on ${kind.name}`,
    metric: 'perSecond',
    unit: 'elements/s',
    show: count,
    measured,
    reference: { name: 'the batched relay', median: rateOf(relay) },
  });
  if (kind !== numbers) return { table, budgets: [] };
  const budgets = [
    atLeast('numbers, hub and 1 worker, of the batched relay', 0.6, rateOf(us) / rateOf(relay)),
    atLeast('numbers, hub and 1 worker, of Piscina, as it comes', 20, rateOf(us) / rateOf(pool)),
    ...(queue === undefined ? [] : [atLeast('numbers, hub and 1 worker, of BullMQ', 200, rateOf(us) / rateOf(queue))]),
  ];
  return { table, budgets };
}
