import type { Benchmark, Findings } from '../benchmark.js';
import { paladinsRule, staticChunks } from '../makespan/baselines.js';
import { bounds } from '../makespan/bounds.js';
import { runMachines } from '../makespan/machines.js';
import { draw, type CombineCost, type Durations, type SourcePace, type Workload } from '../makespan/workload.js';
import type { Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';

export const makespan: Benchmark = {
  name: 'makespan',
  summary: 'how long map and fold take on up to 1,000 slots in virtual time, beside the bound and others',
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
const least = 50;

/** By how much the bound may be exceeded. */
const allowed = 1.1;

/** How often durations are drawn: one slow element in the wrong place can decide everything. */
const draws = 5;
/** Where elements are many, there are slow ones in each draw. */
const manyElements = 50_000;

/** The makespan of ours, divided by what it is compared with; the mean of all draws. */
interface Cell {
  readonly name: string;
  readonly many: boolean;
  readonly plain: number;
  readonly tight: number;
  readonly paladin: number;
  readonly chunks: number;
  /** Whether it is proven that nobody who begins elements in source order can keep to what the plain bound allows. */
  readonly impossible: boolean;
}

/** Of one draw. */
type Ratios = Readonly<Record<Measure | 'tightOfPlain', number>>;

type Measure = 'plain' | 'tight' | 'paladin' | 'chunks';

function run({ say }: Rounds): Promise<Findings> {
  const rows: string[][] = [];
  const cells: Cell[] = [];
  for (const source of sources) {
    for (const duration of durations) {
      for (const combine of combines) {
        const name = `${source}, ${duration}, ${combine}`;
        say(`${source} source, ${duration} durations, ${combine} combines`);
        const found = compare(source, duration, combine);
        const many = found.filter((cell) => cell.many);
        rows.push([
          name,
          ...[worst(many, 'plain'), worst(many, 'tight'), worst(found, 'paladin'), worst(found, 'chunks')].map(ratioOf),
        ]);
        cells.push(...found);
      }
    }
  }
  const many = cells.filter((cell) => cell.many);
  const possible = many.filter((cell) => !cell.impossible);
  const plain = worst(many, 'plain');
  const plainWherePossible = worst(possible, 'plain');
  const paladin = worst(cells, 'paladin');
  const chunks = worst(cells, 'chunks');
  const beyond = possible.filter((cell) => cell.plain > allowed).length;
  return Promise.resolve({
    tables: [
      {
        caption: 'The worst of all numbers of slots and elements: makespan of ours, divided by',
        headings: ['source, durations, combines', 'the bound', 'the tight bound', 'Paladin’s rule', 'static chunks'],
        rows,
      },
      {
        caption: 'Where the worst is',
        headings: ['makespan of ours, divided by', 'worst', 'where'],
        rows: [
          ['the bound', ...ratioAndName(plain)],
          ['the bound, where it is possible', ...ratioAndName(plainWherePossible)],
          ['the tight bound', ...ratioAndName(worst(many, 'tight'))],
          ['Paladin’s rule', ...ratioAndName(paladin)],
          ['static chunks', ...ratioAndName(chunks)],
        ],
      },
    ],
    budgets: [
      atMost(`makespan, of the bound, from ${least} elements a slot on, worst of all`, allowed, plain.ratio, digits),
      atMost(
        'makespan, of the bound, worst of those where that is not proven to be impossible',
        allowed,
        plainWherePossible.ratio,
        digits,
      ),
      atMost('makespan, of that by Paladin’s rule, worst of all', 1.02, paladin.ratio, digits),
      atMost('makespan, of that with static chunks, worst of all', 1.02, chunks.ratio, digits),
    ],
    notes: [
      'The machines of leader, hub and worker run in virtual time, with 0.2 ms for each way over a link. Elements take 100 ms on average; the same draws for all three; the result does not vary from run to run.',
      `Ratios are means of ${draws} draws, of one where durations are constant or there are ${manyElements.toLocaleString('en')} elements or more.`,
      `Bounds are looked at from ${least} elements a slot on. The bound is max(work / slots, longest path). The tight bound (bench/makespan/bounds.ts) also heeds two things. The last combines of a fold cannot keep all slots busy. And elements are begun in source order, because nobody knows in advance which of them take long.`,
      `In ${many.length - possible.length} of ${many.length} cases of this kind the tight bound is more than ${allowed.toFixed(2)} of the bound. Nobody who begins elements in source order can keep to that. Of the other ${possible.length}, ${beyond} are beyond ${allowed.toFixed(2)}.`,
    ],
  });
}

function compare(source: SourcePace, durations: Durations, combine: CombineCost): Cell[] {
  return sizes.flatMap(([slots, counts]) =>
    counts.map((elements) => {
      const isOne = durations === 'constant' || elements >= manyElements;
      const ratios = Array.from({ length: isOne ? 1 : draws }, (_, seed) =>
        ratiosOf(draw({ elements, slots, meanMs, durations, combine, source }, seed + 1)),
      );
      const mean = (measure: keyof Ratios): number => ratios.reduce((sum, ratio) => sum + ratio[measure], 0) / ratios.length;
      return {
        name: `${source}, ${durations}, ${combine}; ${elements.toLocaleString('en')} on ${slots.toLocaleString('en')}`,
        many: elements >= least * slots,
        plain: mean('plain'),
        tight: mean('tight'),
        paladin: mean('paladin'),
        chunks: mean('chunks'),
        impossible: mean('tightOfPlain') > allowed,
      };
    }),
  );
}

function ratiosOf(workload: Workload): Ratios {
  const { makespanMs } = runMachines(workload);
  const { plainMs, tightMs } = bounds(workload);
  return {
    plain: makespanMs / plainMs,
    tight: makespanMs / tightMs,
    paladin: makespanMs / paladinsRule(workload),
    chunks: makespanMs / staticChunks(workload),
    tightOfPlain: tightMs / plainMs,
  };
}

interface Worst {
  readonly ratio: number;
  readonly name: string;
}

function worst(cells: readonly Cell[], measure: Measure): Worst {
  return cells
    .map((cell) => ({ ratio: cell[measure], name: cell.name }))
    .reduce((a, b) => (b.ratio > a.ratio ? b : a), { ratio: 0, name: 'nowhere' });
}

function ratioOf({ ratio }: Worst): string {
  return digits(ratio);
}

function ratioAndName({ ratio, name }: Worst): [string, string] {
  return [digits(ratio), name];
}

/** Two digits behind the point would hide what is promised to two hundredths. */
function digits(value: number): string {
  return value.toFixed(3);
}
