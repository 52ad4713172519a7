/**
 * What leaders and operations need: operators, runtimes, definitions, errors and serializers.
 *
 * @module paladin-rx
 */

import { availableParallelism } from 'node:os';
import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import { startThreadExecutor } from './executor/thread-executor.js';
import { ThreadWarnings } from './executor/thread-warnings.js';
import type { Runtime } from './leader/runtime.js';

export * from './common.js';

/**
 * Makes a runtime in this process. It is a hub and workers, connected by loopback links. Machines, messages and guarantees are
 * the same as over the network.
 *
 * - With `modules` each worker is a thread, and in browsers with `worker` a Web Worker: operations use all cores.
 * - Without either, operations execute inline, in this thread: one at a time, on one core. Those that wait, for a file or a
 *   server, wait beside each other. Those that compute take as long as without this package. Timers and sockets have their turn
 *   at least every 10 ms, between two elements. Nobody can interrupt an element that takes longer. A program that computes inline
 *   for seconds while other cores are idle is warned, once.
 *
 * @param options see {@link InMemoryOptions}
 * @returns a runtime, at once; close it in the end, or hold it by `await using`
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong. A module that cannot be loaded makes the jobs fail, with
 *   `INVALID_INPUT`, too.
 *
 * @example
 * ```ts
 * import { defineOperation, inMemory } from 'paladin-rx';
 *
 * const shout = defineOperation({ name: 'shout', execute: (text: string) => `${text.toUpperCase()}!` });
 *
 * const runtime = inMemory();
 * console.log(await runtime.run(shout, 'hello')); // HELLO!
 * await runtime.close();
 * ```
 */
export function inMemory(options: InMemoryOptions = {}): Runtime {
  let warnings: ThreadWarnings | undefined;
  return startInMemory(options, {
    threads: availableParallelism(),
    hasModules: true,
    startThread: async ({ of, ...start }) => {
      // One for all workers.
      const told = (warnings ??= ThreadWarnings.until(start.signal));
      const tell = (reason: string): void => told.tell(reason);
      const options = { threads: 1, ...start, onThreadDeath: tell, onSlowCreate: tell };
      // At once: a thread takes long enough to start.
      if (of.type === 'modules') return await startThreadExecutor({ ...options, modules: of.modules });
      const { startWebExecutor } = await import('./executor/web-executor.js');
      return await startWebExecutor('inMemory', { ...options, worker: of.worker });
    },
  });
}
