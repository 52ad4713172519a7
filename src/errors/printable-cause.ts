import { isOne } from '../serializer/realms.js';
import { errorSnapshot } from './error-snapshot.js';
import { isError, isPrimitive } from './thrown.js';

/** How many of the objects that a cause holds are looked at, the nearest first. */
const maxLookedAt = 200;

/** How many items of a list, Map or Set Node prints. */
const maxPrintedItems = 100;

/** The key of a function that prints an object in Node. */
const customInspection = Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes a thrown value the cause of another error. Whoever prints an error, like Node, asks each cause for its class and its
 * texts. What that throws ends the printing. So a cause that cannot be asked, or holds an object that cannot, is replaced by a
 * likeness (see `errorSnapshot`). A cause with a function of its own by which Node prints it is replaced, too. All others stay
 * what they are.
 *
 * It looks at the nearest 200 objects that a cause holds. It trusts classes: a class may still throw when it prints its
 * instances, or says its name.
 */
export function printableCause(thrown: unknown): unknown {
  try {
    lookAt(thrown);
    return thrown;
  } catch {
    return errorSnapshot(thrown);
  }
}

/** Looks at it as a printer would. It throws what a getter throws, or a TypeError where a text is something else. */
function lookAt(thrown: unknown): void {
  const queue = new Set<object>();
  const add = (value: unknown): void => {
    if (!isPrimitive(value) && queue.size < maxLookedAt) queue.add(value as object);
  };
  add(thrown);
  // The loop also reaches values that are added meanwhile.
  for (const value of queue) {
    if (Object.hasOwn(value, customInspection)) throw new TypeError('it prints itself');
    Reflect.get(value, Symbol.toStringTag);
    if (ArrayBuffer.isView(value)) continue;
    if (isError(value)) {
      const { name, message, cause, errors } = value as Error & { readonly errors?: unknown };
      for (const text of [name, message]) expectText(text);
      // Whoever reads the stack makes texts of these.
      expectText(value.stack);
      add(cause);
      add(errors);
    } else if (typeof value === 'function') expectText(value.name);
    for (const item of heldBy(value)) add(item);
  }
}

/** To make a text of an object may throw, or take for ever. */
function expectText(text: unknown): void {
  if (!isPrimitive(text) || typeof text === 'symbol') throw new TypeError('not a text');
}

/** The values that an object holds. Getters are left out: nobody prints them. */
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
