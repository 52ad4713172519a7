/**
 * Copies an output as it is at the moment when its operation returns it. The batch is encoded only at its end. Until then the
 * operation may fill the same object or buffer anew, to spare allocations.
 */
import { typedArrayClasses, typedArrayNames } from '../serializer/built-ins.js';
import type { Serializer } from '../serializer/serializer.js';
import { maxSearchedItems } from '../serializer/limits.js';
import { listedObjects, maxCopiedDepth } from './limits.js';

/** The value cannot be copied by hand. */
const unknown: unique symbol = Symbol('unknown');

/**
 * Makes a copy of an output that can still be changed. A value that the serializer refuses stays as it is, so that the batch
 * refuses it.
 *
 * @param serializer makes copies of values that are more than lists and records of primitive values
 */
export function outputCopy(value: unknown, serializer: Serializer): unknown {
  if (typeof value !== 'object' || value === null) return value;
  try {
    const copy = new Copier().of(value, 0);
    return copy === unknown ? serializer.decode(serializer.encode([value]))[0] : copy;
  } catch {
    return value;
  }
}

class Copier {
  /** The objects that were met before. When an object is met twice, the value is no tree. Then the serializer copies it. */
  readonly #listed: object[] = [];
  #set: Set<object> | undefined;

  of(value: object, depth: number): unknown {
    if (depth === maxCopiedDepth || !this.#isFirst(value)) return unknown;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (ArrayBuffer.isView(value)) return this.#view(value, prototype);
    if (prototype !== Object.prototype && prototype !== Array.prototype) return unknown;
    if (Object.getOwnPropertySymbols(value).length > 0) return unknown;
    return prototype === Object.prototype
      ? this.#record(value, depth)
      : Array.isArray(value)
        ? this.#list(value, depth)
        : unknown;
  }

  #record(value: object, depth: number): unknown {
    const copy: Record<string, unknown> = { ...value };
    for (const key of Object.keys(copy)) {
      const item = copy[key];
      if (typeof item !== 'object' || item === null) continue;
      const inner = this.of(item, depth + 1);
      if (inner === unknown) return unknown;
      copy[key] = inner;
    }
    return copy;
  }

  #list(value: readonly unknown[], depth: number): unknown {
    // Holes stay, and are refused later. So do further properties, which only short arrays are searched for.
    if (value.length <= maxSearchedItems && Object.keys(value).length !== value.length) return unknown;
    const copy = value.slice();
    for (let at = 0; at < copy.length; at++) {
      const item = copy[at];
      if (typeof item !== 'object' || item === null) continue;
      const inner = this.of(item, depth + 1);
      if (inner === unknown) return unknown;
      copy[at] = inner;
    }
    return copy;
  }

  /** Views that show the same buffer show it afterwards, too, when the serializer copies them. */
  #view(value: ArrayBufferView, prototype: unknown): unknown {
    const type = typedArrayClasses.get(typedArrayNames.get(prototype as object) ?? '');
    // Short ones are searched for properties of their own, which the batch refuses.
    if (type === undefined || !this.#isFirst(value.buffer)) return unknown;
    if (value.byteLength <= maxSearchedItems * 8 && Object.keys(value).length !== Reflect.get(value, 'length')) return unknown;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
    return new type(bytes.buffer);
  }

  #isFirst(value: object): boolean {
    if (this.#set !== undefined) return this.#set.size < this.#set.add(value).size;
    if (this.#listed.includes(value)) return false;
    this.#listed.push(value);
    // Longer lists are slower to search than a set.
    if (this.#listed.length === listedObjects) this.#set = new Set(this.#listed);
    return true;
  }
}
