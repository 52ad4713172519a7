/** After this time without a hub, its owner is told again that a worker waits. The time doubles with each time. */
const firstAgainMs = 5_000;

/** The owner is told at least as often as this: whoever looks into a log of the last minutes finds it. */
const longestAgainMs = 10 * 60_000;

/**
 * Which failed attempts to connect a worker's owner is told of while the hub is not there. It is told each reason once, and at
 * growing intervals that the worker still waits. Times are in milliseconds, from a clock that only goes forward.
 */
export class Absence {
  readonly #reasons = new Set<string>();
  #againAt = Infinity;
  #againMs = firstAgainMs;

  /** An attempt has failed, or the connection is lost. @returns whether to tell */
  tells(reason: string, now: number): boolean {
    if (!this.#reasons.has(reason)) {
      this.#reasons.add(reason);
      this.#againAt = now + this.#againMs;
      return true;
    }
    if (now < this.#againAt) return false;
    this.#againMs = Math.min(2 * this.#againMs, longestAgainMs);
    this.#againAt = now + this.#againMs;
    return true;
  }

  /** The hub is there. */
  end(): void {
    this.#reasons.clear();
    this.#againMs = firstAgainMs;
  }
}
