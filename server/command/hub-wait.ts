/** What a worker says of a hub that is not there. Times are in milliseconds, from a clock that only goes forward. */
export class HubWait {
  readonly #hub: string;
  readonly #reasons = new Set<string>();
  #sinceMs: number | undefined;

  constructor(hub: string) {
    this.#hub = hub;
  }

  /** The worker is told that it is not connected. @returns what to say */
  lost(reason: string, now: number): string {
    this.#sinceMs ??= now;
    if (this.#reasons.has(reason)) {
      return `still not connected to ${this.#hub} after ${timeText(now - this.#sinceMs)}: ${reason}; trying again`;
    }
    this.#reasons.add(reason);
    return `not connected to ${this.#hub}: ${reason}; trying again`;
  }

  /** The hub is there. */
  back(): void {
    this.#reasons.clear();
    this.#sinceMs = undefined;
  }
}

function timeText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
