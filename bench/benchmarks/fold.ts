import { map, range } from 'rxjs';
import { remoteFold, remoteMap } from 'paladin-rx';
import type { Benchmark, Findings } from '../benchmark.js';
import { foldingRelay, paladinFold, rxjs, type FoldMetric, type FoldWork } from '../contestants/folding.js';
import { measure, type Measured, type Rounds } from '../measuring/measure.js';
import { count, megabytes, ratio } from '../report/figures.js';
import type { Table } from '../report/table.js';
import { concat, double, label, sum } from '../work/operations.js';

export const fold: Benchmark = {
  name: 'fold',
  summary: 'folds of a million numbers and of 100,000 strings, fused with their map or not, and the bytes on the wire',
  run,
};

const numbers: FoldWork<number> = {
  elements: 1_000_000,
  map: (index) => 2 * index,
  combine: (a, b) => a + b,
  empty: 0,
  expected: 999_999 * 1_000_000,
};

const stringOf = (index: number): string => `item ${index};`;
const strings: FoldWork<string> = {
  elements: 100_000,
  map: stringOf,
  combine: (a, b) => a + b,
  empty: '',
  expected: Array.from({ length: 100_000 }, (_, index) => stringOf(index)).join(''),
};

async function run(rounds: Rounds): Promise<Findings> {
  const relay = foldingRelay(numbers);
  const ofNumbers = await measure(
    [
      rxjs(numbers),
      relay,
      paladinFold('fused', numbers.elements, numbers.expected, (runtime) =>
        range(0, numbers.elements).pipe(remoteMap(double, runtime), remoteFold(sum, runtime)),
      ),
      paladinFold('not fused', numbers.elements, numbers.expected, (runtime) =>
        range(0, numbers.elements).pipe(remoteMap(double, runtime), remoteFold(sum, runtime, { fuse: false })),
      ),
      paladinFold('fold alone', numbers.elements, numbers.expected, (runtime) =>
        range(0, numbers.elements).pipe(map(numbers.map), remoteFold(sum, runtime)),
      ),
    ],
    { ...rounds, say: saying(rounds, 'numbers') },
    1,
  );
  const ofStrings = await measure(
    [
      rxjs(strings),
      paladinFold('fused', strings.elements, strings.expected, (runtime) =>
        range(0, strings.elements).pipe(remoteMap(label, runtime), remoteFold(concat, runtime)),
      ),
      paladinFold('not fused', strings.elements, strings.expected, (runtime) =>
        range(0, strings.elements).pipe(remoteMap(label, runtime), remoteFold(concat, runtime, { fuse: false })),
      ),
      paladinFold('fold alone', strings.elements, strings.expected, (runtime) =>
        range(0, strings.elements).pipe(map(strings.map), remoteFold(concat, runtime)),
      ),
    ],
    { ...rounds, say: saying(rounds, 'strings') },
    1,
  );
  const ceiling = { name: 'the relay', perSecond: ofNumbers.find(({ name }) => name === relay.name)?.median('perSecond') ?? NaN };
  const alone = { name: 'RxJS', perSecond: ofStrings[0]?.median('perSecond') ?? NaN };
  return {
    tables: [
      tableOf('Doubling 1,000,000 numbers and summing them up', ofNumbers, ceiling),
      tableOf('Making 100,000 strings and joining them', ofStrings, alone),
    ],
    budgets: [],
    notes: [
      'Leader, hub and one worker with a thread are processes. Bytes are those of the TCP connections, both ways together, with all headers.',
      'Fused, what was mapped does not travel: a partial for each batch comes back. Fold alone sends what the leader has mapped.',
      'This work is not worth distributing: a single process has done it before anyone has sent it.',
    ],
  };
}

function tableOf(
  caption: string,
  measured: readonly Measured<FoldMetric>[],
  reference: { readonly name: string; readonly perSecond: number },
): Table {
  return {
    caption,
    headings: ['', 'elements/s', 'least to most', `of ${reference.name}`, 'leader and hub', 'hub and worker'],
    rows: measured.map((each) => {
      const { median, least, most } = each.spread('perSecond');
      return [
        each.name,
        count(median),
        `${count(least)} to ${count(most)}`,
        ratio(median / reference.perSecond),
        bytes(each.median('leaderBytes')),
        bytes(each.median('workerBytes')),
      ];
    }),
  };
}

function bytes(value: number): string {
  return value === 0 ? 'none' : megabytes(value);
}

function saying({ say }: Rounds, what: string): (progress: string) => void {
  return (progress) => {
    say(`${what}: ${progress}`);
  };
}
