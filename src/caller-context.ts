import { nodeModule } from './platform.js';

/**
 * The asynchronous context of a caller: its `AsyncLocalStorage` stores. Jobs share links, timers and turns of the event loop. So
 * a callback of one job may run because of another one. Therefore each job keeps the context that it was made in, and is called
 * back within it.
 *
 * The context is entered once for all that is told together, never for each element. Browsers have no contexts.
 */
export interface CallerContext {
  run<T>(call: () => T): T;
}

const AsyncResource = nodeModule('async_hooks')?.AsyncResource;

const everywhere: CallerContext = { run: (call) => call() };

/** The context of whoever calls this. */
export function callerContext(): CallerContext {
  if (AsyncResource === undefined) return everywhere;
  // A snapshot of an `AsyncLocalStorage` would make each promise of the process take longer in Node 20. This does not.
  const resource = new AsyncResource('paladin-rx', { requireManualDestroy: true });
  return { run: (call) => resource.runInAsyncScope(call) };
}
