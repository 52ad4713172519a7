import { isOne } from '../serializer/realms.js';
import { errorSnapshot } from './error-snapshot.js';
import { isError, isPrimitive } from './thrown.js';

/** Of what a cause holds, so many objects are looked at, the nearest first. */
const maxLookedAt = 200;

/** Of a list, Map or Set, Node prints no more items. */
const maxPrintedItems = 100;

/** The key of a function that prints an object in Node. */
const customInspection = Symbol.for('nodejs.util.inspect.custom');

/**
 * What was thrown, to be the cause of another error. Who prints an error asks each cause for its class and its texts, as Node
 * does, and lets what that throws through. What cannot be asked, or holds what cannot, is replaced by a likeness (see
 * `errorSnapshot`). So is what has a function of its own by which Node prints it. All else stays what it is.
 *
 * It looks at the nearest 200 objects that a cause holds. It trusts classes: one that prints its instances, or has a name, may
 * throw as it does so.
 */
export function printableCause(thrown: unknown): unknown {
  try {
    lookAt(thrown);
    return thrown;
  } catch {
    return errorSnapshot(thrown);
  }
}

/** Throws what a getter throws, or a TypeError where there is something else in the place of a text. */
function lookAt(thrown: unknown): void {
  const queue = new Set<object>();
  const add = (value: unknown): void => {
    if (!isPrimitive(value) && queue.size < maxLookedAt) queue.add(value as object);
  };
  add(thrown);
  // What is added meanwhile comes, too.
  for (const value of queue) {
    if (Object.hasOwn(value, customInspection)) throw new TypeError('it prints itself');
    Reflect.get(value, Symbol.toStringTag);
    if (ArrayBuffer.isView(value)) continue;
    if (isError(value)) {
      const { name, message, cause, errors } = value as Error & { readonly errors?: unknown };
      for (const text of [name, message]) expectText(text);
      // Who reads it makes texts of these.
      expectText(value.stack);
      add(cause);
      add(errors);
    } else if (typeof value === 'function') expectText(value.name);
    for (const item of heldBy(value)) add(item);
  }
}

/** To make an object a text may throw, or take for ever. */
function expectText(text: unknown): void {
  if (!isPrimitive(text) || typeof text === 'symbol') throw new TypeError('not a text');
}

/** Getters are not printed, and so not asked. */
function heldBy(value: object): readonly unknown[] {
  if (Array.isArray(value)) {
    return Array.from({ length: Math.min(value.length, maxPrintedItems) }, (_, at) => dataOf(value, String(at)));
  }
  const properties = Object.keys(value).map((key) => dataOf(value, key));
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Map]' && isOne(value, Map.prototype)) {
    return [...properties, ...first<unknown[]>(Map.prototype.entries.call(value)).flat()];
  }
  if (tag === '[object Set]' && isOne(value, Set.prototype)) {
    return [...properties, ...first<unknown>(Set.prototype.values.call(value))];
  }
  return properties;
}

function dataOf(of: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.value;
}

function first<T>(items: Iterator<T>): T[] {
  const taken: T[] = [];
  while (taken.length < maxPrintedItems) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
