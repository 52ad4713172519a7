import { longestTimerMs } from './limits.js';
import { realNow, type Later } from './real-time.js';

/** Node counts whole milliseconds, so a timer of its own may come this much early. */
const earlyMs = 2;

/**
 * Calls back after some time; `Infinity`: never. A fake clock may move it. Fakes may come or go before it is cancelled. The timer
 * is always cancelled by those functions that have set it: for others its number might be that of another timer.
 */
export function deadline(callback: () => void, ms: number): Later {
  if (ms === Infinity) return never;
  const { setTimeout, clearTimeout } = globalThis;
  let isOver = false;
  const timer: unknown = setTimeout(() => {
    if (!isOver) callback();
  }, ms);
  return {
    cancel: () => {
      isOver = true;
      // One of both functions may be a fake. A number must not mean anything to the real one.
      clearTimeout(Object(timer) as never);
    },
    // Browsers give a number.
    unref: () => (timer as { unref?: () => void }).unref?.(),
  };
}

const never: Later = { cancel: () => undefined, unref: () => undefined };

/**
 * One timer that is set anew as deadlines change, and the clock of these deadlines. The clock is `performance.now()`, which no
 * change of the wall clock moves. A fake `setTimeout` moves it: when a timer has fired, its deadline has come.
 */
export class Timer {
  readonly #due: () => void;
  #timer: Later | undefined;
  #at: number | undefined;
  /** By how much fake timers are ahead of the real clock. */
  #aheadMs = 0;

  /** @param due is called at the deadline or after it; early where the deadline is very far */
  constructor(due: () => void) {
    this.#due = due;
  }

  /** What time it is. */
  now(): number {
    return realNow() + this.#aheadMs;
  }

  /** Waits for this deadline alone; undefined: for none. `mayEnd`: the program may end meanwhile, if nothing else keeps it. */
  set(at: number | undefined, mayEnd = false): void {
    if (at === this.#at) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#at = at;
    if (at === undefined) return;
    const ms = Math.max(0, at - this.now());
    this.#timer = deadline(
      () => {
        this.#at = undefined;
        const leftMs = at - this.now();
        if (leftMs > earlyMs && ms <= longestTimerMs) this.#aheadMs += leftMs;
        this.#due();
      },
      Math.min(ms, longestTimerMs),
    );
    if (mayEnd) this.#timer.unref();
  }

  clear(): void {
    this.set(undefined);
  }
}
