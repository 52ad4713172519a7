import { availableParallelism } from 'node:os';
import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import type { ThreadWarnings } from './executor/thread-warnings.js';
import type { Runtime } from './leader/runtime.js';

export * from './common.js';

/**
 * Makes a runtime in this process. It is a hub and workers, connected by loopback links. Machines, messages and guarantees are
 * the same as over the network. With `modules` each worker is a thread. Without, operations execute inline, in this thread, and
 * take turns where they wait.
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
 * await using runtime = inMemory();
 * console.log(await runtime.run(shout, 'hello')); // HELLO!
 * ```
 */
export function inMemory(options: InMemoryOptions = {}): Runtime {
  let warnings: ThreadWarnings | undefined;
  return startInMemory(options, {
    threads: availableParallelism(),
    startThread: async (start) => {
      // The threads load this module, too, and need none of their own.
      const [{ startThreadExecutor }, threadWarnings] = await Promise.all([
        import('./executor/thread-executor.js'),
        import('./executor/thread-warnings.js'),
      ]);
      // One for all workers.
      const told = (warnings ??= threadWarnings.ThreadWarnings.until(start.signal));
      const tell = (reason: string): void => told.tell(reason);
      const executor = await startThreadExecutor({ threads: 1, ...start, onThreadDeath: tell, onSlowCreate: tell });
      return Object.assign(executor, executor.offers);
    },
  });
}
