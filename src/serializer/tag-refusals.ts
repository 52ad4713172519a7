import { maxSearchedItems } from './limits.js';
import type { Tagging } from './tagging.js';

const boxed: ReadonlyMap<object, string> = new Map<object, string>([
  [Number.prototype, 'number'],
  [String.prototype, 'string'],
  [Boolean.prototype, 'boolean'],
  [BigInt.prototype, 'bigint'],
  [Symbol.prototype, 'symbol'],
]);

/** A description of an object that cannot be carried, such as `an instance of class Socket, which is not registered`. */
export function refused(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A prototype that is not null is an object; an object without a prototype is plain and not refused.
  const primitive = boxed.get(prototype as object);
  if (primitive !== undefined) return `a boxed ${primitive}`;
  const name = classNameOf(prototype);
  return name === undefined ? 'an object with a prototype of its own' : `an instance of class ${name}, which is not registered`;
}

/** The name of the class that a prototype belongs to, without running any getter. */
function classNameOf(prototype: unknown): string | undefined {
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function') return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : '(anonymous)';
}

/**
 * Refuses own enumerable properties that are not carried.
 *
 * @param keys the own enumerable keys, where the caller has them
 * @param carried how many of them, from the first on, are carried: all of a plain object, the items of an array, none of a Map
 */
export function refuseExtras(tagger: Tagging, value: object, keys: readonly string[] | undefined, carried: number): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue;
    tagger.path.push({ text: () => `[${String(symbol)}]` });
    tagger.refuse('under a symbol key');
  }
  if (carried > maxSearchedItems && keys === undefined) return;
  const extra = (keys ?? Object.keys(value))[carried];
  if (extra === undefined) return;
  tagger.path.push(extra);
  tagger.refuse('a property that its kind of object does not carry');
}
