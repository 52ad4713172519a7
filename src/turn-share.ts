import { nextTurn, realNow } from './real-time.js';
import { maxTurnMs, maxTurnSteps } from './limits.js';

/**
 * Says when something has gone on for long enough in one turn of the event loop. Then timers and sockets get their turn. It looks
 * at the clock at every step while steps are dear, and more seldom while they are cheap.
 */
export class TurnShare {
  /** Whether a turn is under way that was seen to begin. */
  #begun = false;
  readonly #maxStride: number;
  #endMs = 0;
  #lookedMs = 0;
  /** How many steps this turn has had. */
  #steps = 0;
  /** At which step to look at the clock next. */
  #nextLook = 0;
  #stride = 1;

  /** @param maxStride the most steps between two looks at the clock */
  constructor(maxStride: number = maxTurnSteps) {
    this.#maxStride = maxStride;
  }

  /**
   * Asked before each step: whether the share is used up.
   *
   * @param mostSteps how many steps are enough for one turn, however cheap they are
   */
  isSpent(mostSteps: number): boolean {
    if (this.#begun) {
      if (this.#steps >= mostSteps || this.#lookedMs >= this.#endMs) return true;
      this.#steps += 1;
      if (this.#steps < this.#nextLook) return false;
    }
    const now = realNow();
    if (!this.#begun) this.#begin(now);
    else this.#stride = now - this.#lookedMs < maxTurnMs / 16 ? Math.min(2 * this.#stride, this.#maxStride) : 1;
    this.#lookedMs = now;
    this.#nextLook = this.#steps + this.#stride;
    return now >= this.#endMs;
  }

  #begin(now: number): void {
    this.#begun = true;
    this.#endMs = now + maxTurnMs;
    this.#steps = 1;
    nextTurn(() => {
      this.#begun = false;
    });
  }
}
