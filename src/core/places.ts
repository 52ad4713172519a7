/**
 * The places that a leader has at its hub: each open job takes one, and the hub gives a leader so many and no more.
 *
 * Theory of operation. A job is open as long as nobody else needs its place: to close it would cost workers what `create` has set up. When a job
 * waits and no place is free, the open job that has been idle longest is asked to leave. It may have begun something meanwhile; then it stays.
 *
 * Rules.
 * 1. A job waits when it has something to send, or has something under way from before the connection was lost.
 * 2. Who waits longest is served first.
 * 3. Nobody waits while an idle job could be asked to leave, nor while a place is free, unless jobs are opened too fast.
 */

/** What is to be done for the job that waits longest. */
export type PlaceStep =
  | { readonly type: 'open'; readonly job: number }
  /** This one, which is idle, is asked to leave. */
  | { readonly type: 'ask'; readonly job: number };

export class Places {
  /** The jobs that have a place. */
  readonly #open = new Set<number>();
  /** Those of them that have nothing to do and have not been asked to leave, the one that has been idle longest first. */
  readonly #idle = new Set<number>();
  /** Those of them that have been asked to leave, and have neither left nor begun anything. */
  readonly #leaving = new Set<number>();
  /** The jobs that wait for a place, the one that has waited longest first; and since when. */
  readonly #waiting = new Map<number, number>();
  /** When a place was given last. */
  #givenAt = 0;

  get open(): ReadonlySet<number> {
    return this.#open;
  }

  get waiting(): ReadonlyMap<number, number> {
    return this.#waiting;
  }

  /** A job says whether it has anything to do: under way, or to send. */
  report(job: number, isBusy: boolean, now: number): void {
    if (!this.#open.has(job)) {
      if (!isBusy) this.#waiting.delete(job);
      else if (!this.#waiting.has(job)) this.#waiting.set(job, now);
    } else if (isBusy) {
      this.#idle.delete(job);
      this.#leaving.delete(job);
    } else if (!this.#leaving.has(job)) this.#idle.add(job);
  }

  /** What is to be done next, where there are so many places; undefined: nothing. */
  next(places: number): PlaceStep | undefined {
    const [first] = this.#waiting.keys();
    if (first === undefined) return undefined;
    if (this.#open.size < places) return { type: 'open', job: first };
    const [idle] = this.#idle;
    return idle === undefined || this.#leaving.size >= this.#waiting.size ? undefined : { type: 'ask', job: idle };
  }

  /** The job has a place now. */
  give(job: number, isBusy: boolean, now: number): void {
    this.#waiting.delete(job);
    this.#open.add(job);
    if (!isBusy) this.#idle.add(job);
    this.#givenAt = now;
  }

  /** The job has been asked to leave. */
  ask(job: number): void {
    this.#idle.delete(job);
    this.#leaving.add(job);
  }

  /** The job has left its place, or is over. Whether it had one. */
  leave(job: number): boolean {
    this.#idle.delete(job);
    this.#leaving.delete(job);
    this.#waiting.delete(job);
    return this.#open.delete(job);
  }

  /** The hub is gone, and all places with it; jobs that have something to do wait for one at the next hub, those with something under way first. */
  loseAll(underWay: Iterable<number>, now: number): void {
    this.#open.clear();
    this.#idle.clear();
    this.#leaving.clear();
    const others = [...this.#waiting];
    this.#waiting.clear();
    for (const job of underWay) this.#waiting.set(job, now);
    for (const [job, since] of others) if (!this.#waiting.has(job)) this.#waiting.set(job, since);
  }

  /** The hub is there: as of now, a place can be waited for. */
  begin(now: number): void {
    this.#givenAt = now;
  }

  /**
   * Since when the job that waits longest has waited, while no place was given to another. Undefined where no job waits, or where one of so many
   * places is free.
   */
  stalledSince(places: number): number | undefined {
    if (this.#open.size < places) return undefined;
    for (const since of this.#waiting.values()) return Math.max(since, this.#givenAt);
    return undefined;
  }

  /**
   * Throws when an invariant does not hold.
   *
   * @param isPaced whether the next job may not be opened yet
   * @param isBusy what each job said last
   */
  validate(places: number, isPaced: boolean, isBusy: (job: number) => boolean): void {
    const check = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`invariant broken: ${what}`);
    };
    check(this.#open.size <= places, 'more jobs open than are admitted');
    const step = this.next(places);
    check(step === undefined || (isPaced && step.type === 'open'), 'a job waits though there is a place for it, or may be');
    for (const job of this.#open) {
      check(!this.#waiting.has(job), `job ${job} is open and waits`);
      check((this.#idle.has(job) || this.#leaving.has(job)) === !isBusy(job), `whether job ${job} is idle`);
      check(!(this.#idle.has(job) && this.#leaving.has(job)), `job ${job} is to be asked again`);
    }
    for (const job of [...this.#idle, ...this.#leaving]) check(this.#open.has(job), `job ${job} is idle and not open`);
    for (const job of this.#waiting.keys()) check(isBusy(job), `job ${job} waits for nothing`);
  }
}
