import { callerContext, type CallerContext } from '../caller-context.js';
import type { Batch, JobAttempt } from '../protocol/messages.js';
import type { Executor, HowFar, RunArguments } from './executor.js';
import { InlineControl } from './inline-control.js';
import { InlineTurns } from './inline-turns.js';
import { InlineJobs, type InlineJobOptions } from './inline-jobs.js';
import { maxWaitingInline } from './limits.js';
import type { IdleCores } from './idle-cores.js';
import type { LoopBlocks } from './loop-blocks.js';
import type { BatchEnd } from './run-batch.js';
import { tooManyWait } from './slot-waits.js';

export interface InlineExecutorOptions extends InlineJobOptions {
  /** How many batches are executed at once; they take turns where their operations wait. */
  readonly slots: number;
  /** Told how long operations execute, to name those that block the thread. Default: they are not named. */
  readonly blocks?: LoopBlocks;
  /** Told the same, to find out whether further cores would help. Default: nobody looks. */
  readonly idleCores?: IdleCores;
  /** What it shares with other executors. Default: the turns of this thread, with all of its executors. */
  readonly turns?: InlineTurns;
  /**
   * The context of whoever a job is for. It is undefined where the job is known to be over. Then a batch that still comes is
   * cancelled: it would be executed within the context of another job. Default: the context of whoever made the executor.
   */
  readonly contextOf?: (jobId: string) => CallerContext | undefined;
}

type WaitsListener = (isWaiting: boolean) => void;

/**
 * An executor in the caller's own thread. One batch begins in each turn of the event loop. It begins at once where none has begun
 * in this turn. After a share of the turn it stops between two calls of operations, so that timers and sockets have their turn.
 * Nobody can interrupt an operation from within the thread: timeouts only end operations that wait.
 */
export class InlineExecutor implements Executor {
  readonly slots: number;
  readonly #options: InlineExecutorOptions;
  readonly #ownContext = callerContext();
  readonly #jobs: InlineJobs;
  readonly #turns: InlineTurns;
  readonly #underWay = new Set<InlineControl>();
  /** The batches under way that wait for jobs of their own. */
  readonly #waiting = new Set<Batch>();
  #abandoned = 0;
  #closed = false;

  constructor(options: InlineExecutorOptions) {
    this.slots = options.slots;
    this.#options = options;
    this.#jobs = new InlineJobs(options);
    this.#turns = options.turns ?? InlineTurns.ofThread;
  }

  /** How many operations did not stop at their signal and were left to themselves. */
  get abandoned(): number {
    return this.#abandoned;
  }

  run(...[jobId, description, batch, settled, tell]: RunArguments): void {
    // It is looked up now: the job may be forgotten before the batch's turn comes, and must not be begun anew.
    const execution = this.#jobs.executionOf(jobId, description);
    const { blocks, idleCores, contextOf } = this.#options;
    const { stages } = description;
    const context = contextOf === undefined ? this.#ownContext : contextOf(jobId);
    const control: InlineControl = new InlineControl(jobId, batch, context ?? this.#ownContext, {
      turns: this.#turns,
      waits: (isWaiting) => this.#changeWaiting(control, tell, isWaiting),
      took: (ms) => {
        blocks?.took(stages, ms);
        idleCores?.took(stages, ms);
      },
    });
    control.aborted = context === undefined;
    this.#underWay.add(control);
    const end = (ended: BatchEnd): void => {
      this.#end(control, ended);
      if (!this.#closed) settled(ended.outcome);
    };
    this.#turns.begin(() => {
      if (this.#closed) return;
      const running = control.context.run(() => execution.run(batch, control));
      if (!(running instanceof Promise)) {
        end(running);
        return;
      }
      blocks?.waits(batch, stages);
      void running.then(end);
    });
  }

  abort({ jobId, seq, attempt }: JobAttempt): HowFar {
    for (const control of this.#underWay) {
      const { batch, howFar } = control;
      if (control.jobId !== jobId || batch.seq !== seq || batch.attempt !== attempt) continue;
      this.#abortOne(control);
      return howFar;
    }
    return undefined;
  }

  forget(jobId: string): void {
    for (const control of this.#underWay) if (control.jobId === jobId) this.#abortOne(control);
    this.#jobs.forget(jobId);
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const control of this.#underWay) this.#abortOne(control);
    this.#jobs.forgetAll();
    return Promise.resolve();
  }

  #end(control: InlineControl, { stuck }: BatchEnd): void {
    const { batch, waits } = control;
    this.#underWay.delete(control);
    waits.end();
    this.#waiting.delete(batch);
    this.#options.blocks?.over(batch);
    if (stuck) this.#abandoned += 1;
  }

  /** Its signal's listeners are called within its context. */
  #abortOne(control: InlineControl): void {
    control.aborted = true;
    control.context.run(() => this.#jobs.get(control.jobId)?.abortBatch(control.batch));
  }

  #changeWaiting(control: InlineControl, tell: WaitsListener | undefined, isWaiting: boolean): undefined {
    const { batch } = control;
    if (!isWaiting) {
      if (!this.#waiting.delete(batch)) return;
    } else {
      // A batch that nobody waits for any more has no slot to give up.
      if (!this.#underWay.has(control)) return;
      if (this.#waiting.size >= maxWaitingInline) throw tooManyWait(maxWaitingInline);
      this.#waiting.add(batch);
    }
    queueMicrotask(() => {
      if (this.#underWay.has(control) && !this.#closed) tell?.(isWaiting);
    });
  }
}
