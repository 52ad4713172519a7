/** After this time without a hub, a worker says again that it waits. The time doubles with each time. */
const firstAgainMs = 5_000;

/** It says so at least as often as this: whoever looks into a log of the last minutes finds it. */
const longestAgainMs = 10 * 60_000;

/**
 * What a worker says while its hub is not there: each reason once, and that it still waits, at growing intervals. Times are in
 * milliseconds, from a clock that only goes forward.
 */
export class HubWait {
  readonly #hub: string;
  readonly #reasons = new Set<string>();
  #sinceMs: number | undefined;
  #againAt = Infinity;
  #againMs = firstAgainMs;

  constructor(hub: string) {
    this.#hub = hub;
  }

  /** An attempt to connect has failed. @returns what to say; undefined: nothing */
  lost(reason: string, now: number): string | undefined {
    this.#sinceMs ??= now;
    if (!this.#reasons.has(reason)) {
      this.#reasons.add(reason);
      this.#againAt = now + this.#againMs;
      return `not connected to ${this.#hub}: ${reason}; trying again`;
    }
    if (now < this.#againAt) return undefined;
    this.#againMs = Math.min(2 * this.#againMs, longestAgainMs);
    this.#againAt = now + this.#againMs;
    return `still not connected to ${this.#hub} after ${timeText(now - this.#sinceMs)}: ${reason}; trying again`;
  }

  /** The hub is there. */
  back(): void {
    this.#reasons.clear();
    this.#sinceMs = undefined;
    this.#againMs = firstAgainMs;
  }
}

function timeText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
