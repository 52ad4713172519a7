/** The upper bounds of all buckets but the last, in milliseconds: from what an idle cluster takes to what people wait for. */
export const boundsMs: readonly number[] = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
];

/** How many durations there were of which length. Its memory does not grow. */
export class Histogram {
  readonly #counts = new Float64Array(boundsMs.length + 1);
  #sumMs = 0;

  /** How many were observed. */
  get count(): number {
    return this.#counts.reduce((sum, each) => sum + each, 0);
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** How many took at most as long as each bound, and how many there were in all. */
  get cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => (sum += count));
  }

  /** How many there were in each bucket; the last has no bound. */
  get counts(): Float64Array {
    return this.#counts;
  }

  observe(ms: number): void {
    let bucket = 0;
    while (ms > (boundsMs[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += ms;
  }
}
