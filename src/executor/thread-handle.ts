import { PaladinError } from '../errors/paladin-error.js';
import { decodeError } from '../errors/remote-error.js';
import { moveBytes } from '../protocol/batch-bytes.js';
import type { BatchLoss, StageDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import { CreateWatch } from './create-watch.js';
import { lateFailure } from './unit-failures.js';
import { KnownJobs } from './known-jobs.js';
import { leastWatchMs, operationGraceMs, watchdogSlackMs } from './limits.js';
import { copyOf, transferableDescription } from './transferable.js';
import { clampTimer } from './waiter.js';
import type { HowFar } from './executor.js';
import type { Assignment, ThreadEnd, ThreadConfig } from './thread-life.js';
import type { ThreadDeath, ThreadLink } from './thread-link.js';
import type { FromThread, ToThread } from './thread-messages.js';
import { commonNow, type Progress } from './thread-progress.js';
import { judgeDeath } from './thread-blame.js';
import { later, realNow, type Later } from '../real-time.js';

/** What a thread tells its pool. Each thread is `ready` or not, and then `gone` once. */
export interface ThreadEvents {
  ready(thread: ThreadHandle, message: Extract<FromThread, { type: 'ready' }>): void;
  /** It has ended a batch, in which it has executed so many units. */
  idle(thread: ThreadHandle, units: number): void;
  /** What the thread executes wants to wait for a job of its own. Returns how many may wait, if so many wait already. */
  refusesWait(): number | undefined;
  /** It does wait. */
  waits(): void;
  /** Something that it sets up takes long. */
  slowCreate(reason: string): void;
  /** It executes nothing any more. */
  gone(thread: ThreadHandle, threadEnd: ThreadEnd): void;
}

/** The batch that a thread executes. */
interface ThreadBatch extends Assignment {
  readonly number: number;
  readonly startedMs: number;
  /** The least timeout of its stages. */
  readonly leastTimeoutMs: number;
  /** Whether it waits for a job of its own. */
  isWaiting: boolean;
}

/**
 * One thread, seen from outside: starting, then idle or busy, then gone. It is gone because it died, or because it had to
 * be terminated. It is terminated for an operation past its timeout, or for one that does not stop after its job is forgotten.
 */
export class ThreadHandle {
  #state: 'starting' | 'resting' | 'idle' | 'busy' | 'gone' = 'starting';
  readonly #thread: ThreadLink;
  readonly #options: ThreadConfig;
  readonly #events: ThreadEvents;
  readonly #progress: Progress;
  readonly #jobs: KnownJobs;
  readonly #creates: CreateWatch;
  #nothing: Readonly<Record<string, Uint8Array>> = {};
  /** Defined exactly while it is busy. */
  #executing: ThreadBatch | undefined = undefined;
  #batches = 0;
  #isRetired = false;
  #ended: Promise<void> = Promise.resolve();
  #readySinceMs = 0;
  readonly #startTimer: Later | undefined;
  #restTimer: Later | undefined = undefined;
  #watchdog: Later | undefined = undefined;
  #graceTimer: Later | undefined = undefined;

  /** @throws what is thrown where no thread can be had */
  constructor(options: ThreadConfig, events: ThreadEvents) {
    this.#options = options;
    this.#events = events;
    this.#thread = options.kind.start(options, {
      received: (message) => this.#receive(message),
      ended: (death) => this.#died(death),
    });
    this.#progress = this.#thread.progress;
    this.#jobs = new KnownJobs((jobIds) => {
      const message: ToThread = { type: 'forget', jobIds };
      if (this.#state !== 'gone') this.#thread.post(message);
    });
    const { startTimeoutMs, slowCreateMs } = options;
    this.#creates = new CreateWatch({
      progress: this.#progress,
      slowCreateMs,
      stages: () => this.#executing?.description.stages,
      tell: (reason) => events.slowCreate(reason),
    });
    const { lateHint } = options.kind;
    this.#startTimer = later(
      () => this.#failStart(`was not ready within ${startTimeoutMs} ms${lateHint}`),
      clampTimer(startTimeoutMs),
    );
  }

  get isReady(): boolean {
    return this.#state === 'idle' || this.#state === 'busy';
  }

  /** Whether it may be given a batch. */
  get isIdle(): boolean {
    return this.#state === 'idle' && !this.#isRetired;
  }

  /** Whether it is given nothing more. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  get name(): string {
    return this.#options.name;
  }

  /** How many bytes its objects took after its last batch; 0: it does not tell. */
  get usedBytes(): number {
    return this.#progress.usedBytes;
  }

  /** The stage that it is in. */
  get stage(): number | undefined {
    return this.#progress.isExact ? this.#progress.stage : undefined;
  }

  /** Whether what it executes waits for a job of its own, so that another thread may execute in its stead. */
  get isWaiting(): boolean {
    return this.#executing?.isWaiting === true;
  }

  /** Whether it has the job set up, or is doing so. */
  knows(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  /** What it executes. */
  get assignment(): Assignment | undefined {
    return this.#executing;
  }

  /** Gives it nothing more. What it executes it ends. @returns whether it executes nothing */
  retire(): boolean {
    this.#isRetired = true;
    return this.#executing === undefined;
  }

  /** Gives it a batch. It must be idle. The given bytes stay with the caller. */
  run(assignment: Assignment, maxPayloadBytes: number): void {
    if (!this.isIdle) throw new Error(`a thread that is ${this.#isRetired ? 'retired' : this.#state} was given a batch`);
    const { jobId, description, batch } = assignment;
    // The number has to fit into 31 bits, and 0 means none.
    this.#batches = (this.#batches % 0x7fff_ffff) + 1;
    const leastTimeoutMs = leastTimeout(batch.units === 'elements' ? description.stages : description.stages.slice(-1));
    this.#executing = { ...assignment, number: this.#batches, startedMs: realNow(), leastTimeoutMs, isWaiting: false };
    this.#state = 'busy';
    this.#progress.moveTo(0, batch.units === 'elements' ? 0 : description.stages.length - 1);
    this.#progress.deadlineMs = 0;
    this.#thread.ref();
    if (leastTimeoutMs < Infinity) this.#watch(leastTimeoutMs);
    this.#creates.begin();
    const isKnown = this.#jobs.has(jobId) && !this.#jobs.hasNews;
    const isMailed = isKnown && this.#thread.mail({ jobId, batchNumber: this.#batches, batch });
    if (!isMailed) this.#postWhole(assignment, maxPayloadBytes);
  }

  /** Posts the batch, with the description of its job if the thread does not know that, and with what to forget. */
  #postWhole({ jobId, description, batch }: Assignment, maxPayloadBytes: number): void {
    const job = this.#jobs.has(jobId) ? undefined : { description: transferableDescription(description), maxPayloadBytes };
    this.#jobs.add(jobId);
    // The leader of an in-memory runtime still holds these bytes. So a copy is transferred.
    const own = { ...batch };
    const buffers: ArrayBuffer[] = [];
    moveBytes(own, (bytes) => {
      const copy = copyOf(bytes);
      buffers.push(copy.buffer);
      return copy;
    });
    const message: ToThread = {
      type: 'run',
      jobId,
      batchNumber: this.#batches,
      batch: own,
      forget: this.#jobs.takeForgotten(),
      ...(job && { job }),
    };
    this.#thread.post(message, buffers);
  }

  /** How far the batch is that it executes. */
  get howFar(): HowFar {
    const { offset, stage, isExact } = this.#progress;
    return isExact ? { offset, stage } : undefined;
  }

  /** Drops the job. If the job is executing, it is aborted, and after the grace period the thread is terminated. */
  forget(jobId: string): void {
    if (!this.#jobs.forget(jobId)) return;
    const executing = this.#executing;
    if (executing?.jobId !== jobId) this.#jobs.tellSoon();
    else {
      this.#progress.cancel(executing.number);
      const reason = `its job was cancelled; it did not stop within ${this.#options.graceMs} ms`;
      this.#graceTimer = later(
        () => this.#terminate({ type: 'lost', loss: this.#loss(executing, 'cancelled', reason) }, reason),
        clampTimer(this.#options.graceMs),
      );
      this.#jobs.tellNow();
    }
  }

  /** Ends the thread, and resolves when it has ended. What it executes does not settle. */
  async close(): Promise<void> {
    this.#executing = undefined;
    if (this.#state !== 'gone') this.#leave(this.#state === 'idle');
    await this.#ended;
  }

  #receive(message: FromThread): void {
    if (this.#state === 'gone') return;
    switch (message.type) {
      case 'ready':
        this.#loaded(message);
        return;
      case 'failed': {
        const cause = decodeError(message.cause);
        this.#end({ type: 'failed', error: new PaladinError('INVALID_INPUT', message.message, { cause }) });
        return;
      }
      case 'waits':
        this.#changeWaiting(message);
        return;
      case 'ended':
        this.#settle(message.batchNumber, message.outcome, message.stuck);
    }
  }

  #changeWaiting({ batchNumber, isWaiting }: Extract<FromThread, { type: 'waits' }>): void {
    const executing = this.#executing?.number === batchNumber ? this.#executing : undefined;
    if (isWaiting) {
      const most = executing === undefined ? undefined : this.#events.refusesWait();
      const answer: ToThread = { type: 'waits', batchNumber, ...(most !== undefined && { most }) };
      this.#thread.post(answer);
      if (most !== undefined) return;
    }
    // A batch that is over has no slot to give up. A batch that was refused keeps its slot.
    if (executing === undefined || executing.isWaiting === isWaiting) return;
    executing.isWaiting = isWaiting;
    executing.waits?.(isWaiting);
    if (isWaiting) this.#events.waits();
  }

  /** It has loaded its modules. */
  #loaded(message: Extract<FromThread, { type: 'ready' }>): void {
    this.#startTimer?.cancel();
    this.#nothing = message.nothing;
    this.#readySinceMs = realNow();
    this.#state = 'resting';
    const ready = (): void => {
      this.#rest();
      this.#events.ready(this, message);
    };
    const { restMs } = this.#options;
    if (restMs > 0) this.#restTimer = later(ready, restMs);
    else ready();
  }

  /** It has ended a batch. */
  #settle(batchNumber: number, outcome: Outcome, stuck: boolean): void {
    const executing = this.#executing;
    if (executing?.number !== batchNumber) return;
    this.#clearTimers();
    if (stuck) {
      this.#terminate(outcome, 'it did not stop at its signal');
      return;
    }
    this.#executing = undefined;
    this.#rest();
    executing.settled(outcome);
    this.#events.idle(this, outcome.type === 'result' ? outcome.result.done : 0);
  }

  #rest(): void {
    this.#state = 'idle';
    if (!this.#options.keepAlive) this.#thread.unref();
  }

  #died(death: ThreadDeath): void {
    if (this.#state === 'gone') return;
    if (this.#state === 'starting') {
      this.#failStart(`${death.how} before it was ready${death.hint ?? ''}`);
      return;
    }
    const executing = this.#executing;
    const ageMs = realNow() - this.#readySinceMs;
    const { error } = death;
    const { why, fault, loss } = judgeDeath(
      death,
      executing && { number: executing.number, place: this.#place(executing) },
      this.#batches,
    );
    this.#executing = undefined;
    this.#end({ type: 'died', why, fault, ageMs, error });
    executing?.settled({ type: 'lost', loss: { ...this.#loss(executing, loss.cause, loss.reason), ...(error && { error }) } });
  }

  #failStart(what: string): void {
    const message = `cannot start ${this.#options.kind.what}: it ${what}`;
    this.#end({ type: 'failed', error: new PaladinError('INVALID_INPUT', message) });
  }

  /** What it executes, for people. */
  #place({ batch, description }: ThreadBatch): string {
    const { offset, stage, isExact } = this.#progress;
    const of = `operation '${description.stages[stage]?.operation ?? ''}'`;
    if (batch.units === 'partials') return `a combine of ${of}`;
    return isExact || batch.count === 1 ? `${of} at index ${batch.first + offset}` : `${of} from index ${batch.first} on`;
  }

  /**
   * Looks after a batch whose stages have timeouts. The runner in the thread cannot end an operation that blocks it. Both go by
   * the real clock: the fake timers of a program do not reach into its threads.
   */
  #watch(afterMs: number): void {
    this.#watchdog = later(
      () => {
        const { deadlineMs, isExact } = this.#progress;
        // A later unit may be at work, and get its signal first.
        const slackMs = isExact ? watchdogSlackMs : watchdogSlackMs + operationGraceMs;
        const leftMs = deadlineMs === 0 ? undefined : deadlineMs + slackMs - commonNow();
        if (leftMs !== undefined && leftMs <= 0) this.#expire();
        else this.#watch(leftMs ?? this.#executing?.leastTimeoutMs ?? Infinity);
      },
      clampTimer(Math.max(afterMs, leastWatchMs)),
    );
  }

  #expire(): void {
    const executing = this.#executing;
    if (executing === undefined) return;
    const { offset, stage, isExact } = this.#progress;
    const { description, batch } = executing;
    const failure = lateFailure(offset, stage, description.stages[stage]?.timeoutMs ?? executing.leastTimeoutMs);
    if (!isExact && batch.count > 1) {
      const reason = `a unit ${failure.message}; the batch is executed again to find which`;
      return this.#terminate({ type: 'lost', loss: this.#loss(executing, 'wasted', reason) }, failure.message);
    }
    if (offset > 0) {
      // The outputs of the units before it are gone with the thread.
      const loss = this.#loss(executing, 'timeout', `unit ${offset} ${failure.message}`);
      return this.#terminate({ type: 'lost', loss }, failure.message);
    }
    const isFold = description.stages.at(-1)?.kind === 'fold';
    const payload = copyOf((isFold ? undefined : this.#nothing[description.serializer]) ?? new Uint8Array(0));
    const elapsedMs = realNow() - executing.startedMs;
    const { seq, attempt } = batch;
    this.#terminate(
      { type: 'result', result: { seq, attempt, done: 1, failures: [failure], elapsedMs, payload } },
      failure.message,
    );
  }

  #loss({ batch: { seq, attempt } }: ThreadBatch, cause: BatchLoss['cause'], reason: string): BatchLoss {
    const { offset, stage, isExact } = this.#progress;
    return { seq, attempt, cause, ...(isExact && { offset, stage }), reason };
  }

  /**
   * Settles the batch and ends the thread, without waiting for the end. A thread that blocks outside of JavaScript may take long
   * to end.
   */
  #terminate(outcome: Outcome, why: string): void {
    const executing = this.#executing;
    if (executing === undefined) return;
    const place = this.#place(executing);
    this.#executing = undefined;
    this.#end({ type: 'terminated', why: `it was terminated, executing ${place}: ${why}` });
    executing.settled(outcome);
  }

  #end(threadEnd: ThreadEnd): void {
    if (this.#state === 'gone') return;
    this.#leave(false);
    this.#events.gone(this, threadEnd);
  }

  /** @param inGoodOrder whether it may end by itself */
  #leave(inGoodOrder: boolean): void {
    this.#state = 'gone';
    this.#clearTimers();
    this.#jobs.end();
    this.#creates.end();
    this.#ended = inGoodOrder ? this.#thread.close() : this.#thread.terminate();
  }

  #clearTimers(): void {
    this.#startTimer?.cancel();
    this.#watchdog?.cancel();
    this.#graceTimer?.cancel();
    this.#restTimer?.cancel();
  }
}

function leastTimeout(stages: readonly StageDescription[]): number {
  return stages.reduce((least, { timeoutMs = Infinity }) => Math.min(least, timeoutMs), Infinity);
}
