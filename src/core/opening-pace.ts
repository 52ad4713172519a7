/**
 * How often a leader opens jobs.
 *
 * The hub refuses a job beyond so many in a second. A network may hold up what a leader opens in one second, and deliver it with
 * what it opens in the next. So a leader opens half as many: those of two seconds together are within the limit. What stands
 * still for longer delivers no more than may be open, unless jobs end meanwhile. Hubs admit so many more at once.
 */
export class OpeningPace {
  /** How long the hub's limit makes up for one opening. */
  #everyMs = 0;
  /** How far ahead of an even pace openings may be. */
  #aheadMs = 0;
  /** When the next opening would be due at an even pace. */
  #evenAt = -Infinity;

  /** A hub admits so many openings in a second. */
  begin(maxPerSecond: number): void {
    const perSecond = maxPerSecond / 2;
    this.#everyMs = 1_000 / perSecond;
    this.#aheadMs = (Math.max(1, Math.floor(perSecond)) - 1) * this.#everyMs;
  }

  /** When the next job may be opened; it may be long ago. */
  get dueAt(): number {
    return this.#evenAt - this.#aheadMs;
  }

  /** A job is opened. */
  take(now: number): void {
    this.#evenAt = Math.max(this.#evenAt, now) + this.#everyMs;
  }
}
