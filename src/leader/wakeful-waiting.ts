import { mostTripsAsleep, mostWakefulMs, quickTripMs } from '../limits.js';

/**
 * Whether a leader waits awake: its event loop turns until the answer comes, where it would sleep until it is woken. The
 * operating system takes as long to wake a process as all the rest of a quick trip takes. Where the processor went to sleep as
 * well, it takes several times as long.
 *
 * Rules.
 * 1. It waits awake for a lone batch alone: nothing else is under way, so nothing else wakes it.
 * 2. It does when such batches have lately come back within moments (`quickTripMs`), and for four times as long as they took,
 *    `mostWakefulMs` at the most.
 * 3. Where one took longer it was awake for nothing, and kept others from the processor: it sleeps through the next ones, through
 *    twice as many each time that this happens again, and half as many each time that it does not.
 */
export class WakefulWaiting {
  /** When the lone batch was sent that is under way. */
  #sentAt: number | undefined;
  #awakeUntil = 0;
  /** How long lone batches take, lately. */
  #usualMs: number | undefined;
  /** Through how many it still sleeps, and through how many from the next failure on. */
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

  /** It is not alone any more, or will not be answered. */
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
    // One that takes very long says little of the next one.
    const sampleMs = Math.min(tookMs, mostWakefulMs);
    this.#usualMs = this.#usualMs === undefined ? sampleMs : this.#usualMs + (sampleMs - this.#usualMs) / 8;
  }
}
