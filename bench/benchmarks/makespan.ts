import type { Benchmark, Findings } from '../benchmark.js';
import { paladinsRule, staticChunks } from '../makespan/baselines.js';
import { bounds } from '../makespan/bounds.js';
import { runMachines } from '../makespan/machines.js';
import { draw, type CombineCost, type Durations, type SourcePace } from '../makespan/workload.js';
import type { Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';

export const makespan: Benchmark = {
  name: 'makespan',
  summary: 'in virtual time, how long a map and fold takes on up to 1,000 slots, beside what is possible and what others do',
  run,
  isVirtual: true,
};

const sources: readonly SourcePace[] = ['instant', 'slow'];
const durations: readonly Durations[] = ['constant', 'exponential', 'pareto', 'bimodal'];
const combines: readonly CombineCost[] = ['small', 'equal', 'large', 'growing'];
/** Slots, and how many elements they are given. */
const sizes = [
  [1, [100, 1_000]],
  [16, [100, 1_000, 10_000]],
  [64, [100, 1_000, 10_000]],
  [1_000, [1_000, 50_000, 100_000]],
] as const;

/** Elements of a mean that is worth a trip. */
const meanMs = 100;
/** From so many elements for each slot on, the bound is promised. */
const many = 50;

/** Ratios, of which the largest are kept. */
interface Worst {
  plain: number;
  tight: number;
  paladin: number;
  chunks: number;
}

function run({ say }: Rounds): Promise<Findings> {
  const rows: string[][] = [];
  const overall = worst();
  for (const source of sources) {
    for (const duration of durations) {
      for (const combine of combines) {
        say(`${source} source, ${duration} durations, ${combine} combines`);
        const found = compare(source, duration, combine);
        overall.plain = Math.max(overall.plain, found.plain);
        overall.paladin = Math.max(overall.paladin, found.paladin);
        overall.chunks = Math.max(overall.chunks, found.chunks);
        rows.push([`${source}, ${duration}, ${combine}`, ...[found.plain, found.tight, found.paladin, found.chunks].map(digits)]);
      }
    }
  }
  return Promise.resolve({
    tables: [
      {
        caption: 'The worst of all numbers of slots and elements: makespan of ours, divided by',
        headings: ['source, durations, combines', 'the bound', 'the tight bound', 'Paladin’s rule', 'static chunks'],
        rows,
      },
    ],
    budgets: [
      atMost(`makespan, of the bound, from ${many} elements a slot on, worst of all`, 1.1, overall.plain, digits),
      atMost('makespan, of that by Paladin’s rule, worst of all', 1.02, overall.paladin, digits),
      atMost('makespan, of that with static chunks, worst of all', 1.02, overall.chunks, digits),
    ],
    notes: [
      'The machines of leader, hub and worker run in virtual time, with 0.2 ms for each way over a link. Elements take 100 ms on average; the same draw for all three; the result does not vary from run to run.',
      `Bounds are looked at from ${many} elements a slot on. The bound is max(work / slots, longest path); the tight one also heeds that the last combines of a fold cannot keep all slots busy, and that nobody knows in advance which element takes long (bench/makespan/bounds.ts).`,
    ],
  });
}

function compare(source: SourcePace, duration: Durations, combine: CombineCost): Worst {
  const found = worst();
  for (const [slots, counts] of sizes) {
    for (const elements of counts) {
      const workload = draw({ elements, slots, meanMs, durations: duration, combine, source }, 1);
      const { makespanMs } = runMachines(workload);
      const { plainMs, tightMs } = bounds(workload);
      if (elements >= many * slots) {
        found.plain = Math.max(found.plain, makespanMs / plainMs);
        found.tight = Math.max(found.tight, makespanMs / tightMs);
      }
      found.paladin = Math.max(found.paladin, makespanMs / paladinsRule(workload));
      found.chunks = Math.max(found.chunks, makespanMs / staticChunks(workload));
    }
  }
  return found;
}

function worst(): Worst {
  return { plain: 0, tight: 0, paladin: 0, chunks: 0 };
}

/** Two digits behind the point would hide what is promised to two hundredths. */
function digits(value: number): string {
  return value.toFixed(3);
}
