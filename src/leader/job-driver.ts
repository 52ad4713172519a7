import type { Job } from '../core/job/job.js';
import type { JobEffect, JobEvent } from '../core/job/job-events.js';
import type { PaladinError } from '../errors/paladin-error.js';
import type { Batch } from '../protocol/messages.js';

/** What the owner of a job is told. Nothing follows `completed` or `failed`, or the owner's own `cancel`. */
export interface JobObserver<Output = unknown> {
  /** An output. */
  next(value: Output): void;
  /** An element was left out by a stage. */
  skipped?(error: PaladinError, stage: number): void;
  /** A source that can be asked may be asked for so many more elements. */
  demand?(count: number): void;
  completed(): void;
  failed(error: unknown): void;
}

/** What the owner of a job says. */
export interface JobHandle<Input = unknown> {
  /** Takes an element in. It goes out together with the others of the same turn. */
  push(value: Input): void;
  /** No further elements come. */
  complete(): void;
  /** The source failed: the job ends with this error, after what came before it. */
  fail(error: unknown): void;
  /** Drops the job, here, at the hub and on workers. */
  cancel(): void;
}

/** What a driver does with effects that concern the hub. */
export interface JobOutlet {
  send(batch: Batch): void;
  /** An event was handled: this is at the hub now, and whether the job would send more if there were room. */
  handled(underWay: { readonly batches: number; readonly bytes: number }, blocked: boolean): void;
  /** The job is over. */
  over(): void;
}

/** Connects a job machine to its owner, to the timer and to the session. Events that arise while effects are carried out wait. */
export class JobDriver implements JobHandle {
  readonly #job: Job;
  readonly #observer: JobObserver;
  readonly #outlet: JobOutlet;
  #events: JobEvent[] = [];
  #handling = false;
  #intake: unknown[] = [];
  #intakeScheduled = false;
  #sourceEnded = false;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;

  constructor(job: Job, observer: JobObserver, outlet: JobOutlet) {
    this.#job = job;
    this.#observer = observer;
    this.#outlet = outlet;
  }

  push(value: unknown): void {
    if (this.#over || this.#sourceEnded) return;
    this.#intake.push(value);
    if (this.#intakeScheduled) return;
    this.#intakeScheduled = true;
    queueMicrotask(() => {
      this.#takeIn();
    });
  }

  complete(): void {
    this.#endSource({ type: 'sourceCompleted' });
  }

  fail(error: unknown): void {
    this.#endSource({ type: 'sourceFailed', error });
  }

  cancel(): void {
    if (this.#over) return;
    this.handle({ type: 'cancelled' });
    // Also when it comes out of an observer's callback: nothing follows it.
    this.#end();
  }

  /** Hands an event to the machine, and carries out what comes of it. */
  handle(event: JobEvent): void {
    if (this.#over) return;
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        for (const effect of this.#job.handle(next, performance.now())) this.#perform(effect);
      }
    } catch (error) {
      // Thrown by a callback of the owner, or by a defect of ours: it ends this job, and touches no other.
      this.#fail(error);
    } finally {
      this.#handling = false;
    }
    this.#arm();
    this.#report();
  }

  #report(): void {
    if (!this.#over) this.#outlet.handled(this.#job.underWay, this.#job.blocked);
  }

  /** Starts the job: a source that can be asked is asked for the first elements. */
  start(): void {
    this.handle({ type: 'tick' });
  }

  #takeIn(): void {
    this.#intakeScheduled = false;
    if (this.#intake.length === 0) return;
    const values = this.#intake;
    this.#intake = [];
    this.handle({ type: 'elements', values });
  }

  #endSource(event: JobEvent): void {
    if (this.#over || this.#sourceEnded) return;
    this.#sourceEnded = true;
    this.#takeIn();
    this.handle(event);
  }

  #perform(effect: JobEffect): void {
    if (this.#over) return;
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.batch);
        break;
      case 'emit':
        this.#emit(effect.values);
        break;
      case 'skipped':
        this.#observer.skipped?.(effect.error, effect.stage);
        break;
      case 'demand':
        this.#observer.demand?.(effect.count);
        break;
      case 'completed':
        this.#end();
        guarded(() => {
          this.#observer.completed();
        });
        break;
      case 'failed':
        this.#fail(effect.error);
        break;
      case 'closed':
        this.#end();
        break;
    }
  }

  #emit(values: readonly unknown[]): void {
    for (const value of values) {
      // The observer may cancel from within.
      if (this.#over) return;
      this.#observer.next(value);
    }
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#end();
    guarded(() => {
      this.#observer.failed(error);
    });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#intake = [];
    this.#events = [];
    clearTimeout(this.#timer);
    this.#outlet.over();
  }

  #arm(): void {
    const at = this.#over ? undefined : this.#job.nextDeadline();
    if (at === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = undefined;
        this.handle({ type: 'tick' });
      },
      Math.min(Math.max(0, at - performance.now()), longestTimerMs),
    );
  }
}

/** As long as timers can wait; a deadline beyond is looked at again then. */
const longestTimerMs = 2 ** 31 - 1;

/** Nothing can be told of an error in the last thing that an observer is told; it is reported as RxJS reports such. */
function guarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
