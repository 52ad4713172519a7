import { callerContext, type CallerContext } from '../caller-context.js';
import { messageOf } from '../errors/thrown.js';
import type { Registry } from '../operation/registry.js';
import type { Batch, JobAttempt, JobDescription, UnitFailure } from '../protocol/messages.js';
import type { BatchControl } from './batch-run.js';
import type { Executor } from './executor.js';
import { fatalFailure } from './failures.js';
import type { Outcome } from '../protocol/outcome.js';
import { nextTurn } from '../real-time.js';
import { maxWaitingInline } from './limits.js';
import type { LoopBlocks } from './loop-blocks.js';
import { JobExecution, type BatchEnd } from './run-batch.js';
import type { SlowCreates } from './slow-creates.js';
import { SlotWaits, tooManyWait } from './slot-waits.js';

export interface InlineExecutorOptions {
  /** How many batches are executed at once; they take turns where their operations wait. */
  readonly slots: number;
  readonly registry: Registry;
  /**
   * What a job itself brings along, where it does; asked as it begins here. When that throws, the job's batches fail with
   * `INVALID_INPUT`. Default: all is in the registry.
   */
  readonly registryOf?: (jobId: string) => Registry | undefined;
  /** The most bytes that the payload of a result may have; a function is asked as each job begins. Default: any. */
  readonly maxPayloadBytes?: number | (() => number);
  /** Told how long operations execute, to name those that block the thread. Default: they are not named. */
  readonly blocks?: LoopBlocks;
  /** Told what is being set up, to name what takes long. Default: it is not named. */
  readonly slowCreates?: SlowCreates;
  /**
   * The context of whoever a job is for. Undefined where the job is known to be over: what comes of it all the same is cancelled,
   * since it would be executed within that of another. Default: that of whoever made the executor.
   */
  readonly contextOf?: (jobId: string) => CallerContext | undefined;
}

export interface InlineExecutor extends Executor {
  /** How many operations did not stop at their signal and were left to themselves. */
  readonly abandoned: number;
}

type WaitsListener = (isWaiting: boolean) => void;

/** A batch that was handed in and has not settled. */
class InlineControl implements BatchControl {
  aborted = false;
  readonly jobId: string;
  readonly batch: Batch;
  /** A context of the batch's own: what an operation does to it concerns no other. */
  readonly context: CallerContext;
  readonly waits: SlotWaits;
  readonly took: (ms: number) => void;

  constructor(jobId: string, batch: Batch, parent: CallerContext, waits: SlotWaits, took: (ms: number) => void) {
    this.jobId = jobId;
    this.batch = batch;
    this.context = parent.run(callerContext);
    this.waits = waits;
    this.took = took;
  }

  progress(): void {
    // Nobody watches.
  }

  watch(): void {
    // Nobody could interrupt.
  }
}

/**
 * An executor in the caller's own thread. One batch begins in each turn of the event loop, so that timers and sockets get theirs
 * in between; where none has begun in this turn, it begins at once. Timeouts end only operations that wait: nobody can interrupt
 * the thread from within.
 */
export function inlineExecutor({
  slots,
  registry,
  maxPayloadBytes = Infinity,
  contextOf,
  blocks,
  slowCreates,
  registryOf = () => undefined,
}: InlineExecutorOptions): InlineExecutor {
  const ownContext = callerContext();
  const executions = new Map<string, JobExecution>();
  const underWay = new Set<InlineControl>();
  /** Those of them that wait for jobs of their own. */
  const waiting = new Set<Batch>();
  let abandoned = 0;
  let closed = false;
  /** Whether a batch has begun in this turn of the event loop. */
  let begun = false;

  const beginNow = (begin: () => void): void => {
    begun = true;
    nextTurn(() => {
      begun = false;
    });
    begin();
  };

  /** What the job's operations are found in, or why its batches fail. */
  const foundIn = (jobId: string): Registry | UnitFailure => {
    try {
      return registryOf(jobId) ?? registry;
    } catch (thrown) {
      return fatalFailure(0, 0, 'INVALID_INPUT', messageOf(thrown));
    }
  };

  const executionOf = (jobId: string, description: JobDescription): JobExecution => {
    let execution = executions.get(jobId);
    if (execution === undefined) {
      const most = typeof maxPayloadBytes === 'number' ? maxPayloadBytes : maxPayloadBytes();
      const watchCreate = slowCreates && ((stage: number) => slowCreates.watch(description.stages, stage));
      execution = new JobExecution(jobId, description, foundIn(jobId), most, undefined, watchCreate);
      executions.set(jobId, execution);
    }
    return execution;
  };

  /** Its signal's listeners are called within its context. */
  const abortOne = (control: InlineControl): void => {
    control.aborted = true;
    control.context.run(() => executions.get(control.jobId)?.abortBatch(control.batch));
  };

  const changeWaiting = (control: InlineControl, tell: WaitsListener | undefined, isWaiting: boolean): undefined => {
    const { batch } = control;
    if (!isWaiting) {
      if (!waiting.delete(batch)) return;
    } else {
      // One that nobody waits for any more has no slot to give up.
      if (!underWay.has(control)) return;
      if (waiting.size >= maxWaitingInline) throw tooManyWait(maxWaitingInline);
      waiting.add(batch);
    }
    queueMicrotask(() => {
      if (underWay.has(control) && !closed) tell?.(isWaiting);
    });
  };

  return {
    slots,
    get abandoned() {
      return abandoned;
    },
    run(
      jobId: string,
      description: JobDescription,
      batch: Batch,
      settled: (outcome: Outcome) => void,
      tell?: WaitsListener,
    ): void {
      // Looked up now, so that a job which is forgotten before the batch's turn comes is not begun anew.
      const execution = executionOf(jobId, description);
      const { stages } = description;
      const waits = new SlotWaits((isWaiting) => changeWaiting(control, tell, isWaiting));
      const context = contextOf === undefined ? ownContext : contextOf(jobId);
      const control: InlineControl = new InlineControl(jobId, batch, context ?? ownContext, waits, (ms) => {
        blocks?.took(stages, ms);
      });
      control.aborted = context === undefined;
      underWay.add(control);
      const end = ({ outcome, stuck }: BatchEnd): void => {
        underWay.delete(control);
        waits.end();
        waiting.delete(batch);
        blocks?.over(batch);
        if (stuck) abandoned++;
        if (!closed) settled(outcome);
      };
      const begin = (): void => {
        if (closed) return;
        const running = control.context.run(() => execution.run(batch, control));
        if (!(running instanceof Promise)) {
          end(running);
          return;
        }
        blocks?.waits(batch, stages);
        void running.then(end);
      };
      if (begun) nextTurn(begin);
      else beginNow(begin);
    },
    abort({ jobId, seq, attempt }: JobAttempt): void {
      for (const control of underWay) {
        const { batch } = control;
        if (control.jobId !== jobId || batch.seq !== seq || batch.attempt !== attempt) continue;
        abortOne(control);
      }
    },
    forget(jobId: string): void {
      for (const control of underWay) if (control.jobId === jobId) abortOne(control);
      executions.get(jobId)?.abort();
      executions.delete(jobId);
    },
    close(): Promise<void> {
      closed = true;
      for (const control of underWay) abortOne(control);
      for (const execution of executions.values()) execution.abort();
      executions.clear();
      return Promise.resolve();
    },
  };
}
