/**
 * When a leader says to its hub how far its jobs are.
 *
 * Rules.
 * 1. It says so only while the hub asks for it, which it does while somebody watches.
 * 2. It says so at once when the hub begins to ask, and then no more often than the hub wants, nor than `reportEveryMs`.
 * 3. A new connection is asked anew.
 */
import { reportEveryMs } from '../limits.js';

export class Reporting {
  #everyMs = 0;
  #dueAt = Infinity;

  /** When the next report is due; Infinity: nobody asks. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** The hub asks, or not any more (0). */
  watch(everyMs: number, now: number): void {
    const wasAsked = this.#everyMs > 0;
    this.#everyMs = everyMs === 0 ? 0 : Math.max(reportEveryMs, everyMs);
    if (this.#everyMs === 0) this.#dueAt = Infinity;
    else if (!wasAsked) this.#dueAt = now;
  }

  /** The hub is gone. */
  stop(): void {
    this.#everyMs = 0;
    this.#dueAt = Infinity;
  }

  /** Whether a report is due. If so, it counts as made. */
  takeDue(now: number): boolean {
    if (now < this.#dueAt) return false;
    this.#dueAt = now + this.#everyMs;
    return true;
  }
}
