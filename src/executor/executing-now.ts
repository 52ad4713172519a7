import type { OperationDefinition } from '../operation/operation.js';
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

/** Those whose operations wait, as far as that is known. */
const waiting = new WeakSet<OperationDefinition>();

/** The operations were seen to wait, or will. */
export function seenToWait(definition: OperationDefinition): void {
  waiting.add(definition);
}

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

/** Likewise, for the first time of a batch: what its operations do after they have waited belongs to it, too, where they are known to wait. */
export function executingFirst<T>(waits: SlotWaits, operations: readonly OperationDefinition[], call: () => T): T {
  const execute = (): T => executing(waits, call);
  if (storage === undefined || only !== undefined || !operations.some((operation) => waiting.has(operation))) return execute();
  return storage.run(waits, execute);
}

/** The waits of the batch whose operation calls this, as far as that is known. */
export function executingNow(): SlotWaits | undefined {
  return current ?? only ?? storage?.getStore();
}
