import { PaladinError } from '../errors/paladin-error.js';
import { startWebExecutor } from '../executor/web-executor.js';
import type { InlineOptions } from './start-inline-worker.js';
import { threadBounds, type ThreadOptions } from './start-bounds.js';
import { startThreadWorker, type ThreadWorkerOptions } from './start-thread-worker.js';
import { checkWebWorker, noValues, type WebWorkerOptions } from './thread-source.js';
import type { EndOfWorker, Worker, WorkerConnection } from './worker.js';

/**
 * Starts a worker that executes in Web Workers. It speaks with the hub in the page's own thread. So there is one connection for
 * all cores. And only the page can terminate a Web Worker. What comes from the hub is not throttled where the page is hidden, as
 * timers are.
 *
 * @param cores how many Web Workers there are by default
 */
export async function startWebWorker(
  options: WorkerConnection & EndOfWorker & InlineOptions & ThreadOptions & ThreadWorkerOptions & WebWorkerOptions,
  cores: number,
): Promise<Worker> {
  const { worker, operations, slots, threads = cores } = options;
  checkWebWorker('startWorker', worker);
  const refuse = (why: string): never => {
    throw new PaladinError('INVALID_INPUT', `startWorker: ${why}`);
  };
  if (worker === undefined) return refuse('expected worker');
  if (operations !== undefined) refuse(noValues);
  if (slots !== undefined) refuse('expected threads rather than slots: the number of Web Workers');
  const bounds = threadBounds('startWorker', options, 'worker');
  return await startThreadWorker(options, (pool) => startWebExecutor('startWorker', { ...pool, ...bounds, threads, worker }));
}
