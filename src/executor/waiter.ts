import { later } from '../real-time.js';
import { deadline } from '../timer.js';
import { longestTimerMs } from '../limits.js';

/** Waits for promises for a time, and can be woken from outside. One wait at a time. */
export class Waiter {
  #wake: (() => void) | undefined = undefined;

  /**
   * Resolves with what comes first: the result of the promise, `expired` after `ms` (undefined or Infinity: never), or `woken` by
   * `wake`. The time is a user's deadline, which fake timers may move.
   */
  until<T>(promise: Promise<T>, ms?: number): Promise<T | 'expired' | 'woken'> {
    return this.#wait(promise, ms, (expire, afterMs) => deadline(expire, afterMs).cancel);
  }

  /** The same, in real time. */
  within<T>(promise: Promise<T>, ms: number): Promise<T | 'expired' | 'woken'> {
    return this.#wait(promise, ms, (expire, afterMs) => later(expire, afterMs).cancel);
  }

  #wait<T>(
    promise: Promise<T>,
    ms: number | undefined,
    start: (expire: () => void, afterMs: number) => () => void,
  ): Promise<T | 'expired' | 'woken'> {
    return new Promise((resolve, reject) => {
      const stop = ms === undefined || ms === Infinity ? undefined : start(() => end('expired'), clampTimer(ms));
      const wake = (): void => end('woken');
      this.#wake = wake;
      promise.then(end, reject);
      function end(how: T | 'expired' | 'woken'): void {
        stop?.();
        resolve(how);
      }
    });
  }

  wake(): void {
    this.#wake?.();
  }
}

/** The delay, within what timers can hold. Other delays would fire at once. */
export function clampTimer(ms: number): number {
  return Math.min(Math.max(ms, 0), longestTimerMs);
}
