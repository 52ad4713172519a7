import type { Clock } from '../../src/drive.js';
import type { Time } from '../../src/time.js';

/** Something that is going to be called. */
export interface Scheduled {
  /** Takes it back: it does not run. */
  unsubscribe(): void;
}

/** What is needed of a scheduler with a clock of its own: `TestScheduler` and `VirtualTimeScheduler` of RxJS are such. */
export interface VirtualScheduler {
  /** The time, in frames: milliseconds. */
  now(): number;
  /** Calls back after so many frames, and after what was scheduled before for that frame. */
  schedule(work: () => void, delay?: number): Scheduled;
}

/** The time of a scheduler: what comes next comes in the same frame. */
export function virtualTime(scheduler: VirtualScheduler): Time {
  return {
    afterThis: (call) => {
      scheduler.schedule(call);
    },
    // Nothing but the scheduler's own work comes.
    keepTurning: () => undefined,
    clock: (due) => new VirtualClock(scheduler, due),
  };
}

class VirtualClock implements Clock {
  readonly #scheduler: VirtualScheduler;
  readonly #due: () => void;
  #at: number | undefined;
  #scheduled: Scheduled | undefined;

  constructor(scheduler: VirtualScheduler, due: () => void) {
    this.#scheduler = scheduler;
    this.#due = due;
  }

  now(): number {
    return this.#scheduler.now();
  }

  set(at: number | undefined): void {
    if (at === this.#at) return;
    this.#scheduled?.unsubscribe();
    this.#scheduled = undefined;
    this.#at = at;
    if (at === undefined || at === Infinity) return;
    this.#scheduled = this.#scheduler.schedule(
      () => {
        this.#at = undefined;
        this.#due();
      },
      Math.max(0, at - this.now()),
    );
  }
}
