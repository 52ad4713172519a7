import { nodeModule } from '../platform.js';
import { isThenable } from '../thenable.js';
import type { SlotWaits } from './slot-waits.js';

/*
 * Finds the batch of an operation that runs a job. In a thread of its own a batch is alone. Inline, other batches are executed
 * while it waits. There the batch is kept in an `AsyncLocalStorage`. In Node 20 that makes each promise of the process take
 * longer. Once an operation has waited, it stays switched on. Before, it is on only while operations are called: any of them
 * may wait. Browsers have no `AsyncLocalStorage`. They know a batch up to the place where its operation first waits.
 */

const Storage = nodeModule('async_hooks')?.AsyncLocalStorage;
const storage = Storage && new Storage<SlotWaits>();

/** The batch that this thread executes, where it executes no others in between. */
let only: SlotWaits | undefined;

let isApart = false;

/** The batch whose operation is executing right now, up to where it first waits. */
let current: SlotWaits | undefined;

/** Whether anything has waited, so that the storage stays switched on. */
let isKept = false;

/** From now on this batch is the only one in this thread; undefined: there is none. */
export function executeAlone(waits: SlotWaits | undefined): void {
  isApart = true;
  only = waits;
}

/** Whether this thread does nothing but execute batches, one at a time. */
export function isThreadOfBatches(): boolean {
  return isApart;
}

/** What marks the global object of a Web Worker that executes batches of a page. All copies of this package know the mark. */
const servingKey: symbol = Symbol.for('paladin-rx.serving');

/** Whether this thread is a Web Worker that serves a page. */
export function servesPage(): boolean {
  return Reflect.get(globalThis, servingKey) === true;
}

/** From now on it is. */
export function beginServing(): void {
  Reflect.set(globalThis, servingKey, true);
}

/**
 * Calls a function that executes operations of a batch. What the operations do after they have waited belongs to the batch, too.
 */
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
 * Whether the code of an operation calls this although no operation is known to execute. That is a queue or timer that an
 * operation once began, or a module in a thread that executes nothing right now.
 */
export function isStrayNow(): boolean {
  if (current !== undefined || only !== undefined) return false;
  return isApart || storage?.getStore()?.isOver === true;
}
