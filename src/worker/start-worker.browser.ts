import { checkOptions } from '../errors/options.js';
import { inlineOptions, registryOf, startInlineWorker, type InlineOptions } from './start-inline-worker.js';
import { checkConnection, connectionOptions, type Worker, type WorkerConnection } from './worker.js';

/** Options of {@link startWorker} in a browser. */
export interface WorkerOptions extends WorkerConnection, InlineOptions {}

/**
 * Starts a worker in a page: connects to a hub and executes what is sent, in the page's own thread.
 *
 * @returns the worker, once the hub has taken it
 * @throws `PaladinError` `INVALID_INPUT` when an option is not what it must be; `UNAUTHORIZED` or `VERSION` as the hub refuses it
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  checkConnection(checkOptions('startWorker', options, { ...connectionOptions, ...inlineOptions }));
  return await startInlineWorker(options, registryOf('startWorker', options.operations), options.slots);
}
