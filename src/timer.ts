import { realNow } from './real-time.js';

/** As long as timers can wait; a deadline beyond is looked at again then. */
const longestMs = 2 ** 31 - 1;

/** Node counts whole milliseconds, so a timer of its own may come this much early. */
const earlyMs = 2;

/**
 * One timer that is set anew as deadlines change, and the clock that they are on: `performance.now()`, which no change of the wall clock moves. A fake
 * `setTimeout` moves it: when one has fired, its deadline has come.
 */
export class Timer {
  readonly #due: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
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
    clearTimeout(this.#timer);
    this.#at = at;
    if (at === undefined) return;
    const ms = Math.max(0, at - this.now());
    this.#timer = setTimeout(
      () => {
        this.#at = undefined;
        const leftMs = at - this.now();
        if (leftMs > earlyMs && ms <= longestMs) this.#aheadMs += leftMs;
        this.#due();
      },
      Math.min(ms, longestMs),
    );
    // Browsers give a number.
    if (mayEnd) (this.#timer as { unref?: () => void }).unref?.();
  }

  clear(): void {
    this.set(undefined);
  }
}
