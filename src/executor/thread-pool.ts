import { PaladinError } from '../errors/paladin-error.js';
import { afterThis } from '../next-turn.js';
import type { JobAttempt } from '../protocol/messages.js';
import type { Executor, HowFar, RunArguments } from './executor.js';
import type { ThreadOffers, ThreadPoolOptions } from './thread-executor-options.js';
import type { ThreadHandle } from './thread-handle.js';
import type { Assignment } from './thread-life.js';
import type { ThreadKind } from './thread-link.js';
import { ThreadSupply } from './thread-supply.js';

export interface ThreadExecutor extends Executor {
  readonly offers: ThreadOffers;
}

/**
 * Starts an executor with threads of its own.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when a thread cannot be had or cannot load its operations. `CLOSED` when the
 *   signal is aborted meanwhile. No thread is left behind then.
 */
export async function startThreads(kind: ThreadKind, options: ThreadPoolOptions): Promise<ThreadExecutor> {
  const pool = new ThreadPool(kind, options);
  await pool.start();
  return pool;
}

/**
 * Batches, and the threads that execute them.
 *
 * A thread whose batch waits for a job of its own keeps the batch, and executes nothing else. What the batch waits for may kill
 * the thread in which it is executed, or block it. A spare thread may execute in its stead, when a batch comes for which no
 * thread is idle.
 */
class ThreadPool implements ThreadExecutor {
  readonly slots: number;
  #offers: ThreadOffers = { operations: [], serializers: [] };
  readonly #options: ThreadPoolOptions;
  readonly #supply: ThreadSupply;
  /** Batches for which no thread is idle, since one is being replaced. */
  #waiting: Assignment[] = [];
  #state: 'starting' | 'running' | 'broken' | 'closed' = 'starting';

  constructor(kind: ThreadKind, options: ThreadPoolOptions) {
    this.#options = options;
    this.slots = options.threads;
    this.#supply = new ThreadSupply(kind, options, {
      loaded: (offers) => (this.#offers = offers),
      free: (thread) => this.#next(thread),
      waits: () => {
        // A spare thread for it may have failed to start, and then been given up when no thread waited.
        if (this.#waiting.length > 0) this.#supply.addSpare();
      },
      broken: (error, tries) => this.#break(error, tries),
    });
  }

  get offers(): ThreadOffers {
    return this.#offers;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    const started = this.#supply.start();
    try {
      await new Promise<void>((resolve, reject) => {
        const close = (): void => reject(new PaladinError('CLOSED', 'it was closed while its threads started'));
        if (signal?.aborted === true) close();
        signal?.addEventListener('abort', close, { once: true });
        started.then(resolve, reject);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#state = 'running';
  }

  run(...[jobId, description, batch, settled, waits]: RunArguments): void {
    if (this.#state === 'closed') return;
    const assignment = { jobId, description, batch, settled, waits };
    const thread = this.#pick(jobId);
    if (thread !== undefined) this.#assign(thread, assignment);
    else if (this.#state === 'broken') settleUnbegun(assignment, 'returned', 'no thread is left to execute it');
    else {
      this.#waiting.push(assignment);
      this.#supply.addSpare();
    }
  }

  stageOf({ jobId, seq, attempt }: JobAttempt): number | undefined {
    for (const thread of this.#supply.threads) {
      const { assignment } = thread;
      if (assignment?.jobId !== jobId) continue;
      if (assignment.batch.seq === seq && assignment.batch.attempt === attempt) return thread.stage;
    }
    return undefined;
  }

  abort({ jobId, seq, attempt }: JobAttempt): HowFar {
    const isIt = ({ jobId: of, batch }: Assignment): boolean => of === jobId && batch.seq === seq && batch.attempt === attempt;
    const waiting = this.#waiting.find(isIt);
    if (waiting !== undefined) {
      this.#waiting = this.#waiting.filter((assignment) => assignment !== waiting);
      settleUnbegun(waiting, 'cancelled', 'it was cancelled before its execution began');
      return 'unbegun';
    }
    for (const thread of this.#supply.threads) {
      if (thread.assignment === undefined || !isIt(thread.assignment)) continue;
      thread.forget(jobId);
      // It has been told to stop, so that it begins no further unit that is not counted.
      return thread.howFar;
    }
    return undefined;
  }

  forget(jobId: string): void {
    for (const assignment of this.#waiting) {
      if (assignment.jobId === jobId) settleUnbegun(assignment, 'cancelled', 'its job was cancelled before its execution began');
    }
    this.#waiting = this.#waiting.filter((assignment) => assignment.jobId !== jobId);
    for (const thread of this.#supply.threads) thread.forget(jobId);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#waiting = [];
    await this.#supply.close();
  }

  /** An idle thread, best one that has the job set up. */
  #pick(jobId: string): ThreadHandle | undefined {
    let idle: ThreadHandle | undefined;
    for (const thread of this.#supply.threads) {
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

  #next(thread: ThreadHandle): void {
    // Who settled the last batch may have handed in the next one, or closed the executor.
    if (!thread.isIdle) return;
    const assignment = this.#waiting.shift();
    if (assignment !== undefined) this.#assign(thread, assignment);
    else this.#supply.endSpares();
  }

  #break(error: PaladinError, tries: number): void {
    const waiting = this.#waiting;
    // Threads that may still be starting have had as many predecessors.
    void this.close();
    this.#state = 'broken';
    for (const assignment of waiting) settleUnbegun(assignment, 'returned', `no thread is left to execute it: ${error.message}`);
    const message = `threads that died cannot be replaced, tried ${tries} times: ${error.message}`;
    this.#options.onBroken?.(new PaladinError('INVALID_INPUT', message, { cause: error }));
  }
}

/** Settles in a microtask, so that nobody is called back within a call. */
function settleUnbegun({ batch: { seq, attempt }, settled }: Assignment, cause: 'returned' | 'cancelled', reason: string): void {
  afterThis(() => settled({ type: 'lost', loss: { seq, attempt, cause, reason } }));
}
