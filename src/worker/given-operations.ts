import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import { holds, readOr } from '../errors/thrown.js';
import { Registry } from '../operation/registry.js';
import type { InlineOptions } from './start-inline-worker.js';

/** A registry of operations that are given as values. */
export function registryOf(where: string, operations: InlineOptions['operations'] = []): Registry {
  const registry = new Registry();
  for (const [key, value] of entriesOf(where, operations)) {
    const place = Array.isArray(operations) ? `item ${key} of operations` : `operations.${key}`;
    if (!registry.add(value, place)) {
      throw new PaladinError('INVALID_INPUT', `${where}: expected ${place} to be an operation, a monoid or a serializer`);
    }
  }
  return registry;
}

/** Callers in JavaScript may hand in anything: also what throws when it is read. */
export function entriesOf(where: string, given: unknown): readonly (readonly [string, unknown])[] {
  const isObject = typeof given === 'object' && given !== null;
  const isPromise = isObject && typeof readOr(given, 'then') === 'function';
  // The entries of a Set or a Map are no properties. It would look like an object without operations.
  const isCollection = isObject && holds(() => Symbol.iterator in given && !Array.isArray(given));
  if (isObject && !isPromise && !isCollection) {
    try {
      return Object.entries(given);
    } catch {
      // The error below tells it.
    }
  }
  const got = isPromise
    ? 'a promise: await it'
    : isCollection
      ? `${describe(given)}: pass a list of its values`
      : describe(given);
  throw new PaladinError('INVALID_INPUT', `${where}: expected operations to be a list or an object of operations, got ${got}`);
}
