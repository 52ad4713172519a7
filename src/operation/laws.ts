import { PaladinError } from '../errors/paladin-error.js';
import { maxLawTriples } from '../executor/limits.js';
import type { MonoidFactory, Monoid } from './monoid.js';
import { checkFunction, definitionOf, type OperationContext } from './operation.js';
import { describe } from '../errors/describe.js';
import { checkOptions, isList } from '../errors/options.js';

/** Options of {@link checkMonoid}. */
export interface CheckMonoidOptions<A, Args extends readonly unknown[] = readonly unknown[]> {
  /** Says whether two results count as the same. Default: they do when they are equal in type and content. */
  readonly equals?: ((a: A, b: A) => boolean) | undefined;
  /** The arguments of the monoid, where its factory is given in place of it. Default: none. */
  readonly args?: Args | undefined;
}

/**
 * Tries the laws of a monoid on samples, for use in tests. `combine` must be associative on triples of samples, and `empty()`
 * must be its identity on either side. All triples are tried, or 10,000 that are spread over all. The first counter-example fails
 * the check.
 *
 * `combine` may change and return its left argument. Otherwise it must return an object of its own. The check also finds results
 * that a later `combine` overwrites.
 *
 * @param monoid made by `defineMonoid`; or its factory, with `args` in the options
 * @param samples values that the monoid may be given; pick awkward ones. They are copied where that is possible, so that a
 *   `combine` which changes its left argument does not spoil them.
 * @param options see {@link CheckMonoidOptions}
 * @throws {@link PaladinError} `INVALID_INPUT` with the counter-example in its message, or when an argument or option is wrong.
 *   What `combine`, `empty` or `create` throw passes through.
 *
 * @example
 * ```ts
 * import { checkMonoid, defineMonoid } from 'paladin-rx';
 *
 * const longest = defineMonoid({ name: 'longest', empty: () => '', combine: (a: string, b: string) => (b.length > a.length ? b : a) });
 * await checkMonoid(longest, ['', 'a', 'b', 'cd']);
 *
 * const minus = defineMonoid({ name: 'minus', empty: () => 0, combine: (a: number, b: number) => a - b });
 * const error = await checkMonoid(minus, [1, 2, 3]).catch((error) => error.message);
 * console.log(error); // monoid 'minus' has no left identity: combine(empty, a) is -1 for a = 1 and empty = 0
 * ```
 */
export async function checkMonoid<A, Args extends readonly unknown[] = readonly unknown[]>(
  monoid: Monoid<A> | MonoidFactory<Args, A>,
  samples: readonly A[],
  options: CheckMonoidOptions<A, Args> = {},
): Promise<void> {
  checkOptions('checkMonoid', options, { equals: true, args: true });
  // Callers in JavaScript may hand in anything.
  if (!isList(samples)) {
    throw new PaladinError('INVALID_INPUT', `checkMonoid: expected samples to be a list, got ${describe(samples)}`);
  }
  if (options.equals !== undefined) checkFunction(options.equals, 'checkMonoid: equals');
  const laws = await lawsOf<A>(monoid, options.args);
  const equals = options.equals ?? isEqual;
  const { name, combine, empty } = laws;
  const fail = (what: string, example: string): never => {
    throw new PaladinError('INVALID_INPUT', `monoid '${name}' ${what}: ${example}`, { operation: name });
  };
  for (const a of samples) {
    const left = await combine(empty(), copy(a));
    const identity = `for a = ${show(a)} and empty = ${show(empty())}`;
    if (!equals(left, a)) fail('has no left identity', `combine(empty, a) is ${show(left)} ${identity}`);
    const right = await combine(copy(a), empty());
    if (!equals(right, a)) fail('has no right identity', `combine(a, empty) is ${show(right)} ${identity}`);
  }
  for (const [a, b, c] of triples(samples)) {
    const ab = await combine(copy(a), copy(b));
    const keptAb = copy(ab);
    const bc = await combine(copy(b), copy(c));
    const keptBc = copy(bc);
    const example = (): string => `for a = ${show(a)}, b = ${show(b)}, c = ${show(c)}`;
    const overwrites = 'gives an object that a later combine overwrites';
    if (!isEqual(ab, keptAb)) fail(overwrites, `a b was ${show(keptAb)}, and after b c it is ${show(ab)} ${example()}`);
    // Copied, because a later combine may change it.
    const left = copy(await combine(ab, copy(c)));
    if (!isEqual(bc, keptBc)) fail(overwrites, `b c was ${show(keptBc)}, and after (a b) c it is ${show(bc)} ${example()}`);
    const right = await combine(copy(a), bc);
    if (equals(left, right)) continue;
    fail('is not associative', `(a b) c is ${show(left)}, a (b c) is ${show(right)} ${example()}`);
  }
}

interface Laws<A> {
  readonly name: string;
  readonly combine: (left: A, right: A) => A | PromiseLike<A>;
  readonly empty: () => A;
}

async function lawsOf<A>(monoid: object, factoryArgs: readonly unknown[] | undefined): Promise<Laws<A>> {
  const definition = definitionOf(monoid);
  if (definition?.kind !== 'monoid' || definition.empty === undefined) {
    throw new PaladinError('INVALID_INPUT', 'checkMonoid: expected what defineMonoid returns');
  }
  const { name, create, empty } = definition;
  const bound: unknown = typeof monoid === 'function' ? undefined : Reflect.get(monoid, 'args');
  // `bind` sets the arguments. The monoid's type says what its functions take and return. Its definition does not.
  const args = (factoryArgs ?? bound ?? []) as never[];
  const combine = (await create(...args)) as (left: A, right: A, context: OperationContext) => A | PromiseLike<A>;
  const makeEmpty = empty as (...args: never[]) => A;
  const signal = new AbortController().signal;
  const context: OperationContext = {
    signal,
    index: 0,
    attempt: 1,
    jobId: 'checkMonoid',
    key: 'checkMonoid-0',
    // Nobody else wants the slot: there is none here.
    run: async (work) => await work(),
  };
  return { name, combine: (left, right) => combine(left, right, context), empty: () => makeEmpty(...args) };
}

/** All triples, or as many as are allowed, at even distances. */
function* triples<A>(samples: readonly A[]): Generator<readonly [A, A, A]> {
  const size = samples.length;
  const all = size ** 3;
  let step = Math.max(1, Math.ceil(all / maxLawTriples));
  // Without a common divisor all samples also come in the last place.
  while (step > 1 && divisor(step, size) > 1) step++;
  for (let at = 0; at < all; at += step) {
    const [a, b, c] = [Math.floor(at / size ** 2), Math.floor(at / size) % size, at % size];
    // All three are below the length.
    yield [samples[a] as A, samples[b] as A, samples[c] as A];
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** A copy where one can be had that is equal, else the value itself. */
function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  try {
    const copied = structuredClone(value);
    return isEqual(copied, value) ? copied : value;
  } catch {
    return value;
  }
}

/** Equal in type and content: NaN is NaN, 0 is not -0, and maps and sets are equal in any order of their keys. */
function isEqual(a: unknown, b: unknown, seen: Map<object, unknown> = new Map<object, unknown>()): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  // In a cycle: equal unless a difference shows elsewhere.
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) return false;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isEqual(value, b.get(key), seen));
  }
  if (a instanceof Set && b instanceof Set) {
    const others = [...b];
    return a.size === b.size && [...a].every((value) => b.has(value) || others.some((other) => isEqual(value, other, seen)));
  }
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) return isEqual(new Uint8Array(a), new Uint8Array(b), seen);
  if (a instanceof DataView && b instanceof DataView) return isEqual(bytesOf(a), bytesOf(b), seen);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length || (Array.isArray(a) && a.length !== Reflect.get(b, 'length'))) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key), seen));
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const longestShown = 200;

/** The value as a line of source text, more or less. */
function show(value: unknown): string {
  const text = write(value, []);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function write(value: unknown, inside: readonly unknown[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (inside.includes(value)) return '[circular]';
  const within = [...inside, value];
  const list = (values: Iterable<unknown>): string => Array.from(values, (one) => write(one, within)).join(', ');
  if (Array.isArray(value)) return `[${list(value)}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  const name = prototype === null || prototype === Object.prototype ? '' : `${value.constructor.name} `;
  if (value instanceof Date || value instanceof RegExp || value instanceof Error) return `${name}(${String(value)})`;
  if (value instanceof Map) return `Map { ${list(value)} }`;
  if (value instanceof Set) return `Set { ${list(value)} }`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${write(field, within)}`);
  return `${name}{ ${fields.join(', ')} }`;
}
