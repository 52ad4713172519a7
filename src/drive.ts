import type { Machine } from './core/machine.js';
import { Timer } from './timer.js';

/** The clock that a machine is on, and the one deadline that it is woken at. */
export interface Clock {
  now(): number;
  /** Waits for this deadline alone; undefined: for none. `mayEnd`: the program may end meanwhile, if nothing else keeps it. */
  set(at: number | undefined, mayEnd?: boolean): void;
}

export interface DriveOptions<Event, Effect> {
  readonly machine: Machine<Event | Tick, Effect>;
  /** Carries out what came of one event, in order. */
  readonly perform: (effects: readonly Effect[]) => void;
  /**
   * Takes the next event off those that wait; undefined: there is nothing to do. It is called after the end, too, because it may
   * have something to do before an event. Default: the first of them.
   */
  readonly next?: (waiting: (Event | Tick)[]) => Event | Tick | undefined;
  /**
   * Calls the function that handles events: within a context, or with a catch for errors of `perform`. Default: just calls it.
   */
  readonly around?: (handleAll: () => void) => void;
  /** Whether the program may end while the machine waits for its deadline. Default: no. */
  readonly mayEnd?: () => boolean;
  /** @param due is to be called at the deadline. Default: the real time. */
  readonly clock?: (due: () => void) => Clock;
}

/** What a machine is handed in at its deadline. */
interface Tick {
  readonly type: 'tick';
}

/**
 * Drives a machine: hands in its events, has its effects carried out, and wakes it at its deadline.
 *
 * Events that arise while effects are carried out wait. So the effects of one event are complete before the next event is
 * handled.
 */
export class Drive<Event, Effect> {
  readonly #options: DriveOptions<Event, Effect>;
  readonly #clock: Clock;
  readonly #waiting: (Event | Tick)[] = [];
  #isRunning = false;
  #isOver = false;
  readonly #handleAll = (): void => {
    for (let event = this.#next(); event !== undefined; event = this.#next()) this.#handleOne(event);
  };

  constructor(options: DriveOptions<Event, Effect>) {
    this.#options = options;
    const due = (): void => this.handle({ type: 'tick' });
    this.#clock = options.clock?.(due) ?? new Timer(due);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Events that wait to be handed in. */
  get waiting(): readonly (Event | Tick)[] {
    return this.#waiting;
  }

  /** Hands in an event: now, or when those before it have been carried out. */
  handle(event: Event | Tick): void {
    this.put(event);
    this.run();
  }

  /** Lets an event wait until something is handled. */
  put(event: Event | Tick): void {
    if (!this.#isOver) this.#waiting.push(event);
  }

  /** Handles the events that wait. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { around } = this.#options;
    try {
      if (around === undefined) this.#handleAll();
      else around(this.#handleAll);
    } finally {
      this.#isRunning = false;
    }
    this.#setDeadline();
  }

  /**
   * Hands in an event at once, also while effects are carried out. The caller must know that this does no harm to its machine,
   * and say why.
   */
  handleWithin(event: Event | Tick): void {
    if (this.#isOver) return;
    this.#handleOne(event);
    this.#setDeadline();
  }

  /** No event is put in any more, and none that waits is handed in. `next` is still called. */
  end(): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#clock.set(undefined);
  }

  #next(): Event | Tick | undefined {
    const { next } = this.#options;
    return next === undefined ? this.#waiting.shift() : next(this.#waiting);
  }

  #handleOne(event: Event | Tick): void {
    const { machine, perform } = this.#options;
    perform(machine.handle(event, this.#clock.now()));
  }

  #setDeadline(): void {
    if (!this.#isOver) this.#clock.set(this.#options.machine.nextDeadline(), this.#options.mayEnd?.());
  }
}
