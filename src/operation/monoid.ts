import {
  bind,
  bindFactory,
  checkFunction,
  checkNamed,
  type definitionKey,
  type NamedOptions,
  type Operation,
  type OperationContext,
} from './operation.js';
import { checkOptions, type Known } from '../errors/options.js';

/** A function that combines two neighbours: `left` comes before `right` in source order. It may be async. */
export type Combine<A> = (left: A, right: A, context: OperationContext) => A | PromiseLike<A>;

declare const folds: unique symbol;

/**
 * A monoid with its arguments: what `remoteFold` takes. Where an operation is expected, the monoid is the operation that combines
 * a pair.
 */
export interface Monoid<A> extends Operation<readonly [A, A], A> {
  /** Types only; never there at run time. */
  readonly [folds]?: (value: A) => A;
}

/** A monoid that wants arguments: call it with them to get the monoid. */
export interface MonoidFactory<Args extends readonly unknown[], A> {
  (...args: Args): Monoid<A>;
  /** What it was defined with: for this package alone. */
  readonly [definitionKey]: object;
}

const known: Known<NamedOptions & { readonly empty: unknown; readonly combine: unknown; readonly create: unknown }> = {
  name: true,
  version: true,
  idempotent: true,
  empty: true,
  combine: true,
  create: true,
};

const definition = "a definition, as in defineMonoid({ name: 'sum', empty: () => 0, combine: (a, b) => a + b })";
const notASeed = 'empty is the identity of combine, and no value to begin with: combine what the fold emits with that.';
const hints = { seed: notASeed, initial: notASeed, initialValue: notASeed };

/**
 * Defines a monoid: a named associative `combine` with an identity `empty`. `combine` need not be commutative: it is only given
 * neighbours, in order. It must be associative, or the result depends on how the work was cut. `checkMonoid` tries that.
 *
 * `combine` should return a new value, or one of its operands, changed or not. A `combine` that fills one object of its own anew
 * each time makes folds slower. A batch in which that is seen is executed anew, one unit after the other. Results must not share
 * parts that are filled anew; `checkMonoid` finds that. An operation may fill its output anew.
 *
 * `empty` is no seed: `combine(empty(), a)` and `combine(a, empty())` must be `a`. A fold of nothing gives `empty()`, and an
 * element that is left out counts as `empty()`. A fold may combine it anywhere else, or nowhere.
 *
 * With `create` in place of `combine` the result is called with arguments, as in `defineOperation`. `empty` gets the same ones.
 *
 * @param definition `name`, `empty`, and either `combine` or `create` are required; `version` is 1 and `idempotent` false by
 *   default
 * @returns the monoid; with `create`, a function that makes it from arguments
 * @throws {@link PaladinError} `INVALID_INPUT` when the name, the version or a function is wrong, or an option is not known
 *
 * @example
 * ```ts
 * import { defineMonoid } from 'paladin-rx';
 *
 * export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
 * export const sumModulo = defineMonoid({
 *   name: 'sum-modulo',
 *   empty: () => 0,
 *   create: (modulus: number) => (a: number, b: number) => (a + b) % modulus,
 * });
 *
 * console.log(sum.name, sumModulo(7).args); // sum [ 7 ]
 * ```
 */
export function defineMonoid<A>(
  definition: NamedOptions & { readonly empty: () => A; readonly combine: Combine<A>; readonly create?: undefined },
): Monoid<A>;
export function defineMonoid<Args extends readonly unknown[], A>(
  definition: NamedOptions & {
    readonly empty: (...args: NoInfer<Args>) => A;
    readonly create: (...args: Args) => Combine<A> | PromiseLike<Combine<A>>;
    readonly combine?: undefined;
  },
): MonoidFactory<Args, A>;
export function defineMonoid(
  options: NamedOptions & { readonly empty?: unknown; readonly combine?: unknown; readonly create?: unknown },
): Operation<never, unknown> | ReturnType<typeof bindFactory> {
  const given = checkOptions('defineMonoid', options, known, hints, definition);
  const named = checkNamed('monoid', given);
  const { name } = named;
  const empty = checkFunction(given.empty, `monoid '${name}': empty, as in () => 0`);
  if (given.create === undefined) {
    const combine = checkFunction(given.combine, `monoid '${name}': combine`);
    return bind({ kind: 'monoid', ...named, create: () => combine, empty, functions: [empty, combine] }, []);
  }
  const create = checkFunction(given.create, `monoid '${name}': create`);
  return bindFactory({ kind: 'monoid', ...named, create, empty, functions: [empty, create] });
}
