import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import { holds, messageOf } from '../errors/thrown.js';
import { beginServing, servesPage } from '../executor/executing-now.js';
import { whyNotServing } from '../executor/starting-threads.js';
import { serveIn, type WorkerScope } from '../executor/web-worker.js';
import { Registry } from '../operation/registry.js';
import { entriesOf } from './given-operations.js';
import type { InlineOptions } from './start-inline-worker.js';

/**
 * Serves operations in a Web Worker: it executes them for the page that has made the worker. A worker's script imports the
 * operations, and calls this once. The page gives a function that makes such workers to `inMemory` or `startWorker`.
 *
 * The messages of this package are marked. Other messages between the page and the worker pass by.
 *
 * @param operations operations, monoids, and serializers of your own. In a list nothing else may be. An object may be the
 *   namespace of `import * as operations`. Of it the same is taken as of a module in Node: what is in it, in its arrays and in
 *   its plain objects. What else is there is left alone.
 * @throws `PaladinError` `INVALID_INPUT` when there is no operation in it, or when two have one name. Also when this is called
 *   twice, or elsewhere than in a Web Worker. Also when the script has just started Web Workers itself: they are ended.
 *
 * @example
 * ```ts no-run file=operations.worker.ts
 * import { defineOperation } from 'paladin-rx';
 * import { serveOperations } from 'paladin-rx/worker';
 *
 * // In a file of its own, which the page imports, too.
 * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
 *
 * serveOperations([square]);
 * ```
 */
export function serveOperations(operations: NonNullable<InlineOptions['operations']>): void {
  const scope = scopeHere();
  // Two copies of this package would both answer the page.
  if (servesPage()) fail('it is called twice here: call it once, with all operations');
  const registry = registryFrom(operations);
  const why = whyNotServing();
  if (why !== undefined) fail(why);
  beginServing();
  try {
    serveIn(scope, registry);
  } catch (error) {
    fail(`it cannot answer the page: ${messageOf(error)}`);
  }
}

function fail(why: string): never {
  throw new PaladinError('INVALID_INPUT', `serveOperations: ${why}`);
}

/** The global object, if it is that of a Web Worker which belongs to one page. */
function scopeHere(): WorkerScope {
  const names = ['postMessage', 'addEventListener', 'close'];
  const isWorker =
    !('document' in globalThis) && holds(() => names.every((name) => typeof Reflect.get(globalThis, name) === 'function'));
  if (!isWorker) fail('expected to be called in the script of a Web Worker; in Node, pass its operations as modules');
  // Just looked at.
  return globalThis as unknown as WorkerScope;
}

function registryFrom(operations: unknown): Registry {
  const registry = new Registry();
  const entries = entriesOf('serveOperations', operations);
  const isList = holds(() => Array.isArray(operations));
  for (const [key, value] of entries) {
    const place = isList ? `item ${key} of operations` : `operations.${key}`;
    // A module has nothing yet for one that it imports, and that imports it.
    const isMissing = isList ? !registry.add(value, place) : value === undefined;
    if (isMissing) fail(`expected ${place} to be an operation, a monoid or a serializer, got ${describe(value)}`);
  }
  const found = isList ? entries.length : registry.addModule(Object.fromEntries(entries), 'serveOperations');
  if (found === 0) fail('expected operations, got none: export what defineOperation or defineMonoid returns');
  return registry;
}
