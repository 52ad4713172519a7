import { nodeModule } from '../platform.js';
import { isThenable } from '../thenable.js';
import type { SlotWaits } from './slot-waits.js';

/*
 * Which batch an operation belongs to that runs a job. In a thread of its own a batch is alone. Inline others are executed while
 * it waits: there it is kept in an `AsyncLocalStorage`. In Node 20 that makes each promise of the process take longer, so it is
 * switched on for good only once an operation has waited. Up to then it is on while operations are called: any of them may wait,
 * whatever it did before. Browsers have none, and know a batch up to where its operation first waits.
 */

const Storage = nodeModule('async_hooks')?.AsyncLocalStorage;
const storage = Storage && new Storage<SlotWaits>();

/** The batch that this thread executes, where it executes no others in between. */
let only: SlotWaits | undefined;

/** Whether this thread does nothing but execute batches, one at a time. */
let isApart = false;

/** The batch whose operation is executing right now, up to where it first waits. */
let current: SlotWaits | undefined;

/** Whether anything has waited, so that the storage stays switched on. */
let isKept = false;

/** From now on the batch is the only one in this thread; or there is none. */
export function executeAlone(waits: SlotWaits | undefined): void {
  isApart = true;
  only = waits;
}

/** Calls what executes operations of a batch. What they do after they have waited belongs to the batch, too. */
export function executing<T>(waits: SlotWaits, call: () => T): T {
  const before = current;
  const kept = only === undefined ? storage : undefined;
  current = waits;
  try {
    const result = kept === undefined ? call() : kept.run(waits, call);
    isKept ||= isThenable(result);
    return result;
  } finally {
    current = before;
    if (!isKept && before === undefined) kept?.disable();
  }
}

/** The waits of the batch whose operation calls this, as far as that is known. */
export function executingNow(): SlotWaits | undefined {
  const waits = current ?? only ?? storage?.getStore();
  return waits?.isOver === true ? undefined : waits;
}

/**
 * Whether the code of an operation calls this, of which none is known to execute: a queue or timer that an operation once began,
 * or its module in a thread that executes nothing right now.
 */
export function isStrayNow(): boolean {
  if (current !== undefined || only !== undefined) return false;
  return isApart || storage?.getStore()?.isOver === true;
}
