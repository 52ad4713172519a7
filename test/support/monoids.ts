import { defineMonoid, type MonoidFactory, type OperationContext } from 'paladin-rx';
import { conducted, meet, type Conduct, type Marked } from './conduct.js';

/** An associative function with its identity, as a monoid for leader and workers, and as it is for the sequential reduce. */
export interface Case<A> {
  readonly empty: () => A;
  readonly combine: (left: A, right: A) => A;
  readonly monoid: MonoidFactory<[Conduct], A>;
  /** The same over marked values: throws where a mark says so. */
  readonly guarded: MonoidFactory<[Conduct], Marked<A>>;
}

function define<A>(name: string, empty: () => A, combine: (left: A, right: A) => A): Case<A> {
  return {
    empty,
    combine,
    monoid: defineMonoid({
      name,
      empty: () => empty(),
      create: (conduct: Conduct) =>
        conducted(
          conduct,
          (left: A, right: A) => combine(left, right),
          (left, right) => [left, right],
        ),
    }),
    guarded: defineMonoid({
      name: `guarded-${name}`,
      empty: (): Marked<A> => ({ value: empty(), mark: 'good', id: -1 }),
      create: (conduct: Conduct) =>
        conducted(
          conduct,
          (left: Marked<A>, right: Marked<A>, context: OperationContext): Marked<A> => {
            meet('combine', left, context);
            meet('combine', right, context);
            return { value: combine(left.value, right.value), mark: 'good', id: -1 };
          },
          (left, right) => [left.value, right.value],
        ),
    }),
  };
}

const prime = 10_007;

export type Matrix = readonly [number, number, number, number];
/** x becomes a·x + b. */
export type Affine = readonly [number, number];
/** A function on 0 to 4. */
export type Table = readonly number[];
/** What is needed of a stretch of numbers to find the contiguous part with the largest sum. */
export interface Stretch {
  readonly sum: number;
  readonly prefix: number;
  readonly suffix: number;
  readonly best: number;
}
/** The least value, where it came first, and the largest, where it came last. */
export interface Extremes {
  readonly least: number;
  readonly leastAt: string;
  readonly most: number;
  readonly mostAt: string;
}

export const concatenation: Case<string> = define(
  'concatenation',
  () => '',
  (left, right) => left + right,
);

export const append: Case<readonly number[]> = define<readonly number[]>(
  'append',
  () => [],
  (left, right) => [...left, ...right],
);

export const matrix: Case<Matrix> = define<Matrix>(
  'matrix',
  () => [1, 0, 0, 1],
  ([a, b, c, d], [e, f, g, h]) => [
    (a * e + b * g) % prime,
    (a * f + b * h) % prime,
    (c * e + d * g) % prime,
    (c * f + d * h) % prime,
  ],
);

export const affine: Case<Affine> = define<Affine>(
  'affine',
  () => [1, 0],
  ([a, b], [c, d]) => [(a * c) % prime, (c * b + d) % prime],
);

export const table: Case<Table> = define<Table>(
  'table',
  () => [0, 1, 2, 3, 4],
  (first, second) => first.map((x) => second[x] ?? 0),
);

export const stretch: Case<Stretch> = define<Stretch>(
  'stretch',
  () => ({ sum: 0, prefix: -Infinity, suffix: -Infinity, best: -Infinity }),
  (left, right) => ({
    sum: left.sum + right.sum,
    prefix: Math.max(left.prefix, left.sum + right.prefix),
    suffix: Math.max(right.suffix, right.sum + left.suffix),
    best: Math.max(left.best, right.best, left.suffix + right.prefix),
  }),
);

export const extremes: Case<Extremes> = define<Extremes>(
  'extremes',
  () => ({ least: Infinity, leastAt: '', most: -Infinity, mostAt: '' }),
  (left, right) => ({
    ...(right.least < left.least ? { least: right.least, leastAt: right.leastAt } : { least: left.least, leastAt: left.leastAt }),
    ...(right.most >= left.most ? { most: right.most, mostAt: right.mostAt } : { most: left.most, mostAt: left.mostAt }),
  }),
);

/** The later value of a key wins; its place is that of the earlier one. */
export const lastWins: Case<ReadonlyMap<string, number>> = define<ReadonlyMap<string, number>>(
  'last-wins',
  () => new Map(),
  (left, right) => new Map([...left, ...right]),
);

export const union: Case<ReadonlySet<number>> = define<ReadonlySet<number>>(
  'union',
  () => new Set(),
  (left, right) => new Set([...left, ...right]),
);

export const first: Case<string | null> = define<string | null>(
  'first',
  () => null,
  (left, right) => left ?? right,
);

export const last: Case<string | null> = define<string | null>(
  'last',
  () => null,
  (left, right) => right ?? left,
);

export const product: Case<bigint> = define<bigint>(
  'product',
  () => 1n,
  (left, right) => left * right,
);
