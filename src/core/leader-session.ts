/**
 * The leader's part that all its jobs share: which of them are open at the hub, and what each may send.
 *
 * Theory of operation. A job is opened when it has something to send and the hub admits one more; see `Places` for those that wait. When the
 * connection is lost, all open jobs are told; once the hub is back, or another one in its place, they are resumed: they say which attempts
 * they have under way, and the hub answers for each. Jobs whose next batch finds no room at the hub are woken one after the other as
 * room comes back.
 *
 * Rules.
 * 1. No more jobs are open than the hub admits, and all jobs together have no more under way than it admits (see `limits`).
 * 2. The hub hears first which jobs live, and closes all others that it has of this leader; then they are opened.
 * 3. When no hub comes back in time, all jobs end with `HUB_UNREACHABLE`; later ones are given as long again.
 * 4. A job leaves its place only by its own word, when nothing of it is under way. So nothing that it has sent is dropped.
 * 5. A job that waits for a place while none is given to any job ends with `LIMIT_EXCEEDED`, a moment after `noWorkerTimeoutMs`.
 */
import { PaladinError } from '../errors/paladin-error.js';
import { maxRememberedNeeds, placeGraceMs } from '../limits.js';
import type { HubLimits, HubToLeader, LeaderToHub } from '../protocol/messages.js';
import type { JobEvent, JobLimits } from './job/job-events.js';
import { resumeMessages } from './listing.js';
import type { Machine } from './machine.js';
import { Places, type PlaceStep } from './places.js';

/** How much of a job is at the hub. */
export interface Load {
  readonly batches: number;
  readonly bytes: number;
}

/** What a job says of itself after each event. */
export interface JobReport {
  readonly load: Load;
  /** Whether it has something to send, and needs a place, a slot or room at the hub for that. */
  readonly wanting: boolean;
  /** Whether what it lacks is room at the hub. */
  readonly blocked: boolean;
}

export type LeaderSessionEvent =
  | { readonly type: 'received'; readonly message: HubToLeader }
  /** The connection is lost, or cannot be made yet. */
  | { readonly type: 'lost'; readonly reason: string }
  /** The hub refuses this leader, or its owner closes it: all jobs end with the error, now and from now on. */
  | { readonly type: 'failed'; readonly error: PaladinError }
  /** `needs`: equal for jobs that ask the same of workers. */
  | { readonly type: 'jobAdded'; readonly job: number; readonly needs: string }
  /** A job has handled an event. */
  | ({ readonly type: 'jobHandled'; readonly job: number } & JobReport)
  /** A job that was asked to has left its place: nothing of it is under way. */
  | { readonly type: 'placeLeft'; readonly job: number }
  /** A job is over. */
  | { readonly type: 'jobRemoved'; readonly job: number }
  | { readonly type: 'tick' };

export type LeaderSessionEffect =
  | { readonly type: 'send'; readonly message: LeaderToHub }
  /** Open the job at the hub. `slots`: as many are known of; `resumed`: it was open before. */
  | { readonly type: 'open'; readonly job: number; readonly slots: number; readonly resumed: boolean }
  | { readonly type: 'toJob'; readonly job: number; readonly event: JobEvent };

/** A job as its session knows it. */
interface SessionJob {
  readonly needs: string;
  load: Load;
  /** Whether it has anything under way or to send. */
  busy: boolean;
}

/** How long this leader waits. */
export interface LeaderSessionConfig {
  /** For a hub that went away. */
  readonly reconnectTimeoutMs: number;
  /** For a worker; jobs wait for a place a moment longer. */
  readonly noWorkerTimeoutMs: number;
}

const nothing: Load = { batches: 0, bytes: 0 };

export class LeaderSession implements Machine<LeaderSessionEvent, LeaderSessionEffect> {
  readonly #config: LeaderSessionConfig;
  readonly #jobs = new Map<number, SessionJob>();
  readonly #places = new Places();
  /** The jobs that were open when the connection was lost, and are to be resumed. */
  readonly #interrupted = new Set<number>();
  /** The jobs that would send more if there were room at the hub, the one that has waited longest first. */
  readonly #blocked = new Set<number>();
  /** The one of these that has been told of room, and has not answered yet. */
  #waking: number | undefined;
  /** What is at the hub of all jobs. */
  #batches = 0;
  #bytes = 0;
  #connected = false;
  /** Of the hub last seen: what is cut while it is away is cut for them. */
  #limits: HubLimits | undefined;
  /** How many slots there are for jobs with the same needs: a job that opens need not wait to hear of them. */
  readonly #slots = new Map<string, number>();
  #failure: PaladinError | undefined;
  #reconnectBy: number | undefined;
  #lastReason = 'not yet connected';
  #effects: LeaderSessionEffect[] = [];

  constructor(config: LeaderSessionConfig) {
    this.#config = config;
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** How many batches all jobs have at the hub. */
  get batches(): number {
    return this.#batches;
  }

  /** What a job may send: a fair share, and no more than the hub takes from all jobs together. */
  limits(): JobLimits {
    const limits = this.#limits;
    if (limits === undefined) {
      return { maxPayloadBytes: Infinity, maxBatches: Infinity, freeBatches: Infinity, freeBytes: Infinity };
    }
    const { maxPayloadBytes, maxBatchesPerLeader, maxBytesPerLeader } = limits;
    return {
      maxPayloadBytes,
      maxBatches: Math.max(1, Math.floor(maxBatchesPerLeader / Math.max(1, this.#places.open.size))),
      freeBatches: maxBatchesPerLeader - this.#batches,
      freeBytes: maxBytesPerLeader - this.#bytes,
    };
  }

  handle(event: LeaderSessionEvent, now: number): LeaderSessionEffect[] {
    this.#effects = [];
    switch (event.type) {
      case 'received':
        this.#receive(event.message, now);
        break;
      case 'lost':
        this.#lost(event.reason, now);
        break;
      case 'failed':
        this.#failure ??= event.error;
        this.#reconnectBy = undefined;
        this.#endJobs(event.error);
        break;
      case 'jobAdded':
        this.#jobs.set(event.job, { needs: event.needs, load: nothing, busy: false });
        if (this.#failure !== undefined) this.#toJob(event.job, { type: 'refused', error: this.#failure });
        break;
      case 'jobHandled':
        this.#handled(event.job, event, now);
        break;
      case 'placeLeft':
        this.#placeLeft(event.job, now);
        break;
      case 'jobRemoved':
        this.#remove(event.job, now);
        break;
      case 'tick':
        this.#giveUp(now);
        this.#giveUpWaiting(now);
        break;
    }
    return this.#effects;
  }

  nextDeadline(): number | undefined {
    return this.#reconnectBy ?? this.#waitsUntil;
  }

  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`invariant broken: ${what}`);
    };
    const { open, waiting } = this.#places;
    if (!this.#connected && open.size > 0) fail('jobs are open without a hub');
    for (const set of [open, waiting.keys(), this.#interrupted, this.#blocked]) {
      for (const job of set) if (!this.#jobs.has(job)) fail(`job ${job} is over and remembered`);
    }
    for (const [job, { load, busy }] of this.#jobs) {
      const isOpen = open.has(job);
      if (load.batches > 0 && !isOpen && !this.#interrupted.has(job)) fail(`job ${job} has something at the hub, and no place`);
      const isForgotten = busy && !isOpen && !waiting.has(job);
      if (isForgotten && this.#failure === undefined) fail(`job ${job} wants a place, and does not wait`);
    }
    if (this.#connected && this.#failure === undefined) {
      this.#places.validate(this.#limits?.maxJobsPerLeader ?? 0, (job) => this.#jobs.get(job)?.busy === true);
    }
    const loads = [...this.#jobs.values()].map(({ load }) => load);
    if (loads.reduce((sum, { batches }) => sum + batches, 0) !== this.#batches) fail('batches at the hub');
    if (loads.reduce((sum, { bytes }) => sum + bytes, 0) !== this.#bytes) fail('bytes at the hub');
  }

  #receive(message: HubToLeader, now: number): void {
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message.limits, now);
        return;
      case 'goodbye':
        // The hub closes the connection next; the jobs wait for another one to take its place.
        return;
      case 'capacity': {
        const needs = this.#jobs.get(message.job)?.needs;
        if (needs !== undefined) this.#remember(needs, message.slots);
        this.#toOpenJob(message.job, message);
        return;
      }
      case 'adopted':
        this.#toOpenJob(message.job, message);
        return;
      case 'refused':
        this.#toJob(message.job, { type: 'refused', error: new PaladinError(message.code, message.message) });
        return;
      default:
        this.#toJob(message.job, message);
    }
  }

  #welcomed(limits: HubLimits, now: number): void {
    // Told twice, it is the same hub.
    if (this.#connected) return;
    this.#connected = true;
    this.#reconnectBy = undefined;
    this.#limits = limits;
    this.#places.begin(now);
    const idle = this.#keepIdle(limits.maxJobsPerLeader - this.#places.waiting.size);
    for (const message of resumeMessages([...this.#interrupted])) this.#send(message);
    // All are open before any of them sends: until then the hub may count what is not wanted any more.
    const opened: number[] = [];
    for (let step = this.#nextStep(); step?.type === 'open'; step = this.#nextStep()) {
      this.#openJob(step.job, now);
      opened.push(step.job);
    }
    for (const job of idle) this.#openJob(job, now);
    for (const job of [...opened, ...idle]) this.#connectJob(job);
  }

  /** Of the interrupted jobs that have nothing to do, so many stay open, those that were opened last; the others are opened when they have. */
  #keepIdle(room: number): number[] {
    const idle = [...this.#interrupted].filter((job) => this.#jobs.get(job)?.busy === false);
    const kept = room <= 0 ? [] : idle.slice(-room);
    for (const job of idle) if (!kept.includes(job)) this.#interrupted.delete(job);
    return kept;
  }

  #lost(reason: string, now: number): void {
    this.#lastReason = reason;
    if (this.#connected) {
      this.#connected = false;
      for (const job of this.#places.open) this.#interrupted.add(job);
      const underWay = [...this.#interrupted].filter((job) => this.#jobs.get(job)?.busy === true);
      this.#places.loseAll(underWay, now);
      this.#slots.clear();
      for (const job of this.#interrupted) this.#toJob(job, { type: 'disconnected' });
    }
    if (this.#failure === undefined) this.#reconnectBy ??= now + this.#config.reconnectTimeoutMs;
  }

  #giveUp(now: number): void {
    if (this.#reconnectBy === undefined || now < this.#reconnectBy) return;
    this.#reconnectBy = undefined;
    const waited = `it did not come back within ${this.#config.reconnectTimeoutMs} ms`;
    this.#endJobs(new PaladinError('HUB_UNREACHABLE', `the hub is gone (${this.#lastReason}), and ${waited}`));
  }

  /** When a job has waited for a place for too long; undefined: none waits. */
  get #waitsUntil(): number | undefined {
    const since = this.#connected && this.#failure === undefined ? this.#places.stalledSince : undefined;
    const until = since === undefined ? Infinity : since + this.#config.noWorkerTimeoutMs + placeGraceMs;
    return until === Infinity ? undefined : until;
  }

  #giveUpWaiting(now: number): void {
    while ((this.#waitsUntil ?? Infinity) <= now) {
      const [job] = this.#places.waiting.keys();
      const ended = job === undefined ? undefined : this.#jobs.get(job);
      if (job === undefined || ended === undefined) return;
      this.#places.leave(job);
      ended.busy = false;
      const most = this.#limits?.maxJobsPerLeader ?? 0;
      const held = `all ${most} that the hub admits of one leader are open, and have something under way`;
      const message = `no room for a further job at the hub within ${this.#config.noWorkerTimeoutMs} ms: ${held} (maxJobsPerLeader, --max-jobs-per-leader)`;
      this.#toJob(job, { type: 'refused', error: new PaladinError('LIMIT_EXCEEDED', message) });
    }
  }

  #endJobs(error: PaladinError): void {
    for (const job of this.#jobs.keys()) this.#toJob(job, { type: 'refused', error });
  }

  #nextStep(): PlaceStep | undefined {
    if (!this.#connected || this.#failure !== undefined) return undefined;
    return this.#places.next(this.#limits?.maxJobsPerLeader ?? 0);
  }

  /** Opens the jobs that wait, as long as there are places, and asks idle ones for theirs. */
  #serve(now: number): void {
    for (let step = this.#nextStep(); step !== undefined; step = this.#nextStep()) {
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
    this.#effects.push({ type: 'open', job, slots: this.#slots.get(needs) ?? 0, resumed });
  }

  #connectJob(job: number): void {
    const slots = this.#slots.get(this.#jobs.get(job)?.needs ?? '') ?? 0;
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

  #handled(job: number, { load, wanting, blocked }: JobReport, now: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    if (blocked) this.#blocked.add(job);
    else this.#blocked.delete(job);
    this.#account(job, known, load);
    known.busy = wanting || load.batches > 0;
    this.#places.report(job, known.busy, now);
    this.#serve(now);
    if (this.#waking !== job) return;
    // One that is not satisfied yet leaves no room for the next; one that needs none any more does.
    this.#waking = undefined;
    if (!blocked) this.#wakeNext();
  }

  #remove(job: number, now: number): void {
    const ended = this.#jobs.get(job);
    if (ended === undefined) return;
    const wasOpen = this.#places.leave(job);
    const isExpected = this.#connected && this.#interrupted.has(job);
    // Before anything that is sent in the room that it leaves.
    if (wasOpen || isExpected) this.#send({ type: 'close', job });
    this.#blocked.delete(job);
    this.#interrupted.delete(job);
    if (this.#waking === job) this.#waking = undefined;
    this.#account(job, ended, nothing);
    this.#jobs.delete(job);
    this.#serve(now);
  }

  #account(job: number, known: SessionJob, load: Load): void {
    const less = load.batches < known.load.batches;
    this.#batches += load.batches - known.load.batches;
    this.#bytes += load.bytes - known.load.bytes;
    known.load = load;
    if (less && this.#waking !== job) this.#wakeNext();
  }

  /** Lets the job that has waited longest for room try again. It comes last again if that does not satisfy it. */
  #wakeNext(): void {
    if (this.#waking !== undefined) return;
    const [next] = this.#blocked;
    if (next === undefined) return;
    this.#blocked.delete(next);
    this.#waking = next;
    this.#toJob(next, { type: 'tick' });
  }

  #remember(needs: string, slots: number): void {
    // The needs that were heard of longest ago are forgotten first.
    this.#slots.delete(needs);
    this.#slots.set(needs, slots);
    const [oldest] = this.#slots.keys();
    if (this.#slots.size > maxRememberedNeeds && oldest !== undefined) this.#slots.delete(oldest);
  }

  /** What was said of a job that has left its place meanwhile is not true any more. */
  #toOpenJob(job: number, event: JobEvent): void {
    if (this.#places.open.has(job)) this.#toJob(job, event);
  }

  #toJob(job: number, event: JobEvent): void {
    if (this.#jobs.has(job)) this.#effects.push({ type: 'toJob', job, event });
  }

  #send(message: LeaderToHub): void {
    this.#effects.push({ type: 'send', message });
  }
}
