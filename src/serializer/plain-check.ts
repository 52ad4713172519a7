import { packedTypedArrays } from './built-ins.js';
import { maxBareEntries, maxBatchKeys, maxDepth, maxRecordKeys, maxSearchedItems } from './limits.js';
import { isSafeKey, isSafeText } from './safe-text.js';

/**
 * How a batch can be packed. `records`: by msgpackr alone, with the keys of similar objects written once. `maps`: by msgpackr
 * alone, with the keys written in each object. `tagged`: only after tagging.
 */
export type PlainLayout = 'records' | 'maps' | 'tagged';

/** Small enough that searching the list beats hashing into a Set. */
const listedObjects = 16;

const noKeys: readonly string[] = [];

/**
 * Whether bare msgpackr carries every value of a batch exactly.
 *
 * Every batch pays for this walk, so it only says yes or no. Where it says no, tagging finds out what is where. No is always a
 * safe answer. Objects that two values share are no reason for a no: packed twice, each value has its own.
 */
export function plainLayout(values: readonly unknown[]): PlainLayout {
  const check = new PlainCheck();
  try {
    for (const value of values) {
      if (!check.root(value)) return 'tagged';
    }
  } catch {
    // A getter or a Proxy threw, or the stack is nearly used up: tagging says where.
    return 'tagged';
  }
  if (!check.sawWide) return 'records';
  return check.sawMap ? 'tagged' : 'maps';
}

class PlainCheck {
  /** A Map was seen. Without records it could not be told from an object. */
  sawMap = false;
  /** A dictionary was seen, or more different keys than records are worth. */
  sawWide = false;
  private depth = 0;
  /** The objects of the current value: the first ones listed, the others in the set. */
  private readonly listed: (object | undefined)[] = new Array<object | undefined>(listedObjects).fill(undefined);
  private listedCount = 0;
  private set: Set<object> | undefined;
  private readonly safeKeys = new Set<string>();
  /** By depth, the keys of the last object there: the next one most likely has the same. */
  private readonly safeKeysAt: (readonly string[] | undefined)[] = [];

  root(value: unknown): boolean {
    this.listedCount = 0;
    this.set = undefined;
    return this.value(value);
  }

  private value(value: unknown): boolean {
    switch (typeof value) {
      case 'number':
        return !Object.is(value, -0);
      case 'string':
        return isSafeText(value);
      case 'object':
        return value === null || this.object(value);
      case 'boolean':
      case 'undefined':
      case 'bigint':
        return true;
      default:
        return false;
    }
  }

  private object(value: object): boolean {
    if (this.depth >= maxDepth || !this.isFirst(value)) return false;
    this.depth++;
    const plain = this.contents(value);
    this.depth--;
    return plain;
  }

  private contents(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.record(value);
    if (Object.getOwnPropertySymbols(value).length > 0) return false;
    if (prototype === Array.prototype) return Array.isArray(value) && this.array(value);
    if (prototype === Map.prototype) return this.map(value);
    if (prototype === Set.prototype) return this.items(value);
    if (prototype === Date.prototype) {
      // Throws where it is not a Date after all.
      Date.prototype.getTime.call(value);
      return hasNoKeys(value);
    }
    // A prototype that is not null is an object.
    return ArrayBuffer.isView(value) && this.view(value, prototype as object);
  }

  private record(value: object): boolean {
    // Some values only look plain: the arguments of a function, Math, JSON. These have symbols, too.
    if (Object.getOwnPropertySymbols(value).length > 0) return false;
    const keys = Object.keys(value);
    if (!this.keysAreSafe(keys)) return false;
    for (let at = 0; at < keys.length; at++) {
      // A key that was just listed; an indexed access is many times faster than Reflect.get.
      if (!this.value((value as Record<string, unknown>)[keys[at] as string])) return false;
    }
    return true;
  }

  private keysAreSafe(keys: readonly string[]): boolean {
    const safe = this.safeKeysAt[this.depth] ?? noKeys;
    let same = 0;
    while (same < keys.length && safe[same] === keys[same]) same++;
    if (same === keys.length) return true;
    if (keys.length > maxRecordKeys) this.sawWide = true;
    for (const key of keys) {
      if (this.safeKeys.has(key)) continue;
      if (!isSafeKey(key)) return false;
      if (this.safeKeys.size === maxBatchKeys) this.sawWide = true;
      else this.safeKeys.add(key);
    }
    this.safeKeysAt[this.depth] = keys;
    return true;
  }

  private array(items: readonly unknown[]): boolean {
    const { length } = items;
    for (let at = 0; at < length; at++) {
      const item = items[at];
      if (item === undefined ? !Object.hasOwn(items, at) : !this.value(item)) return false;
    }
    return length > maxSearchedItems || Object.keys(items).length === length;
  }

  private map(value: object): boolean {
    this.sawMap = true;
    if (!hasNoKeys(value)) return false;
    let count = 0;
    // `entries` throws where it is not a Map after all.
    for (const [key, item] of Map.prototype.entries.call(value)) {
      if (++count > maxBareEntries || !this.value(key) || !this.value(item)) return false;
    }
    return true;
  }

  private items(value: object): boolean {
    if (!hasNoKeys(value)) return false;
    let count = 0;
    for (const item of Set.prototype.values.call(value)) {
      if (++count > maxBareEntries || !this.value(item)) return false;
    }
    return true;
  }

  private view(value: ArrayBufferView, prototype: object): boolean {
    // An empty one may belong to a detached buffer; a second one on the same buffer may show the same bytes.
    if (!packedTypedArrays.has(prototype) || value.byteLength === 0 || !this.isFirst(value.buffer)) return false;
    return value.byteLength > maxSearchedItems * 8 || Object.keys(value).length === Reflect.get(value, 'length');
  }

  /** Whether this value was not met in the current root before. */
  private isFirst(value: object): boolean {
    if (this.set !== undefined) {
      if (this.set.has(value)) return false;
      this.set.add(value);
      return true;
    }
    for (let at = 0; at < this.listedCount; at++) if (this.listed[at] === value) return false;
    if (this.listedCount < listedObjects) {
      this.listed[this.listedCount++] = value;
    } else {
      this.set = new Set<object>();
      for (const seen of this.listed) if (seen !== undefined) this.set.add(seen);
      this.set.add(value);
    }
    return true;
  }
}

function hasNoKeys(value: object): boolean {
  return Object.keys(value).length === 0;
}
