import { availableParallelism } from 'node:os';
import { PaladinError } from '../errors/paladin-error.js';
import { startThreadExecutor } from '../executor/thread-executor.js';
import { loadModules } from '../operation/modules.js';
import { checkModules } from '../operation/check-modules.js';
import { inlineOptions, registryOf, startInlineWorker, type InlineOptions } from './start-inline-worker.js';
import {
  checkConnection,
  connectionOptions,
  connectWorker,
  type PayloadLimit,
  type Worker,
  type WorkerConnection,
} from './worker.js';
import { checkCallbacks, checkOptions, type Known } from '../errors/options.js';
import { threadBounds, type ThreadOptions } from './start-bounds.js';

/** Options of {@link startWorker}. */
export interface WorkerOptions extends WorkerConnection, InlineOptions, ThreadOptions {
  /**
   * Modules that export the operations: at most 10,000 URLs, or paths from the working directory. Their names end with `.js`,
   * `.mjs`, `.cjs`, `.ts`, `.mts` or `.cts`. Either this or `operations` is required. Default: none.
   */
  readonly modules?: readonly (string | URL)[] | undefined;
  /**
   * How many threads execute the operations of the modules: a whole number from 1 to 1,024. Default: as many as there are cores.
   */
  readonly threads?: number | undefined;
  /**
   * Whether the operations of the modules are executed in this thread: for those that wait rather than compute. Default false,
   * but true where there are no modules.
   */
  readonly inline?: boolean | undefined;
  /**
   * Called when a thread dies or has to be terminated, with the reason. The thread is replaced. Default: a warning of the
   * process. Of warnings that differ in numbers alone there are ten a minute at most, and one that says how many were left out.
   */
  readonly onThreadDeath?: ((reason: string) => void) | undefined;
  /**
   * Called when no thread is left and none can be had, because modules end each thread that loads them. The worker has left the
   * hub then. Threads are tried five times, with growing waits. Default: nobody is told.
   */
  readonly onBroken?: ((error: PaladinError) => void) | undefined;
}

const known: Known<WorkerOptions> = {
  ...connectionOptions,
  ...inlineOptions,
  modules: true,
  threads: true,
  inline: true,
  onThreadDeath: true,
  onBroken: true,
  threadMemoryMb: true,
  threadStartTimeout: true,
};

/**
 * Starts a worker: connects to a hub and executes what is sent. Operations of `modules` run in threads of their own, beside the
 * connection, so that they may compute for as long as they like. Those given as values run inline, in this thread.
 *
 * @param options see {@link WorkerOptions}
 * @returns the worker, once the hub has taken it
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong, or a module cannot be loaded. `HUB_UNREACHABLE` when no
 *   hub answers within `connectTimeout`. `UNAUTHORIZED` when the hub refuses the token. `VERSION` when it speaks another version
 *   of the protocol. `LIMIT_EXCEEDED` when it has no room for further connections. `PROTOCOL` when it sends what the protocol
 *   does not allow.
 *
 * @example
 * ```ts
 * import { defineOperation } from 'paladin-rx';
 * import { startHub } from 'paladin-rx/server';
 * import { startWorker } from 'paladin-rx/worker';
 *
 * const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
 *
 * const hub = await startHub({ port: 0 });
 * const worker = await startWorker({ hub: hub.url, operations: [double] });
 * console.log(worker.offers.operations); // [ 'double@1' ]
 * await worker.drain();
 * await hub.close();
 * ```
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  checkConnection(checkOptions('startWorker', options, known));
  checkCallbacks('startWorker', options, ['onThreadDeath', 'onBroken', 'onSlowCreate']);
  checkModules('startWorker', options.modules);
  const { modules = [], operations, inline = modules.length === 0, slots, threads } = options;
  if (modules.length === 0 && operations === undefined) {
    throw new PaladinError('INVALID_INPUT', 'startWorker: expected modules or operations, got neither');
  }
  const bounds = threadBounds('startWorker', options, !inline);
  if (inline) {
    if (threads !== undefined) {
      throw new PaladinError('INVALID_INPUT', 'startWorker: expected slots for an inline worker, got threads');
    }
    const registry = registryOf('startWorker', operations);
    await loadModules(modules, registry);
    return await startInlineWorker(options, registry, slots);
  }
  if (operations !== undefined) {
    const message = 'startWorker: expected modules alone for threads: operations given as values cannot be sent to them';
    throw new PaladinError('INVALID_INPUT', message);
  }
  if (slots !== undefined) {
    throw new PaladinError('INVALID_INPUT', 'startWorker: expected threads rather than slots, unless inline');
  }
  const limit: PayloadLimit = { maxPayloadBytes: Infinity };
  const breakages: PaladinError[] = [];
  /** At first there is no hub to leave. */
  let leave = (_: string): Promise<void> => Promise.resolve();
  const executor = await startThreadExecutor({
    threads: threads === undefined ? availableParallelism() : threads,
    modules,
    ...bounds,
    maxPayloadBytes: () => limit.maxPayloadBytes,
    ...(options.onThreadDeath && { onThreadDeath: options.onThreadDeath }),
    ...(options.onSlowCreate && { onSlowCreate: options.onSlowCreate }),
    onBroken: (error) => {
      breakages.push(error);
      // If it stayed, it would take batches only to give them back.
      void leave(error.message).then(() => options.onBroken?.(error));
    },
  });
  const { worker, leaveBroken } = await connectWorker(options, { executor, ...executor.offers }, limit);
  leave = leaveBroken;
  for (const { message } of breakages) void leave(message);
  return worker;
}
