import { nodeModule } from '../platform.js';
import { isThenable } from './settlement.js';
import type { SlotWaits } from './slot-waits.js';

/*
 * Which batch an operation belongs to that runs a job. In a thread of its own a batch is alone. Inline others are executed while it waits: there it
 * is kept in an `AsyncLocalStorage`. In Node 20 that makes each promise of the process take longer, so it is used for functions that wait, and
 * once for each of which it is not known. Browsers have none, and know a batch up to where its operation first waits.
 */

const Storage = nodeModule('async_hooks')?.AsyncLocalStorage;
const storage = Storage && new Storage<SlotWaits>();

/** The batch that this thread executes, where it executes no others in between. */
let only: SlotWaits | undefined;

/** The batch whose operation is executing right now, up to where it first waits. */
let current: SlotWaits | undefined;

/** What was called and did not wait. */
const plain = new WeakSet<object>();

/** Whether anything has waited, so that the storage stays switched on. */
let isKept = false;

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

/**
 * Likewise, where it begins: what it does after it has waited belongs to the batch, too.
 *
 * @param functions what is called
 */
export function executingFrom<T>(waits: SlotWaits, functions: readonly object[], call: () => T): T {
  const execute = (): T => executing(waits, call);
  if (storage === undefined || only !== undefined) return execute();
  const isPlain = functions.every((one) => plain.has(one));
  const result = isPlain ? execute() : storage.run(waits, execute);
  if (isThenable(result)) {
    isKept = true;
    for (const one of functions) plain.delete(one);
  } else if (!isPlain) {
    for (const one of functions) plain.add(one);
    if (!isKept) storage.disable();
  }
  return result;
}

/** The waits of the batch whose operation calls this, as far as that is known. */
export function executingNow(): SlotWaits | undefined {
  return current ?? only ?? storage?.getStore();
}
