import { Worker, type ResourceLimits } from 'node:worker_threads';
import { PaladinError } from '../errors/paladin-error.js';
import type { Batch, BatchLoss, JobDescription, StageDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import { timeoutFailure } from './failures.js';
import { forgetDelayMs, leastWatchMs, watchdogSlackMs } from './limits.js';
import { copyOf, ownDescription } from './own-bytes.js';
import { clampTimer } from './settlement.js';
import { Mailbox, type FromThread, type ThreadSetUp, type ToThread } from './thread-messages.js';
import { commonNow, Progress } from './thread-progress.js';
import { later, realNow, type Later } from '../real-time.js';
import { asText, isError, messageOf, readOr } from '../errors/thrown.js';

/** A batch for a thread. */
export interface Assignment {
  readonly jobId: string;
  readonly description: JobDescription;
  readonly batch: Batch;
  readonly settled: (outcome: Outcome) => void;
}

export interface ThreadOptions {
  /** URLs of the modules to load. */
  readonly modules: readonly string[];
  readonly name: string;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly startTimeoutMs: number;
  /** How long a batch of a forgotten job may go on. */
  readonly graceMs: number;
  /** Whether the thread keeps the process alive while it is idle, too. */
  readonly keepAlive: boolean;
}

/** What a thread tells its pool. Each thread is `ready` or not, and then `gone` once. */
export interface ThreadEvents {
  ready(thread: ThreadHandle, message: Extract<FromThread, { type: 'ready' }>): void;
  idle(thread: ThreadHandle): void;
  /** It executes nothing any more. `error`: it never was ready. */
  gone(thread: ThreadHandle, error: PaladinError | undefined): void;
}

/** The batch that a thread executes. */
interface Turn extends Assignment {
  readonly number: number;
  readonly startedMs: number;
  /** The least timeout of its stages. */
  readonly leastTimeoutMs: number;
}

/**
 * One thread, seen from outside: starting, then idle or busy in turn, then gone. It is gone by dying, or since it had to be
 * terminated: for an operation past its timeout, or that does not stop though its job is forgotten.
 */
export class ThreadHandle {
  #state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting';
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #events: ThreadEvents;
  readonly #progress = new Progress();
  readonly #toThread = new Mailbox();
  readonly #fromThread = new Mailbox();
  readonly #mark = Math.random();
  /** The jobs that it knows the description of. */
  readonly #jobs = new Set<string>();
  /** Jobs that it knows and that are over: it hears of them with the next batch, or when none comes. */
  #forgotten: string[] = [];
  #forgetTimer: Later | undefined = undefined;
  #nothing: Readonly<Record<string, Uint8Array>> = {};
  /** Defined exactly while it is busy. */
  #turn: Turn | undefined = undefined;
  #turns = 0;
  /** Why it is dying, from its own mouth. */
  #uncaught: string | undefined = undefined;
  #ended: Promise<unknown> = Promise.resolve();
  readonly #startTimer: NodeJS.Timeout;
  #watchdog: NodeJS.Timeout | undefined = undefined;
  #graceTimer: Later | undefined = undefined;

  constructor(options: ThreadOptions, events: ThreadEvents) {
    this.#options = options;
    this.#events = events;
    const workerData: ThreadSetUp = {
      modules: options.modules,
      progress: this.#progress.memory,
      toThread: this.#toThread.memory,
      fromThread: this.#fromThread.memory,
      mark: this.#mark,
    };
    const { name, resourceLimits } = options;
    const execArgv = inheritableArgv(process.execArgv);
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), {
      name,
      workerData,
      ...(resourceLimits && { resourceLimits }),
      ...(execArgv && { execArgv }),
    });
    this.#worker.on('message', (message: FromThread | number) => this.#receive(message));
    this.#worker.on('error', (thrown: unknown) => {
      // The stack, since whoever threw it is in no call that anybody waits for.
      this.#uncaught = (isError(thrown) && asText(readOr(thrown, 'stack') ?? '')) || messageOf(thrown);
    });
    this.#worker.on('exit', (code) => this.#exited(code));
    const { startTimeoutMs } = options;
    this.#startTimer = setTimeout(() => this.#failStart(`was not ready within ${startTimeoutMs} ms`), clampTimer(startTimeoutMs));
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  /** Whether it has the job set up, or is doing so. */
  knows(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  /** What it executes. */
  get assignment(): Assignment | undefined {
    return this.#turn;
  }

  /** Only when idle. The given bytes stay with the caller. */
  run(assignment: Assignment, maxPayloadBytes: number): void {
    if (this.#state !== 'idle') throw new Error(`a thread that is ${this.#state} was given a batch`);
    const { jobId, description, batch } = assignment;
    // The number has to fit into 31 bits, and 0 means none.
    this.#turns = (this.#turns % 0x7fff_ffff) + 1;
    const leastTimeoutMs = leastTimeout(batch.units === 'elements' ? description.stages : description.stages.slice(-1));
    this.#turn = { ...assignment, number: this.#turns, startedMs: realNow(), leastTimeoutMs };
    this.#state = 'busy';
    this.#progress.moveTo(0, batch.units === 'elements' ? 0 : description.stages.length - 1);
    this.#progress.deadlineMs = 0;
    this.#worker.ref();
    if (leastTimeoutMs < Infinity) this.#watch(leastTimeoutMs);
    const isKnown = this.#jobs.has(jobId) && this.#forgotten.length === 0;
    if (isKnown && this.#toThread.putRun({ jobId, turn: this.#turns, batch })) this.#worker.postMessage(this.#mark);
    else this.#postWhole(assignment, maxPayloadBytes);
  }

  /** With the description of its job, where it does not know that, and what it is to forget. */
  #postWhole({ jobId, description, batch }: Assignment, maxPayloadBytes: number): void {
    const job = this.#jobs.has(jobId) ? undefined : { description: ownDescription(description), maxPayloadBytes };
    this.#jobs.add(jobId);
    // The leader of an in-memory runtime still holds these bytes, so what is transferred is a copy.
    const payload = copyOf(batch.payload);
    const parts = batch.parts === undefined ? {} : { parts: copyOf(batch.parts) };
    const forget = this.#forgotten;
    this.#forgotten = [];
    const message: ToThread = {
      type: 'run',
      jobId,
      turn: this.#turns,
      batch: { ...batch, ...parts, payload },
      forget,
      ...(job && { job }),
    };
    this.#worker.postMessage(message, [payload.buffer]);
  }

  /** Drops the job; when it is executing, aborts it, and after the grace period terminates the thread. */
  forget(jobId: string): void {
    if (!this.#jobs.delete(jobId)) return;
    const turn = this.#turn;
    if (turn?.jobId === jobId) {
      this.#progress.cancel(turn.number);
      const reason = `its job was cancelled; it did not stop within ${this.#options.graceMs} ms`;
      this.#graceTimer = later(
        () => this.#terminate({ type: 'lost', loss: this.#loss(turn, 'cancelled', reason) }),
        clampTimer(this.#options.graceMs),
      );
    }
    this.#forgotten.push(jobId);
    if (turn?.jobId === jobId) this.#tellForgotten();
    else if (this.#forgetTimer === undefined) {
      this.#forgetTimer = later(() => this.#tellForgotten(), forgetDelayMs);
      this.#forgetTimer.unref();
    }
  }

  /** Ends it, and resolves when it has ended; what it executes does not settle. */
  async close(): Promise<void> {
    this.#turn = undefined;
    this.#leave(undefined);
    await this.#ended;
  }

  #tellForgotten(): void {
    this.#forgetTimer?.cancel();
    this.#forgetTimer = undefined;
    const jobIds = this.#forgotten;
    if (jobIds.length === 0 || this.#state === 'gone') return;
    this.#forgotten = [];
    const message: ToThread = { type: 'forget', jobIds };
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread | number): void {
    if (this.#state === 'gone') return;
    if (typeof message === 'number') {
      // Operations, too, may post to the port.
      if (message !== this.#mark) return;
      const { turn, result } = this.#fromThread.takeResult();
      this.#settle(turn, { type: 'result', result }, false);
      return;
    }
    switch (message.type) {
      case 'ready':
        clearTimeout(this.#startTimer);
        this.#nothing = message.nothing;
        this.#rest();
        this.#events.ready(this, message);
        return;
      case 'failed': {
        const cause = new Error(message.cause.message);
        cause.stack = message.cause.stack;
        this.#leave(new PaladinError('INVALID_INPUT', message.message, { cause }));
        return;
      }
      case 'ended':
        this.#settle(message.turn, message.outcome, message.stuck);
    }
  }

  /** It has ended a turn. */
  #settle(number: number, outcome: Outcome, stuck: boolean): void {
    const turn = this.#turn;
    if (turn?.number !== number) return;
    this.#clearTimers();
    this.#turn = undefined;
    if (stuck) this.#leave(undefined);
    else this.#rest();
    turn.settled(outcome);
    if (!stuck) this.#events.idle(this);
  }

  #rest(): void {
    this.#state = 'idle';
    if (!this.#options.keepAlive) this.#worker.unref();
  }

  #exited(code: number): void {
    const how =
      this.#uncaught === undefined ? `exited with code ${code}` : `died of an error that nothing caught: ${this.#uncaught}`;
    if (this.#state === 'starting') {
      const hint = code === unsettledAwait ? ' (a module awaits at its top level what never comes)' : '';
      this.#failStart(`${how} before it was ready${hint}`);
    } else if (this.#turn === undefined) {
      if (this.#state === 'idle') process.emitWarning(`thread ${how} while idle; it is replaced`, 'PaladinWarning');
      this.#leave(undefined);
    } else {
      this.#terminate({ type: 'lost', loss: this.#loss(this.#turn, 'death', `while it was executing, its thread ${how}`) });
    }
  }

  #failStart(what: string): void {
    this.#leave(new PaladinError('INVALID_INPUT', `cannot start a thread with ${this.#options.modules.join(', ')}: it ${what}`));
  }

  /** Looks after a batch whose stages have timeouts: the runner in the thread cannot end an operation that blocks it. */
  #watch(afterMs: number): void {
    this.#watchdog = setTimeout(
      () => {
        const { deadlineMs } = this.#progress;
        const leftMs = deadlineMs === 0 ? undefined : deadlineMs + watchdogSlackMs - commonNow();
        if (leftMs !== undefined && leftMs <= 0) this.#expire();
        else this.#watch(leftMs ?? this.#turn?.leastTimeoutMs ?? Infinity);
      },
      clampTimer(Math.max(afterMs, leastWatchMs)),
    );
  }

  #expire(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    const { offset, stage } = this.#progress;
    const { description, batch } = turn;
    const failure = timeoutFailure(offset, stage, description.stages[stage]?.timeoutMs ?? turn.leastTimeoutMs);
    if (offset > 0) {
      // The outputs of the units before it are gone with the thread.
      return this.#terminate({ type: 'lost', loss: this.#loss(turn, 'timeout', `unit ${offset} ${failure.message}`) });
    }
    const isFold = description.stages.at(-1)?.kind === 'fold';
    const payload = copyOf((isFold ? undefined : this.#nothing[description.serializer]) ?? new Uint8Array(0));
    const elapsedMs = realNow() - turn.startedMs;
    const { seq, attempt } = batch;
    this.#terminate({ type: 'result', result: { seq, attempt, done: 1, failures: [failure], elapsedMs, payload } });
  }

  #loss({ batch: { seq, attempt } }: Turn, cause: BatchLoss['cause'], reason: string): BatchLoss {
    const { offset, stage } = this.#progress;
    return { seq, attempt, cause, offset, stage, reason };
  }

  /** Settles the batch and ends the thread, without waiting for it: one that blocks outside of JavaScript may take long to end. */
  #terminate(outcome: Outcome): void {
    const turn = this.#turn;
    this.#turn = undefined;
    this.#leave(undefined);
    turn?.settled(outcome);
  }

  #leave(error: PaladinError | undefined): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#clearTimers();
    this.#forgetTimer?.cancel();
    this.#ended = this.#worker.terminate();
    this.#events.gone(this, error);
  }

  #clearTimers(): void {
    clearTimeout(this.#startTimer);
    clearTimeout(this.#watchdog);
    this.#graceTimer?.cancel();
  }
}

/** The exit code of a module whose top-level await never settles. */
const unsettledAwait = 13;

function leastTimeout(stages: readonly StageDescription[]): number {
  return stages.reduce((least, { timeoutMs = Infinity }) => Math.min(least, timeoutMs), Infinity);
}

/**
 * The flags for a thread of a program that was given on the command line or by standard input, whose own would not let a thread
 * begin with a file; undefined: all of the program's flags are inherited.
 */
function inheritableArgv(execArgv: readonly string[]): string[] | undefined {
  if (!execArgv.some((flag) => flag.startsWith('--input-type'))) return undefined;
  const inherited: string[] = [];
  for (let at = 0; at < execArgv.length; at++) {
    const flag = execArgv[at] ?? '';
    if (flag === '--input-type' || /^(-e|-p|-pe|--eval|--print)$/u.test(flag)) at++;
    else if (!/^(--input-type|--eval|--print)=/u.test(flag)) inherited.push(flag);
  }
  return inherited;
}
