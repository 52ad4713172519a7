import { nodeModule } from '../platform.js';
import type { SlotWaits } from './slot-waits.js';

/*
 * Which batch an operation belongs to that runs a job. In a thread of its own a batch is alone. Inline others are executed while it waits: there it
 * is kept in an `AsyncLocalStorage`, and only for operations that wait, since in Node 20 each promise of the process takes longer from then on.
 * Browsers have none, and know a batch up to where its operation first waits.
 */

const Storage = nodeModule('async_hooks')?.AsyncLocalStorage;
const storage = Storage && new Storage<SlotWaits>();

/** The batch that this thread executes, where it executes no others in between. */
let only: SlotWaits | undefined;

/** The batch whose operation is executing right now, up to where it first waits. */
let current: SlotWaits | undefined;

/** From now on the batch is the only one in this thread; or there is none. */
export function executeAlone(waits: SlotWaits | undefined): void {
  only = waits;
}

/** Calls what executes operations of a batch. */
export function executing<T>(waits: SlotWaits, call: () => T): T {
  const before = current;
  current = waits;
  try {
    return call();
  } finally {
    current = before;
  }
}

/** Likewise, for operations that wait: what they do then belongs to the batch, too. */
export function executingOn<T>(waits: SlotWaits, call: () => T): T {
  const execute = (): T => executing(waits, call);
  return storage === undefined || only !== undefined ? execute() : storage.run(waits, execute);
}

/** The waits of the batch whose operation calls this, as far as that is known. */
export function executingNow(): SlotWaits | undefined {
  return current ?? only ?? storage?.getStore();
}
