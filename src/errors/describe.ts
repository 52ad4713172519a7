import { maxDescribedItems, maxDescribedLength, maxDescribedLevels } from '../limits.js';
import { asText, holds, isHuge, abridged } from './thrown.js';

/**
 * Describes any value in a line of text for a message, such as `{ a: 1, self: [circular] }` or `[0, 1, 2, 3, 4, … 999995 more]`.
 * The text is short. No getter is run, and nothing is thrown, whatever the value is.
 */
export function describe(value: unknown): string {
  try {
    return abridged(write(value, []), maxDescribedLength);
  } catch {
    // Proxies may throw from anything.
    return 'an object that cannot be read';
  }
}

function write(value: unknown, inside: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(abridged(value, maxDescribedLength / 2));
    case 'bigint':
      return isHuge(value) ? 'a very large bigint' : `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'symbol':
      return abridged(asText(value), maxDescribedLength / 2);
    case 'function':
      return functionText(value);
    case 'object':
      return value === null ? 'null' : object(value, inside);
    default:
      return String(value);
  }
}

function object(value: object, inside: readonly object[]): string {
  if (inside.includes(value)) return '[circular]';
  const name = classNameOf(value);
  // Their contents are no properties, or very many of them.
  if (ArrayBuffer.isView(value)) return `${name} of ${value.byteLength} bytes`;
  if (holds(() => value instanceof Error)) return `${name}: ${write(dataOf(value, 'message') ?? '', inside)}`;
  if (inside.length >= maxDescribedLevels) return Array.isArray(value) ? '[…]' : name === '' ? '{…}' : name;
  const within = [...inside, value];
  if (Array.isArray(value)) {
    const { length } = value;
    const shown = Array.from({ length: Math.min(length, maxDescribedItems) }, (_, at) => property(value, String(at), within));
    return `[${[...shown, ...more(length)].join(', ')}]`;
  }
  const keys = Object.keys(value);
  const shown = keys.slice(0, maxDescribedItems).map((key) => `${abridged(key, 40)}: ${property(value, key, within)}`);
  const fields = [...shown, ...more(keys.length)].join(', ');
  if (name !== '' && fields === '') return `an instance of ${name}`;
  return `${name === '' ? '' : `${name} `}${fields === '' ? '{}' : `{ ${fields} }`}`;
}

function more(count: number): readonly string[] {
  return count > maxDescribedItems ? [`… ${count - maxDescribedItems} more`] : [];
}

function property(of: object, key: string, inside: readonly object[]): string {
  const descriptor = Object.getOwnPropertyDescriptor(of, key);
  if (descriptor === undefined) return 'nothing';
  return 'value' in descriptor ? write(descriptor.value, inside) : '[getter]';
}

function functionText(value: object): string {
  const name = dataOf(value, 'name');
  if (typeof name !== 'string' || name === '') return 'a function';
  // The `prototype` of a class cannot be written.
  const isClass = Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
  return `${isClass ? 'class' : 'function'} ${abridged(name, 80)}`;
}

/** The name of the class that it is an instance of; empty for plain objects. */
function classNameOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || Object.getPrototypeOf(prototype) === null) return '';
  const constructor = dataOf(prototype, 'constructor');
  const name = typeof constructor === 'function' ? dataOf(constructor, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? abridged(name, 80) : 'a class without a name';
}

/** What is under the key, unless a getter would have to be run for it. */
function dataOf(of: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.value;
}
