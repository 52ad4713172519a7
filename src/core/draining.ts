import { drainHubWaitMs } from '../limits.js';
import { shortened } from '../protocol/shortened.js';

/** The order to drain. */
export interface DrainOrder {
  /** How long it may take, in milliseconds. */
  readonly withinMs?: number;
  /** Why the worker can execute nothing any more, if that is the reason. */
  readonly broken?: string;
}

/** How a worker comes to its end: from when it is told to drain until it leaves. */
export class Draining {
  #isDraining = false;
  #isLeaving = false;
  #broken: string | undefined;
  /** When it must be over. */
  #overAt = Infinity;
  #withinMs = Infinity;
  /** Since when there is no hub, while the worker only has to hand in what it keeps. */
  #hublessSince: number | undefined;

  /** Whether the worker begins nothing more. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether it has nothing left to do: it waits for the hub's goodbye, or has it. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Why it drains, where it can execute nothing any more. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** When it leaves, whatever is left. */
  get leavesAt(): number {
    return this.#isLeaving ? Infinity : Math.min(this.#overAt, (this.#hublessSince ?? Infinity) + drainHubWaitMs);
  }

  /**
   * The worker is told to drain.
   *
   * @returns whether the hub is to hear of it
   */
  begin({ withinMs = Infinity, broken }: DrainOrder, now: number): boolean {
    this.#overAt = Math.min(this.#overAt, now + withinMs);
    this.#withinMs = Math.min(this.#withinMs, withinMs);
    // A worker may break while it drains. Jobs that find no other worker are told of that.
    const isNews = !this.#isDraining || (broken !== undefined && this.#broken === undefined);
    if (!isNews) return false;
    this.#isDraining = true;
    if (broken !== undefined) this.#broken = shortened(broken);
    return true;
  }

  /** Nothing is left to do. */
  leave(): void {
    this.#isLeaving = true;
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
    if (now < this.leavesAt) return undefined;
    this.#isLeaving = true;
    return now >= this.#overAt ? `it was to drain within ${this.#withinMs} ms` : `no hub came back within ${drainHubWaitMs} ms`;
  }
}
