import { startInMemory, type InMemoryOptions } from '../server/in-process/in-memory.js';
import type { Runtime } from './leader/runtime.js';

export * from './common.js';

/**
 * A runtime in this page: a hub and workers over loopback links. Operations execute inline, in the page's own thread.
 *
 * @throws `PaladinError` `INVALID_INPUT` when an option is not what it must be
 */
export function inMemory(options: InMemoryOptions = {}): Runtime {
  return startInMemory(options, { threads: 1, startThread: undefined });
}
