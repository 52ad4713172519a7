import type { SlotWaits } from './slot-waits.js';

/** Of the batch whose operation is executing in this thread right now; there is one at a time, up to where it first waits. */
let current: SlotWaits | undefined;

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

/** Whoever calls this from an operation, before that waits for anything, gets the waits of its batch. */
export function executingNow(): SlotWaits | undefined {
  return current;
}
