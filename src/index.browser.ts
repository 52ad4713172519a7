import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import { ThreadWarnings } from './executor/thread-warnings.js';
import { startWebExecutor } from './executor/web-executor.js';
import { PaladinError } from './errors/paladin-error.js';
import type { Runtime } from './leader/runtime.js';
import { coresOfBrowser } from './platform.js';

export * from './common.js';

/**
 * Makes a runtime in this page. It is a hub and workers, connected by loopback links. With `worker` each worker is a Web Worker.
 * Without, operations execute inline, in the page's own thread, and hold it up for as long as they compute.
 *
 * @param options see {@link InMemoryOptions}; `modules` cannot be used here, since pages have no threads of Node
 * @returns a runtime, at once; close it in the end, or hold it by `await using`
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong. A Web Worker whose script cannot be loaded makes the jobs fail,
 *   with `INVALID_INPUT`, too.
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
    threads: coresOfBrowser(),
    hasModules: false,
    startThread: async ({ of, ...start }) => {
      // Only a program in Node is given modules.
      if (of.type === 'modules') throw new PaladinError('INVALID_INPUT', 'inMemory: a page cannot load modules in threads');
      // One for all workers.
      const told = (warnings ??= ThreadWarnings.until(start.signal));
      const tell = (reason: string): void => told.tell(reason);
      const { worker } = of;
      return await startWebExecutor('inMemory', { threads: 1, ...start, worker, onThreadDeath: tell, onSlowCreate: tell });
    },
  });
}
