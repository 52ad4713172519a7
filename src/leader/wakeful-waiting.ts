import {
  mostTripsBetweenLooks,
  mostWakefulMs,
  quickTripMs,
  tripsBetweenLooks,
  tripsOfLook,
  tripsInVain,
  worthAwake,
} from '../limits.js';

/** How many trips of a look are made one way before as many are made the other way: what changes meanwhile concerns both ways. */
const stretch = 4;

/**
 * Decides whether a leader waits awake. Then its event loop turns until the answer comes, where it would sleep until it is woken.
 * On some machines to wake a process takes as long as the rest of a quick trip. Where processors are busy or few, whoever stays
 * awake is in the way of those who are to answer. So the leader looks which it is.
 *
 * Rules.
 * 1. It waits awake only for a lone batch. Nothing else is under way then, so nothing else wakes it.
 * 2. A look is `tripsOfLook` trips asleep, and as many awake. Awake is better if the median trip took at most `worthAwake` of the
 *    median trip asleep.
 * 3. Until the next look it waits in the better way, for `tripsBetweenLooks` trips. Each time that looks agree it is for twice
 *    as many, up to `mostTripsBetweenLooks`.
 * 4. For each batch it is awake for `mostWakefulMs` at most, and then sleeps. After `tripsInVain` batches in a row that took
 *    longer, it sleeps until the next look. When the usual trip asleep takes more than `quickTripMs`, no look is worth it.
 */
export class WakefulWaiting {
  /** When the lone batch was sent that is under way. */
  #sentAt: number | undefined;
  #isAwake = false;
  /** What is known of the way that is better; undefined: a look is under way. */
  #better: 'awake' | 'asleep' | undefined;
  /** How many trips go in the better way before the next look. */
  #left = 0;
  #between = tripsBetweenLooks;
  /** What the last look has found. */
  #last: 'awake' | 'asleep' | undefined;
  #inVain = 0;
  readonly #asleep: number[] = [];
  readonly #awake: number[] = [];

  /** A batch goes out while nothing else is under way. */
  sent(now: number): void {
    this.#sentAt = now;
    this.#isAwake = this.#better === undefined ? this.#isLookAwake() : this.#better === 'awake';
  }

  /** The answer has come. */
  answered(now: number): void {
    if (this.#sentAt === undefined) return;
    const tookMs = now - this.#sentAt;
    this.#sentAt = undefined;
    if (this.#better === undefined) this.#look(tookMs);
    else this.#goOn(tookMs);
  }

  /** The batch is not alone any more, or will not be answered. */
  forget(): void {
    this.#sentAt = undefined;
  }

  isAwake(now: number): boolean {
    return this.#isAwake && this.#sentAt !== undefined && now < this.#sentAt + mostWakefulMs;
  }

  #isLookAwake(): boolean {
    const trips = this.#asleep.length + this.#awake.length;
    return Math.floor(trips / stretch) % 2 === 1;
  }

  #look(tookMs: number): void {
    (this.#isAwake ? this.#awake : this.#asleep).push(tookMs);
    if (!this.#isAwake && this.#asleep.length === stretch && median(this.#asleep) > quickTripMs) this.#found('asleep');
    else if (this.#awake.length === tripsOfLook) {
      this.#found(median(this.#awake) <= worthAwake * median(this.#asleep) ? 'awake' : 'asleep');
    }
  }

  #found(better: 'awake' | 'asleep'): void {
    this.#between = better === this.#last ? Math.min(2 * this.#between, mostTripsBetweenLooks) : tripsBetweenLooks;
    this.#last = better;
    this.#better = better;
    this.#left = this.#between;
    this.#inVain = 0;
    this.#asleep.length = 0;
    this.#awake.length = 0;
  }

  #goOn(tookMs: number): void {
    this.#inVain = tookMs < mostWakefulMs ? 0 : this.#inVain + 1;
    if (this.#inVain === tripsInVain) this.#better = 'asleep';
    this.#left -= 1;
    if (this.#left === 0) this.#better = undefined;
  }
}

function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.floor(ascending.length / 2)] ?? 0;
}
