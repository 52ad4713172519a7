/**
 * How often a leader opens jobs.
 *
 * The hub refuses jobs beyond a number in a second. A network may hold up the openings of one second, and deliver them with those
 * of the next. So a leader opens half as many: the openings of two seconds together are within the limit. A network that stands
 * still for longer delivers no more jobs than may be open, unless jobs end meanwhile. A hub admits as many more at once.
 */
export class OpeningPace {
  /** How long it takes at an even pace until the next opening. */
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
