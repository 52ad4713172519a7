import { longestTimerMs } from './limits.js';
import { realNow, type Later } from './real-time.js';

/** Node counts whole milliseconds, so a timer of its own may come this much early. */
const earlyMs = 2;

/**
 * Calls back after some time, which a fake clock may move; `Infinity`: never. Fakes may come or go before it is cancelled: that is the matter of
 * whoever has set the timer. To others a fake timer is a number, by which they might clear another one.
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
      // Where only one of both functions is a fake, a number must not mean anything to the real one.
      clearTimeout(Object(timer) as never);
    },
    // Browsers give a number.
    unref: () => (timer as { unref?: () => void }).unref?.(),
  };
}

const never: Later = { cancel: () => undefined, unref: () => undefined };

/**
 * One timer that is set anew as deadlines change, and the clock that they are on: `performance.now()`, which no change of the
 * wall clock moves. A fake `setTimeout` moves it: when one has fired, its deadline has come.
 */
export class Timer {
  readonly #due: () => void;
  #timer: Later | undefined;
  #at: number | undefined;
  /** By how much fake timers are ahead of the real clock. */
  #aheadMs = 0;

  /** @param due called at or after the deadline, or early where that is very far */
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
