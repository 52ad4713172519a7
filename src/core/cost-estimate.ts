/**
 * What one of many similar things costs, as long as some of them are still running.
 *
 * The first to end are the quick ones, and their mean alone would be far too low; so what still runs counts with the time that it has had
 * so far. That is the most likely mean of an exponential distribution of which some samples are cut short (Epstein and Sobel 1953). Older
 * samples fade: about two for each that runs, and one more, are remembered.
 */
export class CostEstimate {
  #samples = 0;
  #totalMs = 0;
  #running = 0;
  /** The sum of when they began. */
  #beganMs = 0;
  #meanMs: number | undefined;

  /** As of the last sample; undefined before the first. */
  get meanMs(): number | undefined {
    return this.#meanMs;
  }

  begin(now: number): void {
    this.#running += 1;
    this.#beganMs += now;
  }

  /** What began then runs no more; if it has a cost, that is still to be observed. */
  end(beganMs: number): void {
    this.#running -= 1;
    this.#beganMs = this.#running === 0 ? 0 : this.#beganMs - beganMs;
  }

  /** @param overheadMs how much longer than it costs one seems to run, from afar */
  observe(costMs: number, overheadMs: number, now: number): void {
    const most = 2 * (this.#running + 1);
    if (this.#samples >= most) {
      const kept = (most - 1) / this.#samples;
      this.#samples *= kept;
      this.#totalMs *= kept;
    }
    this.#samples += 1;
    this.#totalMs += costMs;
    const runningMs = Math.max(0, this.#running * (now - Math.max(0, overheadMs)) - this.#beganMs);
    this.#meanMs = (this.#totalMs + runningMs) / this.#samples;
  }
}
