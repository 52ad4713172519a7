import { nextTurn } from './real-time.js';

const settled = Promise.resolve();

/**
 * Calls back once what runs now has ended, before anything else that comes. It does not use `queueMicrotask`: in Node that makes
 * a resource for asynchronous hooks each time, and it may be a fake.
 */
export function afterThis(call: () => void): void {
  settled.then(call).catch(throwAtNobody);
}

/** Throws outside of any promise, like an error in a callback that nobody waits for. */
export function throwAtNobody(error: unknown): void {
  nextTurn(() => {
    throw error;
  });
}
