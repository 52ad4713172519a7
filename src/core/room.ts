/**
 * The jobs that wait for room at the hub. The hub bounds the batches and bytes of a leader.
 *
 * Theory of operation. When a batch comes back, the job that has waited longest tries again. If it has enough room, the next job
 * tries. Else it waits again, behind the others, and they go on waiting.
 *
 * Rules.
 * 1. One job at a time tries again.
 * 2. A job with something under way waits for as long as that takes.
 * 3. A job with nothing under way is starved. It waits only for other jobs, and these may wait for it.
 */
export class Room {
  /** The jobs that would send more, the one that has waited longest first. */
  readonly #blocked = new Set<number>();
  /** Those of them that are starved, and since when. */
  readonly #starved = new Map<number, number>();
  /** The one that has been told of room, and has not answered yet. */
  #waking: number | undefined;
  /** When anything was sent or came back last. */
  #movedAt = 0;

  get blocked(): Iterable<number> {
    return this.#blocked;
  }

  /** A job says whether it lacks room, and whether it has anything under way. */
  report(job: number, isBlocked: boolean, isUnderWay: boolean, now: number): void {
    if (isBlocked) this.#blocked.add(job);
    else this.#blocked.delete(job);
    if (!isBlocked || isUnderWay) this.#starved.delete(job);
    else if (!this.#starved.has(job)) this.#starved.set(job, now);
  }

  /** What the leader's jobs have under way becomes more, or less. */
  moved(now: number): void {
    this.#movedAt = now;
  }

  isWaking(job: number): boolean {
    return this.#waking === job;
  }

  /** The job that is to try again, now that there may be room; undefined: none, or one is trying. */
  wakeNext(): number | undefined {
    if (this.#waking !== undefined) return undefined;
    const [next] = this.#blocked;
    if (next !== undefined) this.#blocked.delete(next);
    this.#waking = next;
    return next;
  }

  /** The job has tried. */
  awake(): void {
    this.#waking = undefined;
  }

  /** The job is over. */
  remove(job: number): void {
    this.#blocked.delete(job);
    this.#starved.delete(job);
    if (this.#waking === job) this.#waking = undefined;
  }

  /** The job that has been starved longest; undefined: none is. */
  get starved(): number | undefined {
    for (const job of this.#starved.keys()) return job;
    return undefined;
  }

  /** Since when it has been, while nothing of any job was sent or came back. */
  get stalledSince(): number | undefined {
    for (const since of this.#starved.values()) return Math.max(since, this.#movedAt);
    return undefined;
  }

  /** Throws when an invariant does not hold. `underWay`: how many batches a job has at the hub. */
  validate(underWay: (job: number) => number): void {
    const check = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`invariant broken: ${what}`);
    };
    for (const job of this.#starved.keys()) {
      check(this.#blocked.has(job) || this.#waking === job, `job ${job} is starved, and does not wait`);
      check(underWay(job) === 0, `job ${job} is starved with something under way`);
    }
  }
}
