import { availableParallelism } from 'node:os';
import type { HostUrl } from '../host-types.js';
import { PaladinError } from '../errors/paladin-error.js';
import { startThreadExecutor } from '../executor/thread-executor.js';
import { loadModules } from '../operation/modules.js';
import { checkModules } from '../operation/check-modules.js';
import { registryOf } from './given-operations.js';
import { inlineOptions, startInlineWorker, type InlineOptions } from './start-inline-worker.js';
import { startThreadWorker, type ThreadWorkerOptions } from './start-thread-worker.js';
import type { WebWorkerOptions } from './thread-source.js';
import { checkConnection, connectionOptions, type EndOfWorker, type Worker, type WorkerConnection } from './worker.js';
import { checkHealth, healthOptions, type HealthOptions } from './health-options.js';
import { renewalBounds, renewalOptions, type RenewalOptions } from './renewal-options.js';
import { WorkerHealth } from './worker-health.js';
import { showingCall } from '../errors/call-site.js';
import { checkCallbacks, checkFlag, checkOptions, type Known } from '../errors/options.js';
import { workerHints } from './misplaced-options.js';
import { threadBounds, type ThreadOptions } from './start-bounds.js';

/** Options of {@link startWorker}. */
export interface WorkerOptions
  extends WorkerConnection, InlineOptions, ThreadOptions, ThreadWorkerOptions, WebWorkerOptions, HealthOptions, RenewalOptions {
  /**
   * Modules that export the operations: at most 10,000 URLs, or paths from the working directory. Their names end with `.js`,
   * `.mjs`, `.cjs`, `.ts`, `.mts` or `.cts`. Either this, `operations` or `worker` is required. In browsers use `worker` instead.
   * Default: none.
   */
  readonly modules?: readonly (string | HostUrl)[] | undefined;
  /**
   * Whether the operations of the modules are executed in this thread: for those that wait rather than compute. Default false,
   * but true where there are no modules.
   */
  readonly inline?: boolean | undefined;
}

const known: Known<WorkerOptions> = {
  ...connectionOptions,
  ...inlineOptions,
  ...healthOptions,
  ...renewalOptions,
  modules: true,
  threads: true,
  inline: true,
  onThreadDeath: true,
  onBroken: true,
  threadMemoryMb: true,
  threadStartTimeout: true,
  worker: true,
};

const example =
  "options, as in startWorker({ hub: 'http://127.0.0.1:7400', modules: [new URL('./operations.js', import.meta.url)] })";

/**
 * Starts a worker: connects to a hub and executes what is sent. Operations of `modules` run in threads of their own, beside the
 * connection, so that they may compute for as long as they like. Those given as values run inline, in this thread.
 *
 * @param options see {@link WorkerOptions}
 * @returns the worker, once the hub has taken it
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong, or a module cannot be loaded. `HUB_UNREACHABLE` when no
 *   hub answers: at once, or within `connectTimeout` where that is given. `UNAUTHORIZED` when the hub refuses the token.
 *   `VERSION` when it speaks another version of the protocol. `LIMIT_EXCEEDED` when it has no room for further connections.
 *   `PROTOCOL` when it sends what the protocol does not allow.
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
  return await showingCall(startWorker, () => start(options));
}

async function start(options: WorkerOptions): Promise<Worker> {
  checkConnection(checkOptions('startWorker', options, known, workerHints, example));
  checkCallbacks('startWorker', options, ['onThreadDeath', 'onBroken', 'onSlowCreate']);
  checkModules('startWorker', options.modules);
  checkFlag('startWorker', 'inline', options.inline);
  checkHealth(options);
  return options.healthPort === undefined ? await startOne(options) : await startTelling(options, options.healthPort);
}

/** Starts a worker that says how it is, from when it loads its modules until it ends. */
async function startTelling(options: WorkerOptions, port: number): Promise<Worker> {
  const { serveHealth } = await import('../http/health-server.js');
  const { WorkerMetrics } = await import('../metrics/worker-metrics.js');
  const health = new WorkerHealth();
  const metrics = new WorkerMetrics();
  const pages = new Map([['/metrics', metrics.page]]);
  const server = await serveHealth(port, options.healthHost ?? '127.0.0.1', () => health.notReady, pages);
  const ended = (): void => server.close();
  try {
    return await startOne({ ...options, health, watcher: metrics, healthUrl: server.url, ended });
  } catch (error) {
    ended();
    throw error;
  }
}

/** Starts a worker of the kind that the options ask for. */
async function startOne(options: WorkerOptions & EndOfWorker): Promise<Worker> {
  if (options.worker !== undefined) return await inWebWorkers(options);
  const { modules = [], operations, inline = modules.length === 0, slots, threads } = options;
  if (modules.length === 0 && operations === undefined) {
    throw new PaladinError('INVALID_INPUT', 'startWorker: expected modules, operations or worker, got none of them');
  }
  const bounds = {
    ...threadBounds('startWorker', options, inline ? undefined : 'modules'),
    ...renewalBounds(options, !inline),
  };
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
  const pooled = { threads: threads === undefined ? availableParallelism() : threads, ...bounds };
  return await startThreadWorker(options, (pool) => startThreadExecutor({ ...pool, ...pooled, modules }));
}

/** Also where this runs in Node: other platforms that load it have Web Workers. */
async function inWebWorkers(options: WorkerOptions & EndOfWorker): Promise<Worker> {
  const { modules = [], inline = false, threadMemoryMb } = options;
  renewalBounds(options, false);
  if (modules.length > 0 || inline || threadMemoryMb !== undefined) {
    const message =
      'startWorker: expected worker without modules, inline and threadMemoryMb: Web Workers have a script of their own';
    throw new PaladinError('INVALID_INPUT', message);
  }
  const { startWebWorker } = await import('./start-web-worker.js');
  return await startWebWorker(options, availableParallelism());
}
