import { PaladinError } from '../errors/paladin-error.js';
import { InlineExecutor } from '../executor/inline-executor.js';
import { LoopBlocks } from '../executor/loop-blocks.js';
import { SlowCreates } from '../executor/slow-creates.js';
import { maxSlots } from '../limits.js';
import type { Registry } from '../operation/registry.js';
import { connectWorker, type EndOfWorker, type PayloadLimit, type Worker, type WorkerConnection } from './worker.js';
import { describe } from '../errors/describe.js';
import { checkCallbacks, type Known } from '../errors/options.js';

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

/** Starts a worker that executes the operations of the registry in the caller's own thread. */
export async function startInlineWorker(
  options: WorkerConnection & EndOfWorker & InlineOptions,
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
  const offers = registry.offers();
  if (offers.operations.length === 0) {
    throw new PaladinError('INVALID_INPUT', 'startWorker: expected operations to have an operation or a monoid, got none');
  }
  const limit: PayloadLimit = { maxPayloadBytes: Infinity };
  const blocks = new LoopBlocks(true, options.onBlocked);
  const slowCreates = new SlowCreates(options.onSlowCreate);
  const executor = new InlineExecutor({ slots, registry, blocks, slowCreates, maxPayloadBytes: () => limit.maxPayloadBytes });
  const { worker } = await connectWorker(options, { executor, ...offers }, limit);
  return worker;
}
