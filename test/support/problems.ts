import * as fc from 'fast-check';
import type { Monoid } from 'paladin-rx';
import type { Conduct, Mark, Marked } from './conduct.js';
import * as cases from './monoids.js';

/** A list to be folded, and how. The element type is known to its maker alone. */
export interface Problem {
  readonly name: string;
  readonly elements: readonly unknown[];
  readonly monoid: (conduct: Conduct) => Monoid<unknown>;
  readonly expected: unknown;
}

/** A problem some of whose elements break a stage. */
export interface MarkedProblem {
  readonly name: string;
  readonly elements: readonly Marked<unknown>[];
  readonly monoid: (conduct: Conduct) => Monoid<Marked<unknown>>;
  /** The fold of those of the elements. */
  readonly expected: (kept: readonly Marked<unknown>[]) => unknown;
}

/** Problems of every kind, whose lists have at most so many elements. */
export function problems(mostElements: number): fc.Arbitrary<Problem> {
  return fc.oneof(...kinds.map((kind) => kind.plain(mostElements)));
}

/** Problems of every kind whose elements carry any of the marks. */
export function markedProblems(mostElements: number, marks: readonly Mark[]): fc.Arbitrary<MarkedProblem> {
  return fc.oneof(...kinds.map((kind) => kind.marked(mostElements, marks)));
}

interface Kind {
  readonly plain: (mostElements: number) => fc.Arbitrary<Problem>;
  readonly marked: (mostElements: number, marks: readonly Mark[]) => fc.Arbitrary<MarkedProblem>;
}

function kind<A>(name: string, { empty, combine, monoid, guarded }: cases.Case<A>, element: fc.Arbitrary<A>): Kind {
  const reduce = (elements: readonly A[]): A => elements.reduce(combine, empty());
  return {
    plain: (maxLength) =>
      fc.array(element, { maxLength, size: 'max' }).map((elements) => ({
        name,
        elements,
        // The elements are of the monoid's type, as both are made here.
        monoid: (conduct) => monoid(conduct) as unknown as Monoid<unknown>,
        expected: reduce(elements),
      })),
    marked: (maxLength, marks) =>
      fc.array(fc.tuple(element, fc.constantFrom(...marks)), { maxLength, size: 'max' }).map((list) => ({
        name,
        elements: list.map(([value, mark], id) => ({ value, mark, id })),
        // As above; so are those that are kept, which are some of the elements.
        monoid: (conduct) => guarded(conduct) as unknown as Monoid<Marked<unknown>>,
        expected: (kept) => reduce(kept.map(({ value }) => value as A)),
      })),
  };
}

const digit = fc.nat({ max: 9_999 });
const text = fc.string({ minLength: 1, maxLength: 3 });

const kinds: readonly Kind[] = [
  kind('concatenation', cases.concatenation, fc.string({ maxLength: 3 })),
  kind('append', cases.append, fc.array(digit, { maxLength: 2 })),
  kind('matrix', cases.matrix, fc.tuple(digit, digit, digit, digit)),
  kind('affine', cases.affine, fc.tuple(digit, digit)),
  kind('table', cases.table, fc.array(fc.nat({ max: 4 }), { minLength: 5, maxLength: 5 })),
  kind(
    'stretch',
    cases.stretch,
    fc.integer({ min: -50, max: 50 }).map((sum) => ({ sum, prefix: sum, suffix: sum, best: sum })),
  ),
  kind(
    'extremes',
    cases.extremes,
    fc.tuple(fc.nat({ max: 5 }), text).map(([value, at]) => ({ least: value, leastAt: at, most: value, mostAt: at })),
  ),
  kind(
    'last-wins',
    cases.lastWins,
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), digit), { maxLength: 2 }).map((entries) => new Map(entries)),
  ),
  kind(
    'union',
    cases.union,
    fc.array(fc.nat({ max: 9 }), { maxLength: 3 }).map((items) => new Set(items)),
  ),
  kind('first', cases.first, fc.option(text)),
  kind('last', cases.last, fc.option(text)),
  kind('product', cases.product, fc.bigInt({ min: -9n, max: 9n })),
];

/** Equal also in the order of maps and sets, which `toEqual` passes over. */
export function inOrder(value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
