import { findModules } from '../operation/loading/find-modules.js';
import { nodeThreads } from './running-thread.js';
import type { ThreadExecutorOptions } from './thread-executor-options.js';
import { startThreads, type ThreadExecutor } from './thread-pool.js';

/**
 * Starts an executor with threads of Node, each of which has loaded the modules.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when a module cannot be loaded, `CLOSED` when the signal is aborted meanwhile; no
 *   thread is left behind then
 */
export async function startThreadExecutor({
  modules,
  resourceLimits,
  ...options
}: ThreadExecutorOptions): Promise<ThreadExecutor> {
  const found = findModules(modules);
  const urls = found instanceof Promise ? await found : found;
  const measured = options.renewAboveBytes !== undefined;
  return await startThreads(nodeThreads({ modules: urls.map(({ href }) => href), resourceLimits, measured }), options);
}
