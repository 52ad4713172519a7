import type { ResourceLimits } from 'node:worker_threads';
import { PaladinError } from '../errors/paladin-error.js';
import { resolveModule } from '../operation/modules.js';
import type { Batch, JobAttempt, JobDescription } from '../protocol/messages.js';
import type { Executor } from './executor.js';
import type { Outcome } from '../protocol/outcome.js';
import {
  closeGraceMs,
  forgetGraceMs,
  maxStartBackoffMs,
  maxStartFailures,
  startBackoffMs,
  threadStartTimeoutMs,
} from './limits.js';
import { Waiter } from './settlement.js';
import { ThreadHandle, type Assignment, type ThreadEvents } from './thread-handle.js';
import { afterThis } from '../next-turn.js';
import { later, type Later } from '../real-time.js';
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
  /** Whether idle threads keep the process alive. Default false. */
  readonly keepAlive?: boolean;
  /** Called once when threads that died cannot be replaced. Batches that no thread is left for come back as `returned`. */
  readonly onBroken?: (error: PaladinError) => void;
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
 * @throws {@link PaladinError} `INVALID_INPUT` when a module cannot be loaded; no thread is left behind then
 */
export async function startThreadExecutor(options: ThreadExecutorOptions): Promise<ThreadExecutor> {
  const pool = new ThreadPool(options);
  await pool.start();
  return pool;
}

class ThreadPool implements ThreadExecutor {
  readonly slots: number;
  #offers: ThreadOffers = { operations: [], serializers: [] };
  readonly #options: ThreadExecutorOptions;
  readonly #modules: readonly string[];
  readonly #threads = new Set<ThreadHandle>();
  /** Batches for which no thread is idle, since one is being replaced. */
  #waiting: Assignment[] = [];
  /** The ends of threads that had to be terminated. */
  readonly #ending = new Set<Promise<void>>();
  /** Timers of replacements that are to be tried again. */
  readonly #backoffs = new Set<Later>();
  #startFailures = 0;
  #started = 0;
  #state: 'starting' | 'running' | 'closed' = 'starting';
  #isBroken = false;

  constructor(options: ThreadExecutorOptions) {
    const { threads } = options;
    if (!Number.isInteger(threads) || threads < 1) {
      throw new PaladinError('INVALID_INPUT', `expected threads to be a whole number from 1, got ${describe(threads)}`);
    }
    this.#options = options;
    this.#modules = options.modules.map((module) => resolveModule(module).href);
    this.slots = threads;
  }

  get offers(): ThreadOffers {
    return this.#offers;
  }

  async start(): Promise<void> {
    const starts = Array.from({ length: this.slots }, () => this.#startFirst());
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#state = 'running';
  }

  run(jobId: string, description: JobDescription, batch: Batch, settled: (outcome: Outcome) => void): void {
    if (this.#state === 'closed') return;
    const assignment = { jobId, description, batch, settled };
    const thread = this.#pick(jobId);
    if (thread !== undefined) this.#assign(thread, assignment);
    else if (this.#threads.size + this.#backoffs.size === 0) giveBack(assignment, 'returned', 'no thread is left to execute it');
    else this.#waiting.push(assignment);
  }

  abort({ jobId, seq, attempt }: JobAttempt): void {
    const isIt = ({ jobId: of, batch }: Assignment): boolean => of === jobId && batch.seq === seq && batch.attempt === attempt;
    const waiting = this.#waiting.find(isIt);
    if (waiting !== undefined) {
      this.#waiting = this.#waiting.filter((assignment) => assignment !== waiting);
      giveBack(waiting, 'cancelled', 'it was cancelled before its execution began');
    }
    for (const thread of this.#threads) if (thread.assignment !== undefined && isIt(thread.assignment)) thread.forget(jobId);
  }

  forget(jobId: string): void {
    for (const assignment of this.#waiting) {
      if (assignment.jobId === jobId) giveBack(assignment, 'cancelled', 'its job was cancelled before its execution began');
    }
    this.#waiting = this.#waiting.filter((assignment) => assignment.jobId !== jobId);
    for (const thread of this.#threads) thread.forget(jobId);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    for (const timer of this.#backoffs) timer.cancel();
    this.#backoffs.clear();
    this.#waiting = [];
    const ends = [...this.#ending, ...[...this.#threads].map((thread) => thread.close())];
    this.#threads.clear();
    await new Waiter().until(Promise.all(ends), closeGraceMs);
  }

  /** An idle thread, best one that has the job set up. */
  #pick(jobId: string): ThreadHandle | undefined {
    let idle: ThreadHandle | undefined;
    for (const thread of this.#threads) {
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
  #startFirst(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#startThread(resolve, reject);
    });
  }

  #startThread(ready: () => void, failed: (error: PaladinError) => void): void {
    const { graceMs = forgetGraceMs, startTimeoutMs = threadStartTimeoutMs, keepAlive = false, resourceLimits } = this.#options;
    const events: ThreadEvents = {
      ready: (thread, { operations, serializers }) => {
        this.#offers = { operations, serializers };
        this.#startFailures = 0;
        ready();
        this.#next(thread);
      },
      idle: (thread) => this.#next(thread),
      gone: (thread, error) => {
        if (this.#state === 'closed' || !this.#threads.delete(thread)) return;
        const ending = thread.close().finally(() => this.#ending.delete(ending));
        this.#ending.add(ending);
        if (error !== undefined) failed(error);
        else this.#replace();
      },
    };
    const name = `paladin-${++this.#started}`;
    this.#threads.add(
      new ThreadHandle({ modules: this.#modules, name, resourceLimits, startTimeoutMs, graceMs, keepAlive }, events),
    );
  }

  #next(thread: ThreadHandle): void {
    // Who settled the last batch may have handed in the next one, or closed the executor.
    if (!thread.isIdle) return;
    const assignment = this.#waiting.shift();
    if (assignment !== undefined) this.#assign(thread, assignment);
  }

  #replace(): void {
    this.#startThread(
      () => undefined,
      (error) => this.#startFailed(error),
    );
  }

  /** Tries again, more and more patiently; in the end gives up, since a program that spins is worse than one that says so. */
  #startFailed(error: PaladinError): void {
    this.#startFailures++;
    if (this.#startFailures < maxStartFailures) {
      const delayMs = Math.min(startBackoffMs * 2 ** (this.#startFailures - 1), maxStartBackoffMs);
      const timer = later(() => {
        this.#backoffs.delete(timer);
        this.#replace();
      }, delayMs);
      this.#backoffs.add(timer);
      return;
    }
    if (this.#threads.size + this.#backoffs.size === 0) {
      for (const assignment of this.#waiting) {
        giveBack(assignment, 'returned', `no thread is left to execute it: ${error.message}`);
      }
      this.#waiting = [];
    }
    if (this.#isBroken) return;
    this.#isBroken = true;
    const message = `threads that died cannot be replaced, tried ${this.#startFailures} times: ${error.message}`;
    this.#options.onBroken?.(new PaladinError('INVALID_INPUT', message, { cause: error }));
  }
}

/** Settles in a microtask, so that nobody is called back within a call. */
function giveBack({ batch: { seq, attempt }, settled }: Assignment, cause: 'returned' | 'cancelled', reason: string): void {
  afterThis(() => settled({ type: 'lost', loss: { seq, attempt, cause, reason } }));
}
