import type { ThreadPoolOptions } from './thread-executor-options.js';
import { startThreads, type ThreadExecutor } from './thread-pool.js';
import { webWorkers } from './web-thread.js';

export interface WebExecutorOptions extends ThreadPoolOptions {
  /** Makes a Web Worker whose script calls `serveOperations`. */
  readonly worker: () => unknown;
}

/**
 * Starts an executor with Web Workers.
 *
 * @param where the caller, for messages
 * @throws {@link PaladinError} `INVALID_INPUT` when a Web Worker cannot be had, or its script does not load; `CLOSED` when the
 *   signal is aborted meanwhile
 */
export async function startWebExecutor(where: string, { worker, ...options }: WebExecutorOptions): Promise<ThreadExecutor> {
  return await startThreads(webWorkers(where, worker), options);
}
