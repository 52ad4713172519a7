import { isProxy } from 'node:util/types';

/**
 * The first difference between two values, or undefined: strict about types, prototypes, -0, property order and attributes, and
 * about which references lead to the same object.
 */
export function difference(left: unknown, right: unknown): string | undefined {
  return new Comparison().compare(left, right, '$');
}

class Comparison {
  private readonly rightOf = new Map<object, object>();
  private readonly leftOf = new Map<object, object>();

  compare(left: unknown, right: unknown, path: string): string | undefined {
    if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
      return Object.is(left, right) ? undefined : `${path}: ${String(left)} and ${String(right)}`;
    }
    const known = this.rightOf.get(left);
    if (known !== undefined || this.leftOf.has(right)) {
      return known === right && this.leftOf.get(right) === left ? undefined : `${path}: another reference`;
    }
    this.rightOf.set(left, right);
    this.leftOf.set(right, left);
    if (isProxy(left) || left === right) return `${path}: the same object`;
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path}: another prototype`;
    return this.inner(left, right, path) ?? this.properties(left, right, path);
  }

  private inner(left: object, right: object, path: string): string | undefined {
    if (left instanceof Date && right instanceof Date) return this.compare(left.getTime(), right.getTime(), `${path}(time)`);
    if (left instanceof RegExp && right instanceof RegExp) return this.compare(`${left}`, `${right}`, `${path}(source)`);
    if (left instanceof Map && right instanceof Map) {
      return this.compareLists([...left].flat(), [...right].flat(), `${path}(entries)`);
    }
    if (left instanceof Set && right instanceof Set) return this.compareLists([...left], [...right], `${path}(items)`);
    if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) {
      return this.compareLists([...new Uint8Array(left)], [...new Uint8Array(right)], `${path}(bytes)`);
    }
    if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) {
      const bytes = (view: ArrayBufferView): number[] => [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
      return this.compareLists(bytes(left), bytes(right), `${path}(bytes)`);
    }
    return undefined;
  }

  private compareLists(left: readonly unknown[], right: readonly unknown[], path: string): string | undefined {
    if (left.length !== right.length) return `${path}: ${left.length} and ${right.length} of them`;
    for (let at = 0; at < left.length; at++) {
      const found = this.compare(left[at], right[at], `${path}[${at}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private properties(left: object, right: object, path: string): string | undefined {
    const keys = Reflect.ownKeys(left).map(String);
    const others = Reflect.ownKeys(right).map(String);
    // The order of the hidden properties of an error is of no consequence.
    const order = (list: string[]): string => JSON.stringify(left instanceof Error ? [...list].sort() : list);
    if (order(keys) !== order(others)) return `${path}: keys ${order(keys)} and ${order(others)}`;
    for (const key of keys) {
      const attributes = (of: object): boolean | undefined => Object.getOwnPropertyDescriptor(of, key)?.enumerable;
      if (attributes(left) !== attributes(right)) return `${path}.${key}: another attribute`;
      const found = this.compare(Reflect.get(left, key), Reflect.get(right, key), `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
