import { PaladinError } from '../errors/paladin-error.js';
import { InlineExecutor } from '../executor/inline-executor.js';
import { LoopBlocks } from '../executor/loop-blocks.js';
import { SlowCreates } from '../executor/slow-creates.js';
import { maxSlots } from '../limits.js';
import { Registry } from '../operation/registry.js';
import { connectWorker, type PayloadLimit, type Worker, type WorkerConnection } from './worker.js';
import { describe } from '../errors/describe.js';
import { checkCallbacks, type Known } from '../errors/options.js';
import { holds, readOr } from '../errors/thrown.js';

/** Options of inline workers. */
export interface InlineOptions {
  /**
   * Operations, monoids, and serializers of your own, as values: in a list, or by any keys. A module's namespace is one, too.
   * Default: none.
   */
  readonly operations?: readonly unknown[] | Readonly<Record<string, unknown>> | undefined;
  /**
   * How many batches are worked on at once: a whole number from 1 to 65,536. They take turns where their operations wait. Only
   * for inline workers. Default 4.
   */
  readonly slots?: number | undefined;
  /**
   * Called when the event loop stood still for a second or more. The reason says which operations were executed, for how long.
   * The same operations are told of once a minute at most. Only inline workers do this: threads block nothing else. Default: a
   * warning of the process; in browsers nothing.
   */
  readonly onBlocked?: ((reason: string) => void) | undefined;
  /**
   * Called once when the `create` of an operation takes longer than 30 s, with its name and its job. No timeout covers `create`,
   * and elements wait for it. Default: a warning.
   */
  readonly onSlowCreate?: ((reason: string) => void) | undefined;
}

export const inlineOptions: Known<InlineOptions> = { operations: true, slots: true, onBlocked: true, onSlowCreate: true };

/**
 * How many batches an inline worker executes at once by default: operations that wait for something else than the processor can
 * share a thread.
 */
const defaultInlineSlots = 4;

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

/** Starts a worker that executes the operations of the registry in the caller's own thread. */
export async function startInlineWorker(
  options: WorkerConnection & InlineOptions,
  registry: Registry,
  slots: number = defaultInlineSlots,
): Promise<Worker> {
  checkCallbacks('startWorker', options, ['onBlocked', 'onSlowCreate']);
  if (!Number.isInteger(slots) || slots < 1 || slots > maxSlots) {
    throw new PaladinError(
      'INVALID_INPUT',
      `startWorker: expected slots to be a whole number from 1 to ${maxSlots}, got ${describe(slots)}`,
    );
  }
  const limit: PayloadLimit = { maxPayloadBytes: Infinity };
  const blocks = new LoopBlocks(true, options.onBlocked);
  const slowCreates = new SlowCreates(options.onSlowCreate);
  const executor = new InlineExecutor({ slots, registry, blocks, slowCreates, maxPayloadBytes: () => limit.maxPayloadBytes });
  const { worker } = await connectWorker(options, { executor, ...registry.offers() }, limit);
  return worker;
}
