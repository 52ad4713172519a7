import type { CallerContext } from '../caller-context.js';
import type { JobEvent, JobLimits } from '../core/job/job-events.js';
import { reopenMessages } from '../core/listing.js';
import type { JobReport, LeaderSessionConfig, LeaderSessionEffect, LeaderSessionEvent } from '../core/leader-session-events.js';
import { LeaderSession } from '../core/leader-session.js';
import { Drive } from '../drive.js';
import { anew } from '../errors/call-site.js';
import type { PaladinError } from '../errors/paladin-error.js';
import type { Dial, Link } from '../link/link.js';
import { peerKey } from '../link/peer-id.js';
import { ordinaryTime, type Time } from '../time.js';
import type { Operation } from '../operation/operation.js';
import { descriptionBytesOf } from '../protocol/description-bytes.js';
import type { Serializer } from '../serializer/serializer.js';
import type { Batch, HubToLeader, JobDescription, JobOutcome, LeaderToHub } from '../protocol/messages.js';
import { warn } from '../warn.js';
import type { JobDriver } from './job-driver.js';
import type { HubKnown } from './open-jobs.js';
import { WakefulWaiting } from './wakeful-waiting.js';

/** A job, and what the hub is told of it. */
interface SessionJob {
  readonly description: JobDescription;
  readonly priority: number;
  readonly labels: readonly string[];
  readonly driver: JobDriver;
  /** Equal for jobs that ask the same of workers. */
  readonly needs: string;
  readonly uses: JobUses;
  /** Whether the code of an operation runs it, though none is executing there. */
  readonly isStray: boolean;
  /** Told what the hub says of the job, before the job is; absent: nobody is. */
  readonly answered?: (event: JobEvent) => void;
}

/** The operations and the serializer that a job names. */
export interface JobUses {
  readonly operations: readonly Operation<never, unknown>[];
  readonly serializer: Serializer;
}

/**
 * Connects the session of a leader to its link and to its jobs' drivers.
 *
 * A job may end, or send, from within what it is told. What it may send depends on what the session knows. So the session is told
 * at once (`handleWithin`). That does no harm: each effect of the session concerns one job, and an effect whose job has ended
 * meanwhile is passed over.
 */
export class SessionDriver {
  readonly #session: LeaderSession;
  readonly #link: Link<LeaderToHub>;
  readonly #jobs = new Map<number, SessionJob & { readonly secret: string }>();
  readonly #drive: Drive<LeaderSessionEvent, LeaderSessionEffect>;
  readonly #time: Time;
  readonly #waiting = new WakefulWaiting();
  #isTurning = false;
  #underWay = 0;
  #nextJob = 1;
  readonly #report: () => Extract<LeaderToHub, { type: 'progress' }>;
  #leaderId: string | undefined;
  #isConnected = false;

  /**
   * @param welcomed called once: when the hub has said welcome, or refused
   * @param report says how far all jobs are
   */
  constructor(
    dial: Dial<LeaderToHub, HubToLeader>,
    config: LeaderSessionConfig,
    welcomed: (error?: PaladinError) => void,
    report: () => Extract<LeaderToHub, { type: 'progress' }>,
    time: Time = ordinaryTime,
  ) {
    this.#report = report;
    this.#time = time;
    this.#session = new LeaderSession(config);
    this.#drive = new Drive<LeaderSessionEvent, LeaderSessionEffect>({
      machine: this.#session,
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      mayEnd: () => this.#session.mayEnd,
      clock: time.clock,
    });
    this.#link = dial({
      opened: () => undefined,
      received: (message) => {
        if (message.type === 'result') this.#waiting.answered(this.#drive.now());
        // A worker may be about to leave, and may wait until its answers are acknowledged.
        if (message.type === 'capacity') this.#link.hurry();
        this.#drive.handleWithin({ type: 'received', message });
        if (message.type !== 'welcome') return;
        this.#leaderId = message.id;
        this.#isConnected = true;
        welcomed();
      },
      lost: (reason) => {
        this.#isConnected = false;
        this.#drive.handleWithin({ type: 'lost', reason });
      },
      refused: (error) => {
        this.fail(error);
        welcomed(error);
      },
    });
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#link.awaits ?? this.#session.lastReason;
  }

  /** What is known of the hub. */
  get hub(): HubKnown {
    return { leaderId: this.#leaderId, view: { awayBecause: this.#isConnected ? undefined : this.lastReason } };
  }

  /** Whether anything is under way. */
  get isBusy(): boolean {
    return this.#session.batches > 0;
  }

  /** What a job may send. */
  limits(): JobLimits {
    return this.#session.limits();
  }

  /** Reserves a number for a job. */
  nextJobNumber(): number {
    const number = this.#nextJob;
    this.#nextJob += 1;
    return number;
  }

  /** The context of whoever a job is for; undefined when it is over. */
  contextOf(number: number): CallerContext | undefined {
    return this.#jobs.get(number)?.driver.context;
  }

  /** What a job names; undefined when it is over. */
  usesOf(number: number): JobUses | undefined {
    return this.#jobs.get(number)?.uses;
  }

  /** Takes a job in; it is opened at the hub when it has something to send. */
  add(number: number, job: SessionJob): void {
    this.#jobs.set(number, { ...job, secret: peerKey() });
    const { needs, isStray, description, labels } = job;
    this.#drive.handleWithin({
      type: 'jobAdded',
      job: number,
      needs,
      isStray,
      operation: description.stages[0]?.operation ?? '',
      descriptionBytes: descriptionBytesOf(description, labels),
    });
  }

  /** A job has handled an event. */
  handled(number: number, { load, wanting, blocked, starving }: JobReport): void {
    this.#drive.handleWithin({ type: 'jobHandled', job: number, load, wanting, blocked, starving });
    this.#waitFor(this.#session.batches);
  }

  /** A job has left its place. */
  placeLeft(number: number): void {
    this.#drive.handleWithin({ type: 'placeLeft', job: number });
  }

  send(number: number, batch: Batch): void {
    this.#link.send({ type: 'batch', job: number, batch });
  }

  /** A job has the answer to an attempt. */
  acknowledge(number: number, seq: number, attempt: number): void {
    this.#link.send({ type: 'acknowledge', job: number, seq, attempt }, 'later');
  }

  /** A job does not want an attempt any more. */
  cancel(number: number, seq: number, attempt: number): void {
    this.#link.send({ type: 'cancel', job: number, seq, attempt });
  }

  /** Somebody wants to know where an attempt is. */
  locate(number: number, seq: number, attempt: number): void {
    this.#link.send({ type: 'locate', job: number, seq, attempt });
  }

  /** The job is over. `outcome`: how it has ended; undefined: others go on in its place. */
  remove(number: number, outcome: JobOutcome | undefined): void {
    if (!this.#jobs.delete(number)) return;
    this.#drive.handleWithin({ type: 'jobRemoved', job: number, outcome });
    this.#waitFor(this.#session.batches);
  }

  /** Ends all jobs with the error, now and from now on. */
  fail(error: PaladinError): void {
    this.#drive.handleWithin({ type: 'failed', error });
  }

  /** Ends all jobs with the error, and closes the connection. */
  async close(error: PaladinError): Promise<void> {
    this.fail(error);
    await this.#link.close();
  }

  /** So many batches are under way. */
  #waitFor(batches: number): void {
    if (batches === this.#underWay) return;
    const isLone = batches === 1 && this.#underWay === 0;
    this.#underWay = batches;
    if (isLone) this.#waitAwake();
    else this.#waiting.forget();
  }

  #waitAwake(): void {
    this.#waiting.sent(this.#drive.now());
    if (this.#isTurning) return;
    this.#time.keepTurning(() => (this.#isTurning = this.#waiting.isAwake(this.#drive.now())));
  }

  #perform(effect: LeaderSessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#link.send(effect.message, effect.message.type === 'close' ? 'soon' : 'now');
        break;
      case 'open':
        this.#open(effect);
        break;
      case 'toJob': {
        const job = this.#jobs.get(effect.job);
        job?.answered?.(effect.event);
        job?.driver.handle(own(effect.event));
        break;
      }
      case 'report':
        this.#link.send(this.#report());
        break;
      case 'warn':
        warn(effect.reason);
        break;
    }
  }

  #open({ job: number, slots, resumed }: Extract<LeaderSessionEffect, { type: 'open' }>): void {
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    const { secret, description, priority, labels, driver } = job;
    const open = { type: 'open', job: number, secret, description, priority, labels, slots } as const;
    for (const message of resumed ? reopenMessages(open, driver.underWay) : [open]) this.#link.send(message);
  }
}

/** One error may end many jobs. Each gets its own, which shows in its stack who has opened the job. */
function own(event: JobEvent): JobEvent {
  return event.type === 'refused' ? { ...event, error: anew(event.error) } : event;
}
