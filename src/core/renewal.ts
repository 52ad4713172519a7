/**
 * Which threads of an executor are to be renewed: each after so many tasks, or beyond so much memory.
 *
 * Theory of operation. A thread is looked at when it has ended a batch. One that has reached a bound is due. Its successor is
 * started while it goes on. When the successor is ready, the old thread is given nothing more, and ends with its batch. So
 * nothing is lost, and nothing waits.
 *
 * Rules.
 * 1. A thread is due when it has executed as many tasks as it may, or takes more memory than it may after a batch.
 * 2. Memory that a thread takes when it has only loaded its modules is not its age. One that takes more than it may from then on
 *    is not due for its memory: its successor would take as much.
 * 3. Successors cost the processor that batches need. So only some threads are renewed at a time, the longest due first.
 * 4. Where a successor cannot be had, the old thread goes on, and none is renewed for a while.
 */

/** What a thread may reach. Infinity: anything. */
export interface RenewalBounds {
  /** Tasks that it executes, and combines of partials. */
  readonly afterTasks: number;
  readonly aboveBytes: number;
  /** How many may be renewed at a time. */
  readonly atOnce: number;
  /** How long none is renewed after a successor could not be had, in milliseconds. */
  readonly pauseMs: number;
}

interface Age {
  tasks: number;
  /** Whether its memory counts. */
  readonly counts: boolean;
}

/** A thread to renew, and why. */
export interface Due<Thread> {
  readonly thread: Thread;
  /** As in `it has executed 1000 tasks`. */
  readonly why: string;
}

export class Renewals<Thread> {
  readonly #bounds: RenewalBounds;
  /** Of each thread that is ready. */
  readonly #ages = new Map<Thread, Age>();
  /** Why threads are due whose successors are not started, in the order in which they became so. */
  readonly #due = new Map<Thread, string>();
  /** Those whose successors are being started. */
  readonly #underWay = new Set<Thread>();
  /** Those whose successors could not be had, until they have ended another batch. */
  readonly #failed = new Set<Thread>();
  #pausedUntil = -Infinity;

  constructor(bounds: RenewalBounds) {
    this.#bounds = bounds;
  }

  /**
   * A thread has loaded its modules.
   *
   * @returns whether its memory counts
   */
  ready(thread: Thread, usedBytes: number): boolean {
    const counts = usedBytes <= this.#bounds.aboveBytes;
    this.#ages.set(thread, { tasks: 0, counts });
    return counts;
  }

  /** It has ended a batch, in which it has executed so many tasks. */
  ended(thread: Thread, tasks: number, usedBytes: number): void {
    const age = this.#ages.get(thread);
    if (age === undefined) return;
    age.tasks += tasks;
    this.#failed.delete(thread);
    if (this.#due.has(thread) || this.#underWay.has(thread)) return;
    const { afterTasks, aboveBytes } = this.#bounds;
    if (age.tasks >= afterTasks) this.#due.set(thread, `it has executed ${age.tasks} tasks`);
    else if (age.counts && usedBytes > aboveBytes) this.#due.set(thread, `it takes ${Math.round(usedBytes / 2 ** 20)} MB`);
  }

  /** The next thread whose successor is to be started; undefined: none at present. */
  next(now: number): Due<Thread> | undefined {
    if (now < this.#pausedUntil || this.#underWay.size >= this.#bounds.atOnce) return undefined;
    for (const [thread, why] of this.#due) {
      this.#due.delete(thread);
      this.#underWay.add(thread);
      return { thread, why };
    }
    return undefined;
  }

  /** It is no more, or its successor is there. */
  gone(thread: Thread): void {
    this.#ages.delete(thread);
    this.#due.delete(thread);
    this.#underWay.delete(thread);
    this.#failed.delete(thread);
  }

  /** Its successor could not be had. It is due again after its next batch. */
  failed(thread: Thread, now: number): void {
    this.#underWay.delete(thread);
    if (this.#ages.has(thread)) this.#failed.add(thread);
    this.#pausedUntil = now + this.#bounds.pauseMs;
  }

  /** Throws when an invariant does not hold. */
  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`invariant broken: ${what}`);
    };
    if (this.#underWay.size > this.#bounds.atOnce) fail(`${this.#underWay.size} threads are renewed at a time`);
    for (const thread of [...this.#due.keys(), ...this.#underWay]) {
      if (!this.#ages.has(thread)) fail('a thread is to be renewed that is gone');
    }
    for (const thread of this.#due.keys()) if (this.#underWay.has(thread)) fail('a thread is renewed twice');
    for (const thread of this.#failed) {
      const isSeen = this.#due.has(thread) || this.#underWay.has(thread);
      if (isSeen || !this.#ages.has(thread)) fail('a thread waits for its next batch that is gone or to be renewed');
    }
    for (const [thread, { tasks }] of this.#ages) {
      const isSeen = this.#due.has(thread) || this.#underWay.has(thread) || this.#failed.has(thread);
      if (tasks > 0 && tasks >= this.#bounds.afterTasks && !isSeen) {
        fail(`a thread that has executed ${tasks} tasks is not due`);
      }
    }
  }
}
