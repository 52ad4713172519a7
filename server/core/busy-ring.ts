/** How busy the slots of one worker were in each of its last seconds. */

/** How many seconds are kept: a minute, as the page shows. */
export const heatSeconds = 60;

const secondMs = 1_000;

export class BusyRing {
  /** Percents; a byte each, as there may be ten thousand workers. */
  readonly #percents = new Uint8Array(heatSeconds);
  readonly #from: number;
  /** Up to when all is counted. */
  #at: number;
  /** Slots times milliseconds of the second that is not over. */
  #busyMs = 0;

  /** @param now when the worker came; its seconds begin then */
  constructor(now: number) {
    this.#from = now;
    this.#at = 0;
  }

  /** So many of its slots were busy since the last time. */
  advance(busy: number, slots: number, now: number): void {
    const until = now - this.#from;
    // Only the last minute counts.
    const first = secondMs * (Math.floor(until / secondMs) - heatSeconds);
    if (this.#at < first) {
      this.#at = first;
      this.#busyMs = 0;
    }
    while (this.#at < until) {
      const second = Math.floor(this.#at / secondMs);
      const end = Math.min(until, secondMs * (second + 1));
      this.#busyMs += busy * (end - this.#at);
      this.#at = end;
      if (end < secondMs * (second + 1)) return;
      this.#percents[second % heatSeconds] = slots === 0 ? 0 : Math.min(100, Math.round((this.#busyMs / slots / secondMs) * 100));
      this.#busyMs = 0;
    }
  }

  /** Shares from 0 to 1 of the last seconds that are over, the oldest first. */
  get shares(): number[] {
    const over = Math.floor(this.#at / secondMs);
    const shares: number[] = [];
    for (let second = Math.max(0, over - heatSeconds); second < over; second += 1) {
      shares.push((this.#percents[second % heatSeconds] ?? 0) / 100);
    }
    return shares;
  }
}
