import { nextTurn } from './real-time.js';

const settled = Promise.resolve();

/**
 * Calls back once what runs now has ended, before anything else that comes. As `queueMicrotask`, which makes a resource for
 * asynchronous hooks each time in Node, and which may be a fake.
 */
export function afterThis(call: () => void): void {
  settled.then(call).catch(throwAtNobody);
}

/** Throws outside of any promise, as an error in a callback that nobody waits for is thrown. */
export function throwAtNobody(error: unknown): void {
  nextTurn(() => {
    throw error;
  });
}
