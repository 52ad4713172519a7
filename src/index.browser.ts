import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import type { Runtime } from './leader/runtime.js';

export * from './common.js';

/**
 * Makes a runtime in this page. It is a hub and workers, connected by loopback links. Operations execute inline, in the page's
 * own thread.
 *
 * @param options see {@link InMemoryOptions}; `modules` cannot be used here, since pages have no threads of Node
 * @returns a runtime, at once; close it in the end, or hold it by `await using`
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong
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
  return startInMemory(options, { threads: 1, startThread: undefined });
}
