/** As long as timers can wait; a deadline beyond is looked at again then. */
const longestMs = 2 ** 31 - 1;

/** One timer that is set anew as deadlines change; on the clock of `performance.now()`, which no change of the wall clock moves. */
export class Timer {
  readonly #due: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at: number | undefined;

  /** @param due called at or after the deadline, or early where that is very far */
  constructor(due: () => void) {
    this.#due = due;
  }

  /** Waits for this deadline alone; undefined: for none. */
  set(at: number | undefined): void {
    if (at === this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#at = undefined;
        this.#due();
      },
      Math.min(Math.max(0, at - performance.now()), longestMs),
    );
  }

  clear(): void {
    this.set(undefined);
  }
}
