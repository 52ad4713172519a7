import type { Benchmark, Findings } from '../benchmark.js';
import { anotherLeader, idle, sameLeader, type Load } from '../contestants/loads.js';
import { throughPaladin, throughRelay, type Way } from '../contestants/lone-elements.js';
import { measure, type Rounds } from '../measuring/measure.js';
import type { WorkerKind } from '../processes/cluster.js';
import { atMost } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { us } from '../report/figures.js';

export const latency: Benchmark = {
  name: 'latency',
  summary: 'the round trip of a lone element, beside the bare relay',
  run,
};

const ways: readonly (readonly [Way, string])[] = [
  ['run', 'runtime.run'],
  ['pipeline', 'open pipeline'],
];
const places: readonly (readonly [WorkerKind, string])[] = [
  [{ inline: true }, 'inline'],
  [{ threads: 1 }, 'in a thread'],
];
const loads: readonly (readonly [Load, string])[] = [
  [idle, 'idle'],
  [anotherLeader, 'beside a job of another leader'],
  [sameLeader, 'beside a job of the same leader'],
];

async function run(rounds: Rounds): Promise<Findings> {
  const relay = throughRelay('bare relay', 'element');
  const relayWithThread = throughRelay('bare relay, a thread behind its worker', 'elementForThread');
  const named = (way: string, place: string, load: string): string => `paladin-rx, ${way}, ${place}, ${load}`;
  const ours = loads.flatMap(([load, loadName]) =>
    places.flatMap(([worker, place]) =>
      ways.map(([way, wayName]) => throughPaladin(named(wayName, place, loadName), way, worker, load)),
    ),
  );
  // Idle ones by themselves: the fewer processes there are, the less is to be had from the others.
  const idleOnes = ours.filter(({ name }) => name.endsWith(', idle'));
  const loaded = ours.filter((each) => !idleOnes.includes(each));
  const measured = [...(await measure([relay, relayWithThread, ...idleOnes], rounds, 1)), ...(await measure(loaded, rounds, 1))];
  const p50 = (name: string): number => measured.find((each) => each.name === name)?.median('p50Us') ?? NaN;
  const tables = (['p50Us', 'p99Us'] as const).map((metric) =>
    comparison({
      caption: `${metric === 'p50Us' ? 'Half' : '99 in 100'} of the round trips take at most`,
      metric,
      unit: metric === 'p50Us' ? 'p50' : 'p99',
      show: us,
      measured,
      reference: { name: 'the idle relay', median: measured[0]?.median(metric) ?? NaN },
    }),
  );
  const budgets = places.flatMap(([worker, place]) =>
    ways.map(([, way]) =>
      atMost(
        `p50 of ${way}, ${place}, idle, of the bare relay`,
        'inline' in worker ? 1.3 : 1.6,
        p50(named(way, place, 'idle')) / p50(relay.name),
      ),
    ),
  );
  return {
    tables,
    budgets,
    notes: [
      'The next element goes out when the result of the one before has come. `runtime.run` puts each through a job that stands open for the next; the open pipeline is a `Subject` piped through `remoteMap`.',
      'Each way has a hub and a worker process of its own. So has the bare relay, which sends each element in a message of its own. A thread behind the relay shows what a thread takes by itself.',
      'What counts is a second of each run, after 4,000 round trips, or five seconds of them: before, programs are still being compiled.',
      'The job beside is a map that does nothing on numbers without end, on the same worker.',
    ],
  };
}
