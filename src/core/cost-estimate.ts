/** When something began, and how many samples there had been then. */
interface Running {
  readonly beganMs: number;
  readonly samplesBefore: number;
}

/**
 * What one of many similar things costs, while some of them are still running.
 *
 * The quick ones end first, and their mean alone would be far too low. So what still runs counts with the time that it has had so
 * far. This gives the most likely mean of an exponential distribution of which some samples are cut short (Epstein and Sobel
 * 1953).
 *
 * Older samples fade. Samples that came after the oldest running thing began do not. So a thing that never ends weighs less and
 * less.
 */
export class CostEstimate {
  readonly #running = new Map<number, Running>();
  /** The sum of the times when they began. */
  #beganMs = 0;
  /** Samples so far, and the weight and sum of those that are remembered. */
  #count = 0;
  #weight = 0;
  #totalMs = 0;
  #meanMs: number | undefined;

  /** As of the last sample; undefined before the first. */
  get meanMs(): number | undefined {
    return this.#meanMs;
  }

  /** How many things run. */
  get running(): number {
    return this.#running.size;
  }

  begin(id: number, now: number): void {
    this.#running.set(id, { beganMs: now, samplesBefore: this.#count });
    this.#beganMs += now;
  }

  /**
   * It runs no more. If it has a cost, `observe` comes next.
   *
   * @returns when it began; undefined: it did not run
   */
  end(id: number): number | undefined {
    const beganMs = this.#running.get(id)?.beganMs;
    if (beganMs === undefined) return undefined;
    this.#running.delete(id);
    this.#beganMs = this.#running.size === 0 ? 0 : this.#beganMs - beganMs;
    return beganMs;
  }

  /** Nothing runs any more. */
  endAll(): void {
    this.#running.clear();
    this.#beganMs = 0;
  }

  /** @param overheadMs how much longer than it costs a thing seems to run, seen from here */
  observe(costMs: number, overheadMs: number, now: number): void {
    const [oldest] = this.#running.values();
    const since = oldest === undefined ? 0 : this.#count - oldest.samplesBefore;
    const most = Math.max(2 * (this.#running.size + 1), since + 1);
    if (this.#weight >= most) {
      this.#totalMs *= (most - 1) / this.#weight;
      this.#weight = most - 1;
    }
    this.#count += 1;
    this.#weight += 1;
    this.#totalMs += costMs;
    const runningMs = this.#running.size * (now - Math.max(0, overheadMs)) - this.#beganMs;
    this.#meanMs = (this.#totalMs + Math.max(0, runningMs)) / this.#weight;
  }
}
