import { nodeModule } from './platform.js';

/**
 * The asynchronous context of a caller: what `AsyncLocalStorage` has in store for it. Jobs share links, timers and turns of the
 * event loop, so what runs a callback may be about another one. Each therefore keeps the context that it was made in, and is
 * called back within it.
 *
 * It is entered once for what is told together, never for each element. In browsers there are no such contexts.
 */
export interface CallerContext {
  run<T>(call: () => T): T;
}

const AsyncResource = nodeModule('async_hooks')?.AsyncResource;

const everywhere: CallerContext = { run: (call) => call() };

/** That of whoever calls this. */
export function callerContext(): CallerContext {
  if (AsyncResource === undefined) return everywhere;
  // Unlike a snapshot of an `AsyncLocalStorage`, it does not switch on what such a storage costs in Node 20.
  const resource = new AsyncResource('paladin-rx', { requireManualDestroy: true });
  return { run: (call) => resource.runInAsyncScope(call) };
}
