import { availableParallelism } from 'node:os';
import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import type { ThreadWarnings } from './executor/thread-warnings.js';
import type { Runtime } from './leader/runtime.js';

export * from './common.js';

/**
 * A runtime in this process: a hub and workers over loopback links, with the same machines, messages and guarantees as over the
 * network. With `modules` each worker is a thread; without, operations execute inline, in this thread, taking turns where they
 * wait.
 *
 * @returns a runtime, at once; close it in the end, or hold it by `await using`
 * @throws `PaladinError` `INVALID_INPUT` when an option is not what it must be. When a module cannot be loaded, the jobs fail with that.
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
