import { callerContext, type CallerContext } from '../caller-context.js';
import type { JobFacts } from '../core/job/facts.js';
import type { Job } from '../core/job/job.js';
import type { HubView } from '../core/job/wait.js';
import type { JobEffect, JobEvent } from '../core/job/job-events.js';
import type { JobReport } from '../core/leader-session-events.js';
import { Drive } from '../drive.js';
import { showCall, type CallSite } from '../errors/call-site.js';
import { PaladinError } from '../errors/paladin-error.js';
import { isA } from '../errors/thrown.js';
import { maxBatchElements } from '../limits.js';
import { guarded } from '../guarded.js';
import type { Batch, UnderWay } from '../protocol/messages.js';
import { ordinaryTime, type Time } from '../time.js';
import type { Pausable } from './flow.js';
import type { JobEnding } from './job-listener.js';
import type { Leftover, News, PartObserver } from './job-observer.js';

/** What the owner of a job says to it. After the end, and after `cancel`, all methods do nothing. */
export interface JobHandle<Input = unknown> extends Pausable {
  /** Takes an element in. It goes out together with others of the same turn of the event loop. */
  push(value: Input): void;
  /** Says that no further elements come. */
  complete(): void;
  /** Says that the source failed. The job ends with this error, after the results of the elements before it. */
  fail(error: unknown): void;
  /** Drops the job, here, at the hub and on workers. The owner is told nothing more. */
  cancel(): void;
  /**
   * Stops what the owner is told, except for `demand`, until `resume`. It may be called from within a callback. The job goes on
   * until as many elements as its window admits, or 32 MiB of outputs, wait to be told. Then it stands still, and demands no
   * more.
   */
  pause(): void;
  /** Tells the owner what has waited, in order, and then what follows. */
  resume(): void;
}

/** What a driver does with effects that concern the hub. */
export interface JobOutlet {
  send(batch: Batch): void;
  acknowledge(seq: number, attempt: number): void;
  cancel(seq: number, attempt: number): void;
  /** Somebody wants to know where an attempt is. */
  locate(seq: number, attempt: number): void;
  /** The job has left its place at the hub. */
  placeLeft(): void;
  /** An event was handled. */
  handled(report: JobReport): void;
  /** The job is over. */
  over(ending: JobEnding): void;
}

/** Where the program has made the stage of this operation, or has opened the job; undefined where nobody knows. */
export type SiteOf = (operation: string | undefined) => CallSite | undefined;

/**
 * Connects a job machine to its owner and to the session. The owner may pause the job while it is told outputs. Then it is told
 * none of the rest.
 */
export class JobDriver implements JobHandle {
  readonly #job: Job;
  readonly #observer: PartObserver;
  readonly #outlet: JobOutlet;
  readonly #siteOf: SiteOf;
  readonly #drive: Drive<JobEvent, JobEffect>;
  readonly #time: Time;
  /** What came from the source in this turn; there may be room for more. */
  #intake: unknown[] = [];
  #taken = 0;
  /** The index of the first element in `#intake`, where a part before this one has said it. */
  #intakeFirst: number | undefined;
  #intakeScheduled = false;
  #sourceEnded = false;
  /** Whether the machine is done. */
  #over = false;
  /** Whether the owner is told nothing any more. */
  #silent = false;
  #paused = false;
  /** What the owner is still to be told: what came since it paused, and the rest of the outputs that it was being told then. */
  #held: News[] = [];
  #context = callerContext();

  /** @param siteOf what errors show in their stacks */
  constructor(job: Job, observer: PartObserver, outlet: JobOutlet, siteOf: SiteOf = () => undefined, time: Time = ordinaryTime) {
    this.#time = time;
    this.#job = job;
    this.#observer = observer;
    this.#outlet = outlet;
    this.#siteOf = siteOf;
    this.#drive = new Drive<JobEvent, JobEffect>({
      machine: job,
      next: (waiting) => this.#nextEvent(waiting),
      perform: (effects) => this.#perform(effects),
      around: (handleAll) => this.#within(handleAll),
      clock: time.clock,
    });
  }

  /** @param index which element it is, where a part of the chain before this one says so */
  push(value: unknown, index?: number): void {
    if (this.#over || this.#sourceEnded) return;
    if (index !== undefined) this.#follow(index);
    this.#intake[this.#taken] = value;
    this.#taken += 1;
    // A full batch travels while the source goes on.
    if (this.#taken === maxBatchElements) this.#takeIn();
    if (this.#intakeScheduled) return;
    this.#intakeScheduled = true;
    this.#time.afterThis(() => {
      this.#takeIn();
    });
  }

  /** The part of the chain before this one has left an element out. */
  leaveOut(index: number, stage: number): void {
    if (this.#over || this.#sourceEnded) return;
    this.#takeIn();
    this.handle({ type: 'leftOut', index, stage });
  }

  /** Takes over what the driver before this one had not finished. It is called before this one is started. */
  takeOver({ source, sourceEnded, news, paused }: Leftover & { readonly paused: boolean }): void {
    for (const event of source) this.#drive.put(event);
    this.#sourceEnded = sourceEnded;
    this.#held = [...news];
    this.#paused = paused;
  }

  /** An element with this index comes. If it is not the next one, what was taken in before goes by itself. */
  #follow(index: number): void {
    if (this.#taken > 0 && index !== (this.#intakeFirst ?? 0) + this.#taken) this.#takeIn();
    if (this.#taken === 0) this.#intakeFirst = index;
  }

  complete(): void {
    this.#endSource({ type: 'sourceCompleted' });
  }

  fail(error: unknown): void {
    this.#endSource({ type: 'sourceFailed', error });
  }

  /**
   * Lets the job count from 0 again. All that was pushed must be settled. From now on the job belongs to the caller of this
   * method.
   */
  rewind(): void {
    this.#context = callerContext();
    this.handle({ type: 'rewound' });
  }

  /** Ends it with an error. */
  refuse(error: PaladinError): void {
    this.handle({ type: 'refused', error });
  }

  cancel(): void {
    this.#silent = true;
    this.#held = [];
    if (this.#over) return;
    this.handle({ type: 'cancelled' });
    // Also when it comes out of an observer's callback: nothing follows it.
    this.#end({ type: 'cancelled' });
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#drive.run();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#drive.run();
  }

  /** Hands an event to the machine, and carries out what comes of it. */
  handle(event: JobEvent): void {
    this.#drive.handle(event);
  }

  #within(handleAll: () => void): void {
    try {
      // Others' events may have led here.
      this.#context.run(handleAll);
    } catch (error) {
      // Thrown by a callback of the owner, or by a defect of ours: it ends this job, and touches no other.
      this.#fail(error);
    }
  }

  #nextEvent(waiting: JobEvent[]): JobEvent | undefined {
    // These come first: what the machine releases comes after them.
    this.#tellHeld();
    if (this.#over) return undefined;
    if (this.#job.paused !== this.#paused) return { type: this.#paused ? 'paused' : 'resumed' };
    const event = waiting.shift();
    if (event !== undefined) return event;
    const deadline = this.#job.nextDeadline();
    return deadline !== undefined && deadline <= this.#drive.now() ? { type: 'tick' } : undefined;
  }

  #perform(effects: readonly JobEffect[]): void {
    for (const effect of effects) this.#tellHub(effect);
    // What other jobs may send depends on this report, also when the owner sends from within what it is told. The end is told in
    // another way.
    if (!this.#job.over) this.#report();
    for (const effect of effects) this.#tellOwner(effect);
  }

  #report(): void {
    if (!this.#over) this.#outlet.handled(this.#job);
  }

  /** The context of whoever the job is for. Operations in this process are executed within it, too. */
  get context(): CallerContext {
    return this.#context;
  }

  /** Somebody wants to know how far it is. What it needs to know for that, it asks the hub. */
  look(): void {
    this.handle({ type: 'looked' });
  }

  /** What it says of itself, also after its end. */
  facts(hub: HubView, total: number | undefined): JobFacts {
    return this.#job.facts({ now: this.#drive.now(), hub, total });
  }

  /** The attempts that the hub is to answer for. */
  get underWay(): UnderWay[] {
    return this.#job.underWay;
  }

  /** Starts the job: a source that can be asked is asked for the first elements. */
  start(): void {
    this.handle({ type: 'tick' });
  }

  #takeIn(): void {
    this.#intakeScheduled = false;
    if (this.#taken === 0) return;
    const values = this.#intake;
    values.length = this.#taken;
    // Another full array is likely after a full one. An array that grows step by step is copied a dozen times.
    this.#intake = this.#taken === maxBatchElements ? new Array<unknown>(maxBatchElements) : [];
    this.#taken = 0;
    const first = this.#intakeFirst;
    this.handle(first === undefined ? { type: 'elements', values } : { type: 'elements', values, first });
  }

  #endSource(event: JobEvent): void {
    if (this.#over || this.#sourceEnded) return;
    this.#sourceEnded = true;
    this.#takeIn();
    this.handle(event);
  }

  #tellHub(effect: JobEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.batch);
        break;
      case 'acknowledge':
        this.#outlet.acknowledge(effect.seq, effect.attempt);
        break;
      case 'cancel':
        this.#outlet.cancel(effect.seq, effect.attempt);
        break;
      case 'locate':
        this.#outlet.locate(effect.seq, effect.attempt);
        break;
      case 'placeLeft':
        this.#outlet.placeLeft();
        break;
      default:
    }
  }

  #tellOwner(effect: JobEffect): void {
    if (this.#over) return;
    switch (effect.type) {
      case 'demand':
        this.#observer.demand?.(effect.count);
        break;
      case 'closed':
        this.#end({ type: 'cancelled' });
        break;
      case 'divided':
        this.#divide(effect);
        break;
      case 'emit':
      case 'skipped':
      case 'leftOut':
      case 'partialSkipped':
        this.#tell(effect);
        break;
      case 'completed':
      case 'failed':
        this.#end(effect);
        this.#tell(effect);
        break;
      default:
    }
  }

  /** Hands what is left to the owner: also what has come since the machine was told last. */
  #divide({ first, second }: Extract<JobEffect, { type: 'divided' }>): void {
    this.#takeIn();
    const source = this.#drive.waiting.filter(({ type }) => fromSource.has(type));
    const news = this.#held;
    this.#silent = true;
    this.#held = [];
    this.#end({ type: 'divided' });
    this.#observer.divided?.(first, second, { source, sourceEnded: this.#sourceEnded, news });
  }

  #tellHeld(): void {
    while (this.#held.length > 0 && !this.#paused) {
      const held = this.#held;
      this.#held = [];
      for (const news of held) this.#tell(news);
    }
  }

  /** Tells the owner, or holds it. */
  #tell(news: News): void {
    if (this.#silent) return;
    if (this.#paused || this.#held.length > 0) {
      this.#held.push(news);
      return;
    }
    switch (news.type) {
      case 'emit':
        this.#emit(news);
        break;
      case 'skipped':
        this.#observer.skipped?.(this.#shown(news.error), news.stage, news.input);
        if (news.index !== undefined) this.#observer.leftOut?.(news.index, news.stage);
        break;
      case 'leftOut':
        this.#observer.leftOut?.(news.index, news.stage);
        break;
      case 'partialSkipped':
        this.#tellSkips(news, news.from ?? 0);
        break;
      case 'completed':
        this.#silent = true;
        guarded(() => {
          this.#observer.completed();
        });
        break;
      case 'failed':
        if (!this.#job.isOfSource(news.error)) this.#show(news.error);
        this.#fail(news.error);
        break;
    }
  }

  /** Lets the error show where the program has called. */
  #show(error: unknown): void {
    if (isA(error, PaladinError)) showCall(error, this.#siteOf(error.operation));
  }

  #shown(error: PaladinError): PaladinError {
    this.#show(error);
    return error;
  }

  #emit(news: Extract<News, { type: 'emit' }>): void {
    const { values, first, from = 0 } = news;
    for (let at = from; at < values.length; at += 1) {
      // The observer may pause or cancel from within.
      if (this.#silent) return;
      if (this.#paused) {
        this.#held.push({ ...news, from: at });
        return;
      }
      this.#observer.next(values[at], first === undefined ? undefined : first + at);
    }
  }

  /** Tells of elements that were left out together, from one of them on. */
  #tellSkips(news: Extract<News, { type: 'partialSkipped' }>, from: number): void {
    let at = 0;
    for (const { first, count } of news.ranges) {
      for (let index = first + Math.max(0, from - at); index < first + count; index += 1) {
        if (this.#silent) return;
        if (this.#paused) {
          this.#held.push({ ...news, from: at + index - first });
          return;
        }
        this.#observer.skipped?.(this.#shown(news.error(index)), news.stage, news.input ?? (() => undefined));
      }
      at += count;
    }
  }

  #fail(error: unknown): void {
    if (this.#silent) return;
    this.#silent = true;
    this.#end({ type: 'failed', error });
    guarded(() => {
      this.#observer.failed(error);
    });
  }

  #end(ending: JobEnding): void {
    if (this.#over) return;
    this.#over = true;
    this.#intake = [];
    this.#taken = 0;
    this.#drive.end();
    this.#outlet.over(ending);
  }
}

/** Events that tell of the source. */
const fromSource: ReadonlySet<JobEvent['type']> = new Set(['elements', 'leftOut', 'sourceCompleted', 'sourceFailed']);
