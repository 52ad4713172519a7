/**
 * The places that a leader has at its hub. Each open job takes one, and room for its description. The hub bounds the number of a
 * leader's jobs, and the bytes of their descriptions.
 *
 * Theory of operation. A job stays open as long as no other job needs its place: to close it would cost workers what `create` has
 * set up. When a job waits and does not fit beside the open ones, the job that has been idle longest is asked to leave. It may
 * have begun something meanwhile. Then it stays.
 *
 * Rules.
 * 1. A job waits when it has something to send, or has something under way from before the connection was lost.
 * 2. The job that waits longest is served first. When the hub is back, jobs that it may still know are served before others. It
 *    counts these until they are open again, so others could be refused before.
 * 3. No job waits while an idle job could be asked to leave, or while there is room, unless jobs are opened too fast.
 * 4. A job whose description alone is more than the hub admits is opened beside any others. The hub then says what is wrong.
 */

/** How much the hub admits of a leader. */
export interface Admitted {
  readonly jobs: number;
  /** The bytes of descriptions. */
  readonly bytes: number;
}

/** What is to be done for the job that waits longest. */
export type PlaceStep =
  | { readonly type: 'open'; readonly job: number }
  /** The job, which is idle, is asked to leave. */
  | { readonly type: 'ask'; readonly job: number };

export class Places {
  /** What the description of each job takes. */
  readonly #sizes = new Map<number, number>();
  /** The jobs that have a place. */
  readonly #open = new JobGroup(this.#sizes);
  /** Those of them that have nothing to do and have not been asked to leave, the one that has been idle longest first. */
  readonly #idle = new Set<number>();
  /** Those of them that have been asked to leave, and have neither left nor begun anything. */
  readonly #leaving = new JobGroup(this.#sizes);
  /** The jobs that wait for a place, the one that has waited longest first; and since when. */
  readonly #waiting = new JobGroup(this.#sizes);
  readonly #since = new Map<number, number>();
  /** When a place was given last. */
  #givenAt = 0;

  get open(): ReadonlySet<number> {
    return this.#open.jobs;
  }

  get waiting(): ReadonlySet<number> {
    return this.#waiting.jobs;
  }

  /** There is a job, whose description takes so many bytes. */
  add(job: number, bytes: number): void {
    this.#sizes.set(job, bytes);
  }

  /** A job says whether it has anything to do: under way, or to send. */
  report(job: number, isBusy: boolean, now: number): void {
    if (!this.#open.jobs.has(job)) {
      if (!isBusy) this.#waiting.delete(job);
      else if (!this.#waiting.jobs.has(job)) this.#wait(job, now);
    } else if (isBusy) {
      this.#idle.delete(job);
      this.#leaving.delete(job);
    } else if (!this.#leaving.jobs.has(job)) this.#idle.add(job);
  }

  /** What is to be done next; undefined: nothing. */
  next(admitted: Admitted): PlaceStep | undefined {
    const [first] = this.#waiting.jobs;
    if (first === undefined) return undefined;
    if (this.#fits(first, admitted)) return { type: 'open', job: first };
    const [idle] = this.#idle;
    return idle === undefined || this.#isRoomMade(admitted) ? undefined : { type: 'ask', job: idle };
  }

  /** Whether the job may be opened beside those that are open. */
  #fits(job: number, { jobs, bytes }: Admitted): boolean {
    if (this.#open.jobs.size >= jobs) return false;
    const own = this.#sizes.get(job) ?? 0;
    return own > bytes || this.#open.bytes + own <= bytes;
  }

  /** Whether all that wait will fit once those have left that have been asked to. */
  #isRoomMade({ jobs, bytes }: Admitted): boolean {
    const of = (measure: (group: JobGroup) => number): number =>
      measure(this.#open) - measure(this.#leaving) + measure(this.#waiting);
    return of((group) => group.jobs.size) <= jobs && of((group) => group.bytes) <= bytes;
  }

  /** Those of these jobs, in this order, that fit beside all jobs that are open or wait. */
  fitting(candidates: Iterable<number>, admitted: Admitted): Set<number> {
    const chosen = new Set<number>();
    let jobs = admitted.jobs - this.#open.jobs.size - this.#waiting.jobs.size;
    let bytes = admitted.bytes - this.#open.bytes - this.#waiting.bytes;
    for (const job of candidates) {
      const own = this.#sizes.get(job) ?? 0;
      if (jobs <= 0 || own > bytes) continue;
      chosen.add(job);
      jobs -= 1;
      bytes -= own;
    }
    return chosen;
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

  /** The job has left its place, or does not wait for one any more. Whether it had one. */
  leave(job: number): boolean {
    this.#idle.delete(job);
    this.#leaving.delete(job);
    this.#waiting.delete(job);
    return this.#open.delete(job);
  }

  /** The job is over. Whether it had a place. */
  remove(job: number): boolean {
    const wasOpen = this.leave(job);
    this.#sizes.delete(job);
    this.#since.delete(job);
    return wasOpen;
  }

  /** The hub is gone, and all places with it. The jobs that have something to do wait for a place at the next hub. */
  loseAll(busy: Iterable<number>, now: number): void {
    for (const job of this.#open.jobs) this.leave(job);
    for (const job of busy) if (!this.#waiting.jobs.has(job)) this.#wait(job, now);
  }

  #wait(job: number, now: number): void {
    this.#waiting.add(job);
    this.#since.set(job, now);
  }

  /** The hub is there: from now on, jobs wait for a place. The jobs that it may still know are first. */
  begin(known: ReadonlySet<number>, now: number): void {
    const others = [...this.#waiting.jobs].filter((job) => !known.has(job));
    for (const job of others) {
      this.#waiting.delete(job);
      this.#waiting.add(job);
    }
    this.#givenAt = now;
  }

  /**
   * Since when the job that waits longest has waited, while no place was given to another. Undefined where none waits, or it may
   * be opened.
   */
  stalledSince(admitted: Admitted): number | undefined {
    const [first] = this.#waiting.jobs;
    if (first === undefined || this.#fits(first, admitted)) return undefined;
    return Math.max(this.#since.get(first) ?? 0, this.#givenAt);
  }

  /**
   * Throws when an invariant does not hold.
   *
   * @param isPaced whether the next job may not be opened yet
   * @param isBusy what each job said last
   */
  validate(admitted: Admitted, isPaced: boolean, isBusy: (job: number) => boolean): void {
    const check = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`invariant broken: ${what}`);
    };
    const { jobs: open } = this.#open;
    const { jobs: leaving } = this.#leaving;
    check(open.size <= admitted.jobs, 'more jobs open than are admitted');
    const sizes = [...open].map((job) => this.#sizes.get(job) ?? 0).filter((bytes) => bytes <= admitted.bytes);
    check(sizes.reduce((sum, bytes) => sum + bytes, 0) <= admitted.bytes, 'more bytes of descriptions open than are admitted');
    const step = this.next(admitted);
    check(step === undefined || (isPaced && step.type === 'open'), 'a job waits though there is room for it, or may be');
    for (const job of open) {
      check(!this.#waiting.jobs.has(job), `job ${job} is open and waits`);
      check((this.#idle.has(job) || leaving.has(job)) === !isBusy(job), `whether job ${job} is idle`);
      check(!(this.#idle.has(job) && leaving.has(job)), `job ${job} is to be asked again`);
    }
    for (const job of [...this.#idle, ...leaving]) check(open.has(job), `job ${job} is idle and not open`);
    for (const job of this.#waiting.jobs) check(isBusy(job), `job ${job} waits for nothing`);
    for (const group of [this.#open, this.#leaving, this.#waiting]) group.validate();
  }
}

/** Jobs in the order in which they came, and what their descriptions take together. */
class JobGroup {
  readonly #sizes: ReadonlyMap<number, number>;
  readonly #jobs = new Set<number>();
  #bytes = 0;

  constructor(sizes: ReadonlyMap<number, number>) {
    this.#sizes = sizes;
  }

  get jobs(): ReadonlySet<number> {
    return this.#jobs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** One that is not among them. */
  add(job: number): void {
    this.#jobs.add(job);
    this.#bytes += this.#sizes.get(job) ?? 0;
  }

  delete(job: number): boolean {
    if (!this.#jobs.delete(job)) return false;
    this.#bytes -= this.#sizes.get(job) ?? 0;
    return true;
  }

  validate(): void {
    const bytes = [...this.#jobs].reduce((sum, job) => sum + (this.#sizes.get(job) ?? 0), 0);
    if (bytes !== this.#bytes) throw new Error(`invariant broken: jobs take ${bytes} bytes, and ${this.#bytes} are counted`);
  }
}
