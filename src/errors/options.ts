import { longestTimerMs } from '../limits.js';
import { describe } from './describe.js';
import { didYouMean, meantBy } from './option-words.js';
import { nearest } from './nearest.js';
import { PaladinError } from './paladin-error.js';
import { isOne } from '../serializer/realms.js';
import { holds, isError } from './thrown.js';

/** The names of all options of a kind: the compiler says when one is missing. */
export type Known<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Checks that options are an object, and have no other names than the known ones. An option that is given as undefined counts as
 * not given.
 *
 * @param where the caller, for the message
 * @param hints what to say of names that mean another thing elsewhere, and of meanings of `option-words.ts` that are no options.
 *   Under the name `''`: what to say of a value that is no object.
 * @param required what the caller needs, with an example; absent where it needs none
 * @returns the options; empty ones for undefined
 * @throws {@link PaladinError} `INVALID_INPUT` naming the option that is not known, and the nearest that is
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options | undefined,
  known: Known<Options>,
  hints: Readonly<Record<string, string>> = {},
  required?: string,
): Options {
  // Where a caller may leave options out, all of them are optional.
  if (options === undefined && required === undefined) return {} as Options;
  // Callers in JavaScript may hand in anything.
  const given: unknown = options;
  const mistaken = mistakenFor(given, known);
  if (mistaken !== undefined || !isObject(given)) {
    const hint = hints[''] === undefined ? '' : `; ${hints['']}`;
    const expected = required ?? 'options to be an object, or none';
    throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${mistaken}${hint}`);
  }
  const other = namesOf(given).find((name) => !Object.hasOwn(known, name));
  if (other !== undefined) throw unknownOption(where, other, Object.keys(known), hints);
  const unreadable = Object.keys(known).find((name) => !isReadable(given, name));
  if (unreadable !== undefined) {
    throw new PaladinError(
      'INVALID_INPUT',
      `${where}: expected the option '${unreadable}' to be readable, but its getter throws`,
    );
  }
  // It is an object.
  return given as Options;
}

/**
 * @throws {@link PaladinError} `INVALID_INPUT` when one of these options is given and is no function. Later, when it is called,
 *   nobody would expect an error.
 */
export function checkCallbacks<Options extends object>(
  where: string,
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  for (const name of names) {
    const given: unknown = options[name];
    if (given === undefined || typeof given === 'function') continue;
    throw new PaladinError('INVALID_INPUT', `${where}: expected ${name} to be a function, got ${describe(given)}`);
  }
}

/**
 * Checks how long something may take: milliseconds that a timer can wait, or `Infinity` for any time.
 *
 * @param leastMs the least that makes sense: 0 where there may be nothing to wait for
 * @throws {@link PaladinError} `INVALID_INPUT` when it is no time like this
 */
export function checkMs(where: string, option: string, value: unknown, leastMs = 0): number {
  if (value === Infinity || (typeof value === 'number' && value >= leastMs && value <= longestTimerMs)) return value;
  const expected = `${option} to be milliseconds from ${leastMs} to ${longestTimerMs}, or Infinity`;
  throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${describe(value)}`);
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is given, and neither true nor false */
export function checkFlag(where: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new PaladinError('INVALID_INPUT', `${where}: expected ${option} to be true or false, got ${describe(value)}`);
}

/** What a value is that cannot be options, and what to pass in its place; undefined: it may be options. */
function mistakenFor(given: unknown, known: Readonly<Record<string, true>>): string | undefined {
  if (!isObject(given) || isList(given)) return describe(given);
  if (holds(() => typeof Reflect.get(given, 'then') === 'function')) return 'a promise: await it';
  if (isError(given)) return `${describe(given)}${Object.hasOwn(known, 'cause') ? ': pass { cause: error }' : ''}`;
  // The entries of a Map are no properties. Plain objects are not asked: what is no Map answers by a throw, which takes long.
  if (!isPlain(given) && isOne(given, Map.prototype)) return `${describe(given)}: pass Object.fromEntries(map)`;
  const isBuiltIn = holds(() => isTagged(given) && !Object.keys(known).some((name) => name in given));
  return isBuiltIn ? describe(given) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: object): boolean {
  return holds(() => Object.getPrototypeOf(value) === Object.prototype);
}

/** Whether its class gives it a tag, as most built-in classes do. A module has a tag, too, but no class. */
function isTagged(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    isObject(prototype) && Object.hasOwn(prototype, 'constructor') && Object.prototype.toString.call(value) !== '[object Object]'
  );
}

/** Whether it is an array; a revoked Proxy throws when it is asked. */
export function isList(value: unknown): value is readonly unknown[] {
  return holds(() => Array.isArray(value));
}

/** Whether the option can be read. The code that reads it later must not fail on it. */
function isReadable(given: object, name: string): boolean {
  return holds(() => {
    Reflect.get(given, name);
    return true;
  });
}

/** The names of its properties. A value that cannot be asked has none. */
export function namesOf(given: object): readonly string[] {
  try {
    return Object.keys(given);
  } catch {
    return [];
  }
}

function unknownOption(
  where: string,
  name: string,
  known: readonly string[],
  hints: Readonly<Record<string, string>>,
): PaladinError {
  const shown = name.slice(0, longestName);
  const near = nearest(shown, known);
  const hint = meantBy(shown, known, hints) ?? (near === undefined ? undefined : didYouMean(near));
  const told = `${where}: there is no option '${shown}'${hint === undefined ? '.' : `; ${hint}`}`;
  return new PaladinError('INVALID_INPUT', `${told} Options: ${known.join(', ')}`);
}

/** No option has a longer name. */
const longestName = 40;
