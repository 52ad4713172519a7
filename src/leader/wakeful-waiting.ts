import { mostTripsAsleep, mostWakefulMs, quickTripMs } from '../limits.js';

/**
 * Decides whether a leader waits awake. Then its event loop turns until the answer comes, where it would sleep until it is woken.
 * To wake a process takes the operating system as long as the rest of a quick trip. It takes several times as long when the
 * processor went to sleep, too.
 *
 * Rules.
 * 1. It waits awake only for a lone batch. Nothing else is under way then, so nothing else wakes it.
 * 2. It does so when lone batches have lately come back within `quickTripMs`. It stays awake for four times as long as they took,
 *    and for `mostWakefulMs` at most.
 * 3. A batch that takes longer was waited for in vain, and others had less of the processor. So the leader sleeps through the
 *    next batches. It sleeps through twice as many each time that this happens again, and half as many each time that it does
 *    not.
 */
export class WakefulWaiting {
  /** When the lone batch was sent that is under way. */
  #sentAt: number | undefined;
  #awakeUntil = 0;
  /** How long lone batches take, lately. */
  #usualMs: number | undefined;
  /** Through how many batches it still sleeps, and through how many after the next failure. */
  #asleepFor = 0;
  #penalty = 1;

  /** A batch goes out while nothing else is under way. */
  sent(now: number): void {
    this.#sentAt = now;
    const usualMs = this.#usualMs ?? Infinity;
    this.#awakeUntil = usualMs <= quickTripMs && this.#asleepFor === 0 ? now + Math.min(4 * usualMs, mostWakefulMs) : 0;
    if (this.#asleepFor > 0) this.#asleepFor -= 1;
  }

  /** The answer has come. */
  answered(now: number): void {
    if (this.#sentAt !== undefined) this.#learn(now - this.#sentAt, now);
    this.#sentAt = undefined;
  }

  /** The batch is not alone any more, or will not be answered. */
  forget(): void {
    this.#sentAt = undefined;
  }

  isAwake(now: number): boolean {
    return this.#sentAt !== undefined && now < this.#awakeUntil;
  }

  #learn(tookMs: number, now: number): void {
    if (this.#awakeUntil > 0 && now >= this.#awakeUntil) {
      this.#asleepFor = this.#penalty;
      this.#penalty = Math.min(2 * this.#penalty, mostTripsAsleep);
    } else if (this.#awakeUntil > 0) this.#penalty = Math.max(1, this.#penalty / 2);
    // A batch that takes very long says little of the next one.
    const sampleMs = Math.min(tookMs, mostWakefulMs);
    this.#usualMs = this.#usualMs === undefined ? sampleMs : this.#usualMs + (sampleMs - this.#usualMs) / 8;
  }
}
