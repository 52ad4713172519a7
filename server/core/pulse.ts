/** How fast the hub gets on, from totals that are looked at about once a second. */

/** What is counted since the hub started. */
export interface Totals {
  /** Elements that were answered for, failures among them, and elements that were begun once more. */
  readonly elements: number;
  readonly failed: number;
  readonly retried: number;
}

/** Looks that come sooner after each other are taken for one: a rate of less time says little. */
export const leastLookMs = 500;

/** A look that is longer ago is forgotten: nobody has watched. */
export const longestLookMs = 10_000;

const none: Totals = { elements: 0, failed: 0, retried: 0 };

export class Pulse {
  #at = -Infinity;
  #totals: Totals = none;
  /** In a second, between the last two looks; nothing before the second one. */
  perSecond: Totals = none;

  look(totals: Totals, now: number): void {
    const ms = now - this.#at;
    if (ms < leastLookMs) return;
    const rate = (count: (totals: Totals) => number): number =>
      ms > longestLookMs ? 0 : Math.round(((count(totals) - count(this.#totals)) * 1_000) / ms);
    this.perSecond = {
      elements: rate(({ elements }) => elements),
      failed: rate(({ failed }) => failed),
      retried: rate(({ retried }) => retried),
    };
    this.#at = now;
    this.#totals = totals;
  }
}
