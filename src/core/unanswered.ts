/**
 * Finds jobs that may wait for a slot that never comes free.
 *
 * Theory of operation. A leader does not know whether what it has sent is executed, or waits for its turn. So it asks about a job
 * of which nothing has come back for long. The hub answers only when workers have nothing of the job.
 *
 * Rules.
 * 1. What counts is what comes back, not how much is under way: a job may send as much as comes back.
 * 2. A job is asked about again much later, and seldom. The program may end meanwhile.
 * 3. What was sent before the connection was lost counts from when the hub is back.
 */
import { askAgainFactor, askStepMs } from '../limits.js';

export class Unanswered {
  readonly #afterMs: number;
  /** Jobs with something under way that were not asked about, and since when nothing has come back. Longest first. */
  readonly #since = new Map<number, number>();
  /** Those that were, and when. Longest ago first. */
  readonly #asked = new Map<number, number>();

  /** @param afterMs for how long nothing comes back before a job is asked about */
  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** When the next job is to be asked about; Infinity: never. It is rounded to steps, so that not each answer moves it. */
  get dueAt(): number {
    const firstAt = Math.ceil((oldest(this.#since) + this.#afterMs) / askStepMs) * askStepMs;
    return Math.min(firstAt, this.againAt);
  }

  /** When the next of those that were asked about is to be asked about again; Infinity: never. */
  get againAt(): number {
    return oldest(this.#asked) + askAgainFactor * this.#afterMs;
  }

  /** So many batches of the job are under way now. */
  underWay(job: number, batches: number, now: number): void {
    if (batches === 0) this.remove(job);
    else if (!this.#since.has(job) && !this.#asked.has(job)) this.#since.set(job, now);
  }

  /** Something of the job has come back. */
  heard(job: number, now: number): void {
    if (!this.#since.delete(job) && !this.#asked.delete(job)) return;
    this.#since.set(job, now);
  }

  /** The hub is there, at first or again. */
  begin(now: number): void {
    const jobs = [...this.#since.keys(), ...this.#asked.keys()];
    this.#asked.clear();
    this.#since.clear();
    for (const job of jobs) this.#since.set(job, now);
  }

  /** Takes the job that is to be asked about now; undefined: none is. */
  takeDue(now: number): number | undefined {
    if (this.dueAt > now) return undefined;
    const [job] = this.againAt <= now ? this.#asked.keys() : this.#since.keys();
    if (job === undefined) return undefined;
    this.remove(job);
    this.#asked.set(job, now);
    return job;
  }

  isAsked(job: number): boolean {
    return this.#asked.has(job);
  }

  /** The job is over, or has nothing under way. */
  remove(job: number): void {
    this.#since.delete(job);
    this.#asked.delete(job);
  }

  /** Throws when an invariant does not hold. `underWay`: how many batches a job has at the hub. */
  validate(jobs: Iterable<number>, underWay: (job: number) => number): void {
    for (const job of jobs) {
      const known = Number(this.#since.has(job)) + Number(this.#asked.has(job));
      if (known !== Number(underWay(job) > 0)) throw new Error(`invariant broken: what has come back of job ${job}`);
    }
  }
}

/** When the first one was put in; Infinity: there is none. */
function oldest(times: ReadonlyMap<number, number>): number {
  for (const time of times.values()) return time;
  return Infinity;
}
