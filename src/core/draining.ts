/**
 * How a worker comes to its end.
 *
 * Theory of operation. The worker is told to drain: it begins nothing more. When it has answered for everything it leaves, and
 * waits for the hub's goodbye: then all that it has sent has arrived. With the goodbye, or when the hub is gone, it is over.
 *
 * Rules.
 * 1. Each state follows the one before: staying, draining, leaving, over. None comes back.
 * 2. It leaves when nothing is left to do, or when its time is up. Then what still runs is handed back to the hub, and nobody is
 *    blamed for that.
 * 3. Without a hub it waits to hand in what it keeps, for `drainHubWaitMs`. Without a hub it leaves and is over at once.
 * 4. If its time is bounded, it waits for the goodbye until its time is up, and for `goodbyeWaitMs` at least.
 */
import { drainHubWaitMs, goodbyeWaitMs } from '../limits.js';
import { shortened } from '../protocol/shortened.js';

/** The order to drain. */
export interface DrainOrder {
  /** How long it may take, in milliseconds. */
  readonly withinMs?: number;
  /** Why the worker can execute nothing any more, if that is the reason. */
  readonly broken?: string;
}

/** What a worker leaves that had to go. */
export interface LeftBehind {
  /** Batches that it had begun, and did not finish. */
  readonly batches: number;
  /** Why it went. */
  readonly reason: string;
}

/** How a worker comes to its end: from when it is told to drain until it is over. */
export class Draining {
  #state: 'staying' | 'draining' | 'leaving' | 'over' = 'staying';
  #broken: string | undefined;
  /** When it must leave. */
  #overAt = Infinity;
  #withinMs = Infinity;
  /** Since when there is no hub, while the worker only has to hand in what it keeps. */
  #hublessSince: number | undefined;
  /** When it waits for the goodbye no longer. */
  #goodbyeBy = Infinity;
  #leftBehind: LeftBehind | undefined;

  /** Whether the worker begins nothing more. */
  get isDraining(): boolean {
    return this.#state !== 'staying';
  }

  /** Whether it has answered for everything: it waits for the hub's goodbye, or is over. */
  get isLeaving(): boolean {
    return this.#state === 'leaving' || this.#state === 'over';
  }

  /** Whether it is over. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Why it drains, where it can execute nothing any more. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** What it has left behind; undefined: it had to leave nothing behind. */
  get leftBehind(): LeftBehind | undefined {
    return this.#leftBehind;
  }

  /** When it goes on to the next state, whatever is left. */
  get dueAt(): number {
    switch (this.#state) {
      case 'draining':
        return Math.min(this.#overAt, (this.#hublessSince ?? Infinity) + drainHubWaitMs);
      case 'leaving':
        return this.#goodbyeBy;
      default:
        return Infinity;
    }
  }

  /**
   * The worker is told to drain.
   *
   * @returns whether the hub is to hear of it
   */
  begin({ withinMs = Infinity, broken }: DrainOrder, now: number): boolean {
    this.#overAt = Math.min(this.#overAt, now + withinMs);
    this.#withinMs = Math.min(this.#withinMs, withinMs);
    if (this.#state === 'leaving') this.#boundGoodbye(now);
    // A worker may break while it drains. Jobs that find no other worker are told of that.
    const isNews = !this.isDraining || (broken !== undefined && this.#broken === undefined);
    if (!isNews) return false;
    if (this.#state === 'staying') this.#state = 'draining';
    if (broken !== undefined) this.#broken = shortened(broken);
    return true;
  }

  /**
   * Something is left to do.
   *
   * @param lacksHub whether all of it is to be handed in, and there is no hub
   * @returns why the worker leaves all the same; undefined: it does not yet
   */
  goOn(lacksHub: boolean, now: number): string | undefined {
    if (lacksHub) this.#hublessSince ??= now;
    else this.#hublessSince = undefined;
    if (now < this.dueAt) return undefined;
    return now >= this.#overAt ? `it was to drain within ${this.#withinMs} ms` : `no hub came back within ${drainHubWaitMs} ms`;
  }

  /** It has answered for everything. */
  leave(now: number, leftBehind: LeftBehind | undefined): void {
    this.#state = 'leaving';
    this.#leftBehind = leftBehind;
    this.#boundGoodbye(now);
  }

  /** The hub has said goodbye, is gone, or says nothing. */
  end(): void {
    this.#state = 'over';
  }

  #boundGoodbye(now: number): void {
    this.#goodbyeBy = this.#overAt === Infinity ? Infinity : Math.max(this.#overAt, now + goodbyeWaitMs);
  }
}
