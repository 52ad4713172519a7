import type { Benchmark, Findings } from '../benchmark.js';
import { anotherLeader, idle } from '../contestants/loads.js';
import { elementMs, slowElements, type Slowness } from '../contestants/slow-elements.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { ms } from '../report/figures.js';
import { iterationsPerMs } from '../work/spin.js';

export const fairness: Benchmark = {
  name: 'fairness',
  summary: 'how long 20 slow elements of one leader take, alone and beside a million cheap ones of another',
  run,
};

async function run(rounds: Rounds): Promise<Findings> {
  const slow: readonly (readonly [string, Slowness])[] = [
    [`waiting ${elementMs} ms`, { kind: 'wait' }],
    [`computing ${elementMs} ms`, { kind: 'compute', iterations: elementMs * iterationsPerMs() }],
  ];
  const alone = (name: string): string => `20 elements ${name}, alone`;
  const beside = (name: string): string => `20 elements ${name}, beside the other leader`;
  const measured = await measure(
    slow.flatMap(([name, slowness]) => [
      slowElements(alone(name), slowness, idle),
      slowElements(beside(name), slowness, anotherLeader),
    ]),
    rounds,
    1,
  );
  const medianOf = (name: string): number => measured.find((each) => each.name === name)?.median('ms') ?? NaN;
  return {
    tables: [
      comparison({ caption: 'Until the last of the slow elements is there', metric: 'ms', unit: 'time', show: ms, measured }),
    ],
    budgets: slow.map(([name]) =>
      atMost(`20 elements ${name}, beside the other leader, of alone`, 2, medianOf(beside(name)) / medianOf(alone(name))),
    ),
    notes: [
      'One hub, and one worker with a thread for each core. The other leader is a process of its own. It maps a million numbers by an operation that does nothing, again and again until the slow elements are through.',
      'What computes shares the cores with both leaders and the hub; what waits does not need them.',
    ],
  };
}
