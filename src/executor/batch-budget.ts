import { clockStepsPerBudget, maxClockStep } from './limits.js';
import { realNow } from '../real-time.js';

/**
 * Watches how long a batch takes. It reads the clock at every unit while units are dear, and more seldom while they are cheap.
 */
export class BatchBudget {
  /** At which offset to look at the clock next. Without a budget that is never. */
  nextLook: number;
  readonly #budgetMs: number;
  #endMs: number;
  #step = 1;
  #lastLookMs: number;

  /** @param budgetMs 0: any time */
  constructor(budgetMs: number, startedMs: number) {
    this.#budgetMs = budgetMs;
    this.#endMs = startedMs + budgetMs;
    this.#lastLookMs = startedMs;
    // At least one unit is done. Else the batch would come back unchanged for ever.
    this.nextLook = budgetMs > 0 ? 1 : Infinity;
  }

  /** The batch was not executed for so long. */
  postpone(ms: number): void {
    this.#endMs += ms;
    this.#lastLookMs += ms;
  }

  /** Whether the time is up; else says when to look again. */
  isSpent(offset: number): boolean {
    const now = realNow();
    if (now >= this.#endMs) return true;
    const cheap = now - this.#lastLookMs < this.#budgetMs / clockStepsPerBudget;
    this.#step = cheap ? Math.min(this.#step * 2, maxClockStep) : 1;
    this.#lastLookMs = now;
    this.nextLook = offset + this.#step;
    return false;
  }
}
