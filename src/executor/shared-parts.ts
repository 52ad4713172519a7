/**
 * Finds what results of a combine have in common. A combine that spares allocations fills the same object or buffer anew for each
 * result: the result itself, or a part of it. That changes an earlier result which is still to be combined.
 */
import { maxListedKeys, searchedItems, searchedParts } from './limits.js';

/**
 * The value and the first objects within it: a combine may fill these anew. It is undefined where a look takes long. It never
 * throws.
 */
export function partsOf(value: unknown): readonly object[] | undefined {
  if (typeof value !== 'object' || value === null) return none;
  const parts: object[] = [];
  try {
    if (!collect(value, parts)) return undefined;
  } catch {
    // A Proxy, or a getter: nothing more is known of it.
  }
  return parts;
}

const none: readonly object[] = [];

/** Whether they have an object in common, or memory. */
export function sharePart(some: readonly object[], others: readonly object[]): boolean {
  return others.length > 0 && some.some((one) => others.some((other) => areOne(one, other)));
}

/** Whether both are one object, or show the same memory. */
export function areOne(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return false;
  if (a === b) return true;
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return false;
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/**
 * Level by level, so that what a result keeps at its top is found whatever stands before it.
 *
 * @returns whether no record in it has too many keys
 */
function collect(value: object, parts: object[]): boolean {
  parts.push(value);
  for (let at = 0; at < parts.length && parts.length < searchedParts; at += 1) {
    // It is below the length.
    const items = itemsOf(parts[at] as object);
    if (items === undefined) return false;
    for (const item of items) {
      if (typeof item !== 'object' || item === null || parts.length === searchedParts) continue;
      // A constant may be in any of them.
      if (!parts.includes(item) && !Object.isFrozen(item)) parts.push(item);
    }
  }
  return true;
}

/** The first ones alone: a list may be long. Undefined for a record with too many keys. */
function itemsOf(value: object): readonly unknown[] | undefined {
  if (ArrayBuffer.isView(value)) return none;
  if (Array.isArray(value)) {
    const first: readonly unknown[] = value.slice(0, searchedItems);
    return first;
  }
  if (value instanceof Map) return value.size > searchedItems ? none : [...value.values()];
  const items: unknown[] = [];
  let keys = 0;
  // The number of keys of a record is known only when all are listed, and the loop lists them when it starts. So a fold looks at
  // one large record at most.
  for (const key in value) {
    keys += 1;
    if (keys > maxListedKeys) return undefined;
    if (keys <= searchedItems) items.push(Reflect.get(value, key));
  }
  return items;
}
