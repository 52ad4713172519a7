/**
 * The part of a leader that all its jobs share: which of them are open at the hub, and what each may send.
 *
 * Theory of operation. A job is opened when it has something to send and the hub admits one more job. `Places` keeps the jobs
 * that wait for that. When the connection is lost, all open jobs are told. Once the hub is back, or another one in its place,
 * they are resumed. They say which attempts they have under way, and the hub answers for each. `Room` keeps the jobs whose next
 * batch finds no room at the hub.
 *
 * Rules.
 * 1. At most as many jobs are open as the hub admits, and at most as many bytes of descriptions. All jobs together have at most
 *    as much under way as it admits (see `limits`).
 * 2. The hub first hears which jobs live, and closes the leader's other jobs. Then the living ones are opened.
 * 3. When no hub comes back in time, all jobs end with `HUB_UNREACHABLE`. Later jobs wait as long again.
 * 4. A job leaves its place only by its own word, when nothing of it is under way. So nothing that it has sent is dropped.
 * 5. A job that waits for a place while none is given to any job ends with `LIMIT_EXCEEDED`, a moment after `noWorkerTimeoutMs`.
 * 6. A job with nothing under way that waits for room at the hub ends in the same way, when nothing of any job comes back.
 * 7. New jobs are opened no faster than the hub admits (see `OpeningPace`).
 * 8. When others have all slots of a job for too long, the owner is warned, once. A job that the code of an operation runs by
 *    itself ends. The operations that have the slots may wait for it, and nobody can tell (see `Unanswered`).
 * 9. When a job has waited long for a worker, the owner is warned. All jobs with the same needs are one warning, until there are
 *    slots for them.
 * 10. While the hub asks for it, it is told how far the jobs are (see `Reporting`).
 */
import { PaladinError } from '../errors/paladin-error.js';
import { placeGraceMs } from '../limits.js';
import type { HubLimits, HubToLeader, JobOutcome, LeaderToHub } from '../protocol/messages.js';
import type { JobEvent, JobLimits } from './job/job-events.js';
import { HubPresence } from './hub-presence.js';
import { KnownNeeds } from './known-needs.js';
import type { JobReport, LeaderSessionConfig, LeaderSessionEffect, LeaderSessionEvent, Load } from './leader-session-events.js';
import { resumeMessages } from './listing.js';
import { LoadAtHub } from './load-at-hub.js';
import type { Machine } from './machine.js';
import { OpeningPace } from './opening-pace.js';
import { Places, type PlaceStep } from './places.js';
import { Reporting } from './reporting.js';
import { Room } from './room.js';
import { Unanswered } from './unanswered.js';
import { NoSlot, noPlace, noRoom } from './vain-waits.js';

/** A job as its session knows it. */
interface SessionJob {
  readonly needs: string;
  readonly operation: string;
  readonly isStray: boolean;
  load: Load;
  /** Whether it has anything under way or to send. */
  busy: boolean;
}

const nothing: Load = { batches: 0, bytes: 0 };

export class LeaderSession implements Machine<LeaderSessionEvent, LeaderSessionEffect> {
  readonly #config: LeaderSessionConfig;
  readonly #hub: HubPresence;
  readonly #jobs = new Map<number, SessionJob>();
  readonly #needs = new KnownNeeds();
  readonly #load = new LoadAtHub();
  readonly #places = new Places();
  /** The jobs that were open when the connection was lost, and are to be resumed. */
  readonly #interrupted = new Set<number>();
  readonly #room = new Room();
  readonly #pace = new OpeningPace();
  readonly #unanswered: Unanswered;
  readonly #reporting = new Reporting();
  /** Whether its owner was told that a job waits for slots. */
  #hasWarned = false;
  #effects: LeaderSessionEffect[] = [];
  /** When it handled an event last. */
  #handledAt = 0;

  constructor(config: LeaderSessionConfig) {
    this.#config = config;
    this.#hub = new HubPresence(config.reconnectTimeoutMs);
    this.#unanswered = new Unanswered(config.askAfterMs);
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#hub.lastReason;
  }

  /** How many batches all jobs have at the hub. */
  get batches(): number {
    return this.#load.batches;
  }

  /** What a job may send: a fair share, and no more than the hub takes from all jobs together. */
  limits(): JobLimits {
    return this.#load.limits(this.#hub.limits, this.#places.open.size);
  }

  handle(event: LeaderSessionEvent, now: number): LeaderSessionEffect[] {
    this.#effects = [];
    this.#handledAt = now;
    switch (event.type) {
      case 'received':
        this.#receive(event.message, now);
        break;
      case 'lost':
        this.#lost(event.reason, now);
        break;
      case 'failed':
        this.#hub.failed(event.error);
        this.#endJobs(event.error);
        break;
      case 'jobAdded': {
        const { job, needs, operation, isStray } = event;
        this.#jobs.set(job, { needs, operation, isStray, load: nothing, busy: false });
        this.#places.add(job, event.descriptionBytes);
        if (this.#hub.failure !== undefined) this.#toJob(job, { type: 'refused', error: this.#hub.failure });
        break;
      }
      case 'jobHandled':
        this.#handled(event.job, event, now);
        break;
      case 'placeLeft':
        this.#placeLeft(event.job, now);
        break;
      case 'jobRemoved':
        this.#remove(event.job, event.outcome, now);
        break;
      case 'tick':
        this.#giveUp(now);
        this.#giveUpWaiting(now);
        this.#giveUpStarved(now);
        this.#ask(now);
        if (this.#hub.isThere && this.#reporting.takeDue(now)) this.#effects.push({ type: 'report' });
        break;
    }
    // Since the event before, one more may be opened.
    this.#serve(now);
    return this.#effects;
  }

  nextDeadline(): number | undefined {
    const deadline = this.#hub.isThere
      ? Math.min(this.#opensAt, this.#waitsUntil, this.#starvesUntil, this.#unanswered.dueAt, this.#reporting.dueAt)
      : this.#hub.giveUpAt;
    return deadline === Infinity ? undefined : deadline;
  }

  /** Whether the program may end before the next deadline. That is only to ask again, or to report: both could go on for ever. */
  get mayEnd(): boolean {
    const deadline = this.nextDeadline();
    return deadline === this.#unanswered.againAt || deadline === this.#reporting.dueAt;
  }

  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`invariant broken: ${what}`);
    };
    const { open, waiting } = this.#places;
    if (!this.#hub.isConnected && open.size > 0) fail('jobs are open without a hub');
    for (const set of [open, waiting, this.#interrupted, this.#room.blocked]) {
      for (const job of set) if (!this.#jobs.has(job)) fail(`job ${job} is over and remembered`);
    }
    for (const [job, { load, busy }] of this.#jobs) {
      const isOpen = open.has(job);
      if (load.batches > 0 && !isOpen && !this.#interrupted.has(job)) fail(`job ${job} has something at the hub, and no place`);
      const isForgotten = busy && !isOpen && !waiting.has(job);
      if (isForgotten && this.#hub.failure === undefined) fail(`job ${job} wants a place, and does not wait`);
    }
    if (this.#hub.isThere) {
      const isPaced = this.#opensAt > this.#handledAt;
      this.#places.validate(this.#hub.admitted, isPaced, (job) => this.#jobs.get(job)?.busy === true);
    }
    const underWay = (job: number): number => this.#jobs.get(job)?.load.batches ?? 0;
    this.#room.validate(underWay);
    this.#unanswered.validate(this.#jobs.keys(), underWay);
    this.#load.validate([...this.#jobs.values()].map(({ load }) => load));
  }

  #receive(message: HubToLeader, now: number): void {
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message.limits, now);
        return;
      case 'goodbye':
        // The hub closes the connection next; the jobs wait for another one to take its place.
        return;
      case 'watch':
        this.#reporting.watch(message.everyMs, now);
        return;
      case 'capacity': {
        const needs = this.#jobs.get(message.job)?.needs;
        if (needs !== undefined) this.#needs.heard(needs, message.slots);
        this.#toOpenJob(message.job, message);
        return;
      }
      case 'adopted':
        this.#unanswered.heard(message.job, now);
        this.#toOpenJob(message.job, message);
        return;
      case 'refused':
        this.#toJob(message.job, { type: 'refused', error: new PaladinError(message.code, message.message) });
        return;
      case 'located':
        this.#toOpenJob(message.job, message);
        return;
      case 'queued':
        if (this.#unanswered.isAsked(message.job)) this.#queued(message, now);
        return;
      default:
        this.#unanswered.heard(message.job, now);
        this.#toJob(message.job, message);
    }
  }

  #welcomed(limits: HubLimits, now: number): void {
    // A repeated welcome is from the same hub.
    if (this.#hub.isConnected) return;
    this.#hub.came(limits);
    this.#places.begin(this.#interrupted, now);
    this.#room.moved(now);
    this.#pace.begin(limits.maxJobsOpenedPerSecond);
    this.#unanswered.begin(now);
    const idle = this.#keepIdle();
    for (const message of resumeMessages([...this.#interrupted])) this.#send(message);
    // All are open before any of them sends: until then the hub may count what is not wanted any more.
    const opened: number[] = [];
    for (let step = this.#nextStep(now); step?.type === 'open'; step = this.#nextStep(now)) {
      this.#openJob(step.job, now);
      opened.push(step.job);
    }
    for (const job of idle) this.#openJob(job, now);
    for (const job of [...opened, ...idle]) this.#connectJob(job);
  }

  /**
   * Some interrupted jobs have nothing to do. Those of them stay open that were opened last, where they fit beside the jobs that
   * wait. The others are opened when they have something to do.
   */
  #keepIdle(): number[] {
    const idle = [...this.#interrupted].filter((job) => this.#jobs.get(job)?.busy === false);
    const kept = this.#places.fitting(idle.toReversed(), this.#hub.admitted);
    for (const job of idle) if (!kept.has(job)) this.#interrupted.delete(job);
    return idle.filter((job) => kept.has(job));
  }

  #lost(reason: string, now: number): void {
    const wasConnected = this.#hub.isConnected;
    this.#reporting.stop();
    this.#hub.lost(reason, now);
    if (!wasConnected) return;
    for (const job of this.#places.open) this.#interrupted.add(job);
    const busy = [...this.#interrupted].filter((job) => this.#jobs.get(job)?.busy === true);
    this.#places.loseAll(busy, now);
    this.#needs.forgetSlots();
    for (const job of this.#interrupted) this.#toJob(job, { type: 'disconnected' });
  }

  #giveUp(now: number): void {
    const error = this.#hub.giveUp(now);
    if (error !== undefined) this.#endJobs(error);
  }

  /** How long jobs wait for others to leave them a place or room. */
  get #patienceMs(): number {
    return this.#config.noWorkerTimeoutMs + placeGraceMs;
  }

  /** When the next job may be opened; Infinity: no job waits that has a place. */
  get #opensAt(): number {
    return this.#places.next(this.#hub.admitted)?.type === 'open' ? this.#pace.dueAt : Infinity;
  }

  /** When a job has waited for a place for too long; Infinity: none waits. */
  get #waitsUntil(): number {
    return (this.#places.stalledSince(this.#hub.admitted) ?? Infinity) + this.#patienceMs;
  }

  /** When a job has waited for room for too long, with nothing under way; Infinity: none does. */
  get #starvesUntil(): number {
    return (this.#room.stalledSince ?? Infinity) + this.#patienceMs;
  }

  #giveUpWaiting(now: number): void {
    while (this.#hub.isThere && this.#waitsUntil <= now) {
      const [job] = this.#places.waiting;
      const ended = job === undefined ? undefined : this.#jobs.get(job);
      if (job === undefined || ended === undefined) return;
      this.#places.leave(job);
      ended.busy = false;
      this.#refuse(job, noPlace(this.#places.open.size, this.#hub.admitted, this.#config.noWorkerTimeoutMs));
    }
  }

  #giveUpStarved(now: number): void {
    while (this.#hub.isThere && this.#starvesUntil <= now) {
      const job = this.#room.starved;
      if (job === undefined) return;
      this.#room.remove(job);
      this.#refuse(job, noRoom(this.#load, this.#hub.limits, this.#config.noWorkerTimeoutMs));
    }
  }

  #ask(now: number): void {
    if (!this.#hub.isThere) return;
    for (let job = this.#unanswered.takeDue(now); job !== undefined; job = this.#unanswered.takeDue(now)) {
      this.#send({ type: 'ask', job });
    }
  }

  /** Other jobs have all slots that there are for the job. Its turn comes as long as these slots are given out anew. */
  #queued({ job, slots, stillMs }: Extract<HubToLeader, { type: 'queued' }>, now: number): void {
    if (stillMs < this.#config.askAfterMs) {
      this.#unanswered.heard(job, now);
      return;
    }
    const { operation = '', isStray = false } = this.#jobs.get(job) ?? {};
    const why = new NoSlot(operation, slots, this.#config.askAfterMs);
    if (isStray) this.#refuse(job, why.error);
    else if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#warn(why.warning);
    }
  }

  /** Ends a job that has waited in vain. */
  #refuse(job: number, error: PaladinError): void {
    this.#toJob(job, { type: 'refused', error });
  }

  #endJobs(error: PaladinError): void {
    for (const job of this.#jobs.keys()) this.#toJob(job, { type: 'refused', error });
  }

  /** What is to be done now for the job that waits longest. */
  #nextStep(now: number): PlaceStep | undefined {
    if (!this.#hub.isThere) return undefined;
    const step = this.#places.next(this.#hub.admitted);
    // What the hub knows already is not opened anew.
    const isNew = step?.type === 'open' && !this.#interrupted.has(step.job);
    return isNew && this.#pace.dueAt > now ? undefined : step;
  }

  /** Opens the jobs that wait, as long as there are places, and asks idle ones for theirs. */
  #serve(now: number): void {
    for (let step = this.#nextStep(now); step !== undefined; step = this.#nextStep(now)) {
      if (step.type === 'ask') {
        this.#places.ask(step.job);
        this.#toJob(step.job, { type: 'placeWanted' });
        continue;
      }
      this.#openJob(step.job, now);
      this.#connectJob(step.job);
    }
  }

  #openJob(job: number, now: number): void {
    const { needs = '', busy = false } = this.#jobs.get(job) ?? {};
    this.#places.give(job, busy, now);
    const resumed = this.#interrupted.delete(job);
    if (!resumed) this.#pace.take(now);
    this.#effects.push({ type: 'open', job, slots: this.#needs.slotsFor(needs), resumed });
  }

  #connectJob(job: number): void {
    const slots = this.#needs.slotsFor(this.#jobs.get(job)?.needs ?? '');
    this.#toJob(job, { type: 'connected' });
    if (slots > 0) this.#toJob(job, { type: 'capacity', slots, leased: 0, missing: '' });
  }

  #placeLeft(job: number, now: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined || !this.#places.leave(job)) return;
    this.#send({ type: 'close', job });
    known.busy = false;
    this.#serve(now);
  }

  #handled(job: number, { load, wanting, blocked, starving }: JobReport, now: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    if (starving !== undefined && this.#needs.starve(known.needs)) this.#warn(starving);
    const hasTried = this.#room.isWaking(job);
    this.#room.report(job, blocked, load.batches > 0, now);
    this.#account(job, known, load, now);
    known.busy = wanting || load.batches > 0;
    this.#places.report(job, known.busy, now);
    this.#serve(now);
    if (!hasTried) return;
    this.#room.awake();
    if (!blocked) this.#wakeNext();
  }

  #remove(job: number, outcome: JobOutcome | undefined, now: number): void {
    const ended = this.#jobs.get(job);
    if (ended === undefined) return;
    const wasOpen = this.#places.remove(job);
    const isExpected = this.#hub.isConnected && this.#interrupted.has(job);
    // This goes before anything that is sent into the room that the job leaves.
    if (wasOpen || isExpected) this.#send({ type: 'close', job, ...(outcome && { outcome }) });
    this.#room.remove(job);
    this.#interrupted.delete(job);
    this.#account(job, ended, nothing, now);
    this.#jobs.delete(job);
    this.#serve(now);
  }

  #account(job: number, known: SessionJob, load: Load, now: number): void {
    if (load.batches !== known.load.batches) this.#room.moved(now);
    this.#unanswered.underWay(job, load.batches, now);
    const less = load.batches < known.load.batches;
    this.#load.change(known.load, load);
    known.load = load;
    if (less && !this.#room.isWaking(job)) this.#wakeNext();
  }

  /** Lets the job that has waited longest for room try again. */
  #wakeNext(): void {
    const job = this.#room.wakeNext();
    if (job !== undefined) this.#toJob(job, { type: 'tick' });
  }

  /** Tells a job that is open. What was said of a job that has left its place meanwhile is not true any more. */
  #toOpenJob(job: number, event: JobEvent): void {
    if (this.#places.open.has(job)) this.#toJob(job, event);
  }

  #toJob(job: number, event: JobEvent): void {
    if (this.#jobs.has(job)) this.#effects.push({ type: 'toJob', job, event });
  }

  #warn(reason: string): void {
    this.#effects.push({ type: 'warn', reason });
  }

  #send(message: LeaderToHub): void {
    this.#effects.push({ type: 'send', message });
  }
}
