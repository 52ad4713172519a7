import type { ResourceLimits } from 'node:worker_threads';
import { PaladinError } from '../errors/paladin-error.js';
import { decodeError } from '../errors/remote-error.js';
import { resolveModule } from '../operation/modules.js';
import type { Batch, JobAttempt, JobDescription } from '../protocol/messages.js';
import type { Executor } from './executor.js';
import type { Outcome } from '../protocol/outcome.js';
import {
  closeGraceMs,
  forgetGraceMs,
  leastWaitingThreads,
  maxRestMs,
  maxStartBackoffMs,
  maxStartFailures,
  restFactor,
  slowCreateMs,
  soundAfterMs,
  spareThreadMs,
  startBackoffMs,
  threadStartTimeoutMs,
  waitingPerThread,
} from './limits.js';
import { maxThreads } from '../limits.js';
import { Waiter } from './waiter.js';
import { ThreadHandle, type ThreadEvents } from './thread-handle.js';
import { ThreadWarnings } from './thread-warnings.js';
import type { Assignment, ThreadEnd } from './thread-life.js';
import { afterThis } from '../next-turn.js';
import { later, type Later } from '../real-time.js';
import { messageOf } from '../errors/thrown.js';
import { describe } from '../errors/describe.js';

export interface ThreadExecutorOptions {
  /** How many threads, and so how many batches at once. */
  readonly threads: number;
  /** The modules that export the operations: URLs, or paths from the working directory. */
  readonly modules: readonly (string | URL)[];
  /** The most bytes that the payload of a result may have; a function is asked as each job begins. Default: any. */
  readonly maxPayloadBytes?: number | (() => number);
  /** How long a thread may go on with a forgotten job before it is terminated, in milliseconds. Default 1,000. */
  readonly graceMs?: number;
  /** How long a thread may take to start, in milliseconds. Default 60,000. */
  readonly startTimeoutMs?: number;
  /** Memory limits of each thread, as of `new Worker`. */
  readonly resourceLimits?: ResourceLimits;
  /**
   * How many operations may wait for jobs of their own at once, each in a thread of its own. Default: 4 a thread, and 32 at
   * least.
   */
  readonly maxWaiting?: number;
  /** Whether idle threads keep the process alive. Default false. */
  readonly keepAlive?: boolean;
  /** Called once when no thread is left, and none can be had. Batches that no thread is left for come back as `returned`. */
  readonly onBroken?: (error: PaladinError) => void;
  /** Called when a thread dies or has to be terminated, with what of. Default: `ThreadWarnings`. */
  readonly onThreadDeath?: (reason: string) => void;
  /** Called when the `create` of an operation takes long, once for each. Default: `ThreadWarnings`. */
  readonly onSlowCreate?: (reason: string) => void;
  /** What counts as long, in milliseconds. Default 30,000. */
  readonly slowCreateMs?: number;
  /** Aborted when the executor is to be closed while it starts. */
  readonly signal?: AbortSignal;
}

/** What the threads offer, sorted. */
export interface ThreadOffers {
  /** As `name@version`. */
  readonly operations: readonly string[];
  readonly serializers: readonly string[];
}

export interface ThreadExecutor extends Executor {
  readonly offers: ThreadOffers;
}

/**
 * Starts an executor with threads of its own, each of which has loaded the modules.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when a module cannot be loaded, `CLOSED` when the signal is aborted meanwhile; no thread is left
 *   behind then
 */
export async function startThreadExecutor(options: ThreadExecutorOptions): Promise<ThreadExecutor> {
  const pool = new ThreadPool(options);
  await pool.start();
  return pool;
}

/**
 * Threads, and what waits for one.
 *
 * A thread that dies or is terminated is replaced. At once, where what it executed is to blame. After a wait that doubles each
 * time, where its modules are: they did not load, or they ended a thread later by a timer, a connection or the like. After some
 * failures in a row with no thread left the pool is broken, and says so. A thread that has lived for a while proves the modules
 * sound.
 *
 * Node does not always tell where an error comes from that nothing caught. So after a death that may be either's doing, later
 * threads are watched: they keep in mind whether modules or a batch have begun what goes on. And the next one rests for about as
 * long as the dead one lived, which shows what modules do by themselves, for example to their memory.
 *
 * A thread whose batch waits for a job of its own keeps it, and executes nothing else: what it waits for may kill the thread in
 * which it is executed, or block it. For each that waits there may be a spare thread, started when a batch comes for which no
 * thread is idle. So the number of threads is bounded by how many batches may wait; beyond that, an operation that wants to
 * fails. Spare threads end when they are not wanted for a while.
 */
class ThreadPool implements ThreadExecutor {
  readonly slots: number;
  #offers: ThreadOffers = { operations: [], serializers: [] };
  readonly #options: ThreadExecutorOptions;
  readonly #modules: readonly string[];
  readonly #warnings = new ThreadWarnings();
  /** Each in its place. */
  readonly #threads = new Map<ThreadHandle, Place>();
  /** Batches for which no thread is idle, since one is being replaced. */
  #waiting: Assignment[] = [];
  /** The ends of threads that had to be terminated. */
  readonly #ending = new Set<Promise<void>>();
  /** Timers of replacements that are to be tried again. */
  readonly #backoffs = new Set<Later>();
  /** As many as there are slots and spare threads, of which some may have none for a moment. */
  readonly #places: Set<Place>;
  /** Until spare threads end. */
  #spareTimer: Later | undefined = undefined;
  #started = 0;
  #watched = false;
  /** How long the next thread rests. */
  #restMs = 0;
  #state: 'starting' | 'running' | 'broken' | 'closed' = 'starting';

  constructor(options: ThreadExecutorOptions) {
    const { threads } = options;
    if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads) {
      const expected = `expected threads to be a whole number from 1 to ${maxThreads}`;
      throw new PaladinError('INVALID_INPUT', `${expected}, got ${describe(threads)}`);
    }
    this.#options = options;
    this.#modules = options.modules.map((module) => resolveModule(module).href);
    this.slots = threads;
    this.#places = new Set(Array.from({ length: threads }, () => ({ failures: 0 })));
  }

  get offers(): ThreadOffers {
    return this.#offers;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    const starts = [...this.#places].map((place) => this.#startFirst(place));
    try {
      await new Promise<unknown>((resolve, reject) => {
        const close = (): void => reject(new PaladinError('CLOSED', 'it was closed while its threads started'));
        if (signal?.aborted === true) close();
        signal?.addEventListener('abort', close, { once: true });
        Promise.all(starts).then(resolve, reject);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#state = 'running';
  }

  run(
    jobId: string,
    description: JobDescription,
    batch: Batch,
    settled: (outcome: Outcome) => void,
    waits?: (isWaiting: boolean) => void,
  ): void {
    if (this.#state === 'closed') return;
    const assignment = { jobId, description, batch, settled, waits };
    const thread = this.#pick(jobId);
    if (thread !== undefined) this.#assign(thread, assignment);
    else if (this.#state === 'broken') settleUnbegun(assignment, 'returned', 'no thread is left to execute it');
    else {
      this.#waiting.push(assignment);
      this.#addSpare();
    }
  }

  abort({ jobId, seq, attempt }: JobAttempt): void {
    const isIt = ({ jobId: of, batch }: Assignment): boolean => of === jobId && batch.seq === seq && batch.attempt === attempt;
    const waiting = this.#waiting.find(isIt);
    if (waiting !== undefined) {
      this.#waiting = this.#waiting.filter((assignment) => assignment !== waiting);
      settleUnbegun(waiting, 'cancelled', 'it was cancelled before its execution began');
    }
    for (const thread of this.#threads.keys()) {
      if (thread.assignment !== undefined && isIt(thread.assignment)) thread.forget(jobId);
    }
  }

  forget(jobId: string): void {
    for (const assignment of this.#waiting) {
      if (assignment.jobId === jobId) settleUnbegun(assignment, 'cancelled', 'its job was cancelled before its execution began');
    }
    this.#waiting = this.#waiting.filter((assignment) => assignment.jobId !== jobId);
    for (const thread of this.#threads.keys()) thread.forget(jobId);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#warnings.close();
    for (const timer of this.#backoffs) timer.cancel();
    this.#backoffs.clear();
    this.#spareTimer?.cancel();
    this.#waiting = [];
    const ends = [...this.#ending, ...[...this.#threads.keys()].map((thread) => thread.close())];
    this.#threads.clear();
    await new Waiter().until(Promise.all(ends), closeGraceMs);
  }

  /** An idle thread, best one that has the job set up. */
  #pick(jobId: string): ThreadHandle | undefined {
    let idle: ThreadHandle | undefined;
    for (const thread of this.#threads.keys()) {
      if (!thread.isIdle) continue;
      if (thread.knows(jobId)) return thread;
      idle ??= thread;
    }
    return idle;
  }

  #assign(thread: ThreadHandle, assignment: Assignment): void {
    const { maxPayloadBytes = Infinity } = this.#options;
    thread.run(assignment, typeof maxPayloadBytes === 'number' ? maxPayloadBytes : maxPayloadBytes());
  }

  /** Resolves when the thread is ready, rejects when it never will be. */
  #startFirst(place: Place): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#startThread(place, resolve, reject);
    });
  }

  #startThread(place: Place, ready: () => void, failed: (error: PaladinError) => void): void {
    const { graceMs = forgetGraceMs, startTimeoutMs = threadStartTimeoutMs, keepAlive = false, resourceLimits } = this.#options;
    const { slowCreateMs: slowMs = slowCreateMs, onSlowCreate = (reason: string) => this.#warnings.tell(reason) } = this.#options;
    const name = `paladin-${++this.#started}`;
    let soundTimer: Later | undefined;
    const events: ThreadEvents = {
      ready: (thread, { operations, serializers }) => {
        this.#offers = { operations, serializers };
        soundTimer = later(() => (place.failures = 0), soundAfterMs);
        soundTimer.unref();
        ready();
        this.#next(thread);
      },
      idle: (thread) => this.#next(thread),
      refusesWait: () => {
        const { maxWaiting = Math.max(leastWaitingThreads, waitingPerThread * this.slots) } = this.#options;
        return this.#countWaiting() < maxWaiting ? undefined : maxWaiting;
      },
      waits: () => {
        // A spare thread for it may have failed to start, and then been given up when no thread waited.
        if (this.#waiting.length > 0) this.#addSpare();
      },
      slowCreate: onSlowCreate,
      gone: (thread, departure) => {
        soundTimer?.cancel();
        if (!this.#threads.delete(thread)) return;
        this.#end(thread);
        if (departure.type === 'failed') failed(departure.error);
        else this.#lost(place, name, departure);
      },
    };
    const restMs = this.#restMs;
    this.#restMs = 0;
    const options = {
      modules: this.#modules,
      name,
      resourceLimits,
      startTimeoutMs,
      graceMs,
      slowCreateMs: slowMs,
      keepAlive,
      watched: this.#watched,
      restMs,
    };
    try {
      this.#threads.set(new ThreadHandle(options, events), place);
    } catch (thrown) {
      // There is no further thread to be had, or the process may start none.
      const message = `cannot start a thread: ${messageOf(thrown)}`;
      failed(new PaladinError('INVALID_INPUT', message, { cause: thrown }));
    }
  }

  #next(thread: ThreadHandle): void {
    // Who settled the last batch may have handed in the next one, or closed the executor.
    if (!thread.isIdle) return;
    const assignment = this.#waiting.shift();
    if (assignment !== undefined) this.#assign(thread, assignment);
    else if (this.#hasSurplus()) this.#endSparesLater();
  }

  #end(thread: ThreadHandle): void {
    const ending = thread.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** How many batches wait for jobs of their own. */
  #countWaiting(): number {
    let waiting = 0;
    for (const thread of this.#threads.keys()) if (thread.isWaiting) waiting += 1;
    return waiting;
  }

  /** Whether there are more spare threads than batches that wait. */
  #hasSurplus(): boolean {
    return this.#places.size > this.slots && this.#places.size - this.slots > this.#countWaiting();
  }

  /** Starts a thread in the stead of one that waits, unless there is one for each. */
  #addSpare(): void {
    if (this.#places.size - this.slots >= this.#countWaiting()) return;
    const place = { failures: 0 };
    this.#places.add(place);
    this.#replace(place);
  }

  #endSparesLater(): void {
    if (this.#spareTimer !== undefined) return;
    this.#spareTimer = later(() => {
      this.#spareTimer = undefined;
      for (const [thread, place] of this.#threads) {
        if (!thread.isIdle || !this.#hasSurplus()) continue;
        this.#threads.delete(thread);
        this.#places.delete(place);
        this.#end(thread);
      }
    }, spareThreadMs);
    this.#spareTimer.unref();
  }

  #replace(place: Place): void {
    if (this.#hasSurplus()) {
      // A spare one has taken its place.
      this.#places.delete(place);
      return;
    }
    this.#startThread(
      place,
      () => undefined,
      (error) => {
        this.#tell(error.message);
        this.#failed(place, error);
      },
    );
  }

  /** A thread is no more that was there. */
  #lost(place: Place, name: string, departure: Exclude<ThreadEnd, { type: 'failed' }>): void {
    this.#tell(`thread ${name} is replaced: ${departure.why}`);
    if (departure.type === 'died') {
      const { fault, ageMs, why, error } = departure;
      if (fault === 'modules') {
        const cause = error === undefined ? undefined : decodeError(error);
        const message = `a thread with ${this.#modules.join(', ')} died: ${why}`;
        this.#failed(place, new PaladinError('INVALID_INPUT', message, { cause }));
        return;
      }
      if (fault === 'unknown') {
        this.#watched = true;
        if (ageMs < maxRestMs) this.#restMs = restFactor * ageMs;
      }
    }
    this.#replace(place);
  }

  /** Tries again, more and more patiently; in the end gives up, since a program that spins is worse than one that says so. */
  #failed(place: Place, error: PaladinError): void {
    place.failures++;
    const isHopeless = [...this.#places].every(({ failures }) => failures >= maxStartFailures);
    if (isHopeless && ![...this.#threads.keys()].some((thread) => thread.isReady)) {
      this.#break(place, error);
      return;
    }
    const delayMs = Math.min(startBackoffMs * 2 ** (place.failures - 1), maxStartBackoffMs);
    const timer = later(() => {
      this.#backoffs.delete(timer);
      this.#replace(place);
    }, delayMs);
    this.#backoffs.add(timer);
  }

  #break({ failures }: Place, error: PaladinError): void {
    const waiting = this.#waiting;
    // Those that may still be starting have had as many predecessors.
    void this.close();
    this.#state = 'broken';
    for (const assignment of waiting) settleUnbegun(assignment, 'returned', `no thread is left to execute it: ${error.message}`);
    const message = `threads that died cannot be replaced, tried ${failures} times: ${error.message}`;
    this.#options.onBroken?.(new PaladinError('INVALID_INPUT', message, { cause: error }));
  }

  #tell(reason: string): void {
    const { onThreadDeath } = this.#options;
    if (onThreadDeath === undefined) this.#warnings.tell(reason);
    else onThreadDeath(reason);
  }
}

/** Where one thread after another is. */
interface Place {
  /** How often in a row modules did not load there, or ended the thread. */
  failures: number;
}

/** Settles in a microtask, so that nobody is called back within a call. */
function settleUnbegun({ batch: { seq, attempt }, settled }: Assignment, cause: 'returned' | 'cancelled', reason: string): void {
  afterThis(() => settled({ type: 'lost', loss: { seq, attempt, cause, reason } }));
}
