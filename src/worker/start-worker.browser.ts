import { showingCall } from '../errors/call-site.js';
import { checkCallbacks, checkOptions, type Known } from '../errors/options.js';
import { coresOfBrowser } from '../platform.js';
import type { ThreadOptions } from './start-bounds.js';
import { registryOf } from './given-operations.js';
import { inlineOptions, startInlineWorker, type InlineOptions } from './start-inline-worker.js';
import type { ThreadWorkerOptions } from './start-thread-worker.js';
import { startWebWorker } from './start-web-worker.js';
import type { WebWorkerOptions } from './thread-source.js';
import { workerHints } from './misplaced-options.js';
import { untilPageEnds } from './page-end.js';
import { checkConnection, connectionOptions, type Worker, type WorkerConnection } from './worker.js';

/** Options of {@link startWorker} in a browser. */
export interface WorkerOptions
  extends WorkerConnection, InlineOptions, WebWorkerOptions, ThreadWorkerOptions, Pick<ThreadOptions, 'threadStartTimeout'> {}

const known: Known<WorkerOptions> = {
  ...connectionOptions,
  ...inlineOptions,
  worker: true,
  threads: true,
  threadStartTimeout: true,
  onThreadDeath: true,
  onBroken: true,
};

const hints = {
  ...workerHints,
  modules: 'a page has no threads of Node. Write worker: () => new Worker(url), whose script calls serveOperations.',
  inline: 'operations execute in the thread of the page where no worker is given.',
  healthPort: 'a page cannot listen on a port.',
  healthHost: 'a page cannot listen on a port.',
  threadRenewAfterTasks: 'Web Workers are not renewed.',
  threadRenewAboveMb: 'Web Workers are not renewed.',
  threadMemoryMb: 'Web Workers have no bound of their own.',
};
const example = "options, as in startWorker({ hub: 'https://example.org', worker: () => new Worker(url) })";

/**
 * Starts a worker in a page: connects to a hub and executes what is sent. With `worker` it executes in Web Workers. Without, it
 * does so in the page's own thread. The hub must admit the page's origin. When the page is closed, the worker leaves the hub, and
 * others execute what it had.
 *
 * @param options see {@link WorkerOptions}
 * @returns the worker, once the hub has taken it
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong, or a Web Worker cannot load its script. `HUB_UNREACHABLE` when
 *   no hub answers: at once, or within `connectTimeout` where that is given. `UNAUTHORIZED` when the hub refuses the token, or
 *   the page's origin. `VERSION` when it speaks another version of the protocol. `LIMIT_EXCEEDED` when it has no room for further
 *   connections. `PROTOCOL` when it sends what the protocol does not allow.
 *
 * @example
 * ```ts
 * import { defineOperation } from 'paladin-rx';
 * import { startHub } from 'paladin-rx/server';
 * import { startWorker } from 'paladin-rx/worker';
 *
 * const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
 *
 * // The hub runs elsewhere, in Node.
 * const hub = await startHub({ port: 0, origins: ['https://example.org'] });
 * const worker = await startWorker({ hub: hub.url, operations: [double] });
 * console.log(worker.slots); // 4
 * await worker.close();
 * await hub.close();
 * ```
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  return await showingCall(startWorker, () => start(options));
}

async function start(options: WorkerOptions): Promise<Worker> {
  checkConnection(checkOptions('startWorker', options, known, hints, example));
  checkCallbacks('startWorker', options, ['onThreadDeath', 'onBroken', 'onSlowCreate']);
  return await untilPageEnds(async (ended) => {
    if (options.worker !== undefined) return await startWebWorker({ ...options, ended }, coresOfBrowser());
    return await startInlineWorker({ ...options, ended }, registryOf('startWorker', options.operations), options.slots);
  });
}
