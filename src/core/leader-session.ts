/**
 * The leader's part that all its jobs share: which of them are open at the hub, and what each may send.
 *
 * Theory of operation. A job is opened as soon as the hub is there and admits one more; further ones wait for others to end. When the
 * connection is lost, all jobs are told; once the hub is back, or another one in its place, those that were open are resumed: they say which
 * attempts they have under way, and the hub answers for each. Jobs whose next batch finds no room at the hub are woken one after the other as
 * room comes back.
 *
 * Rules.
 * 1. No more jobs are open than the hub admits, and all jobs together have no more under way than it admits (see `limits`).
 * 2. The hub hears first which jobs live, and closes all others that it has of this leader; then they are opened.
 * 3. When no hub comes back in time, all jobs end with `HUB_UNREACHABLE`; later ones are given as long again.
 */
import { PaladinError } from '../errors/paladin-error.js';
import { maxRememberedNeeds } from '../limits.js';
import type { HubLimits, HubToLeader, LeaderToHub } from '../protocol/messages.js';
import type { JobEvent, JobLimits } from './job/job-events.js';
import { resumeMessages } from './listing.js';
import type { Machine } from './machine.js';

/** How much of a job is at the hub. */
export interface Load {
  readonly batches: number;
  readonly bytes: number;
}

export type LeaderSessionEvent =
  | { readonly type: 'received'; readonly message: HubToLeader }
  /** The connection is lost, or cannot be made yet. */
  | { readonly type: 'lost'; readonly reason: string }
  /** The hub refuses this leader, or its owner closes it: all jobs end with the error, now and from now on. */
  | { readonly type: 'failed'; readonly error: PaladinError }
  /** `needs`: equal for jobs that ask the same of workers. */
  | { readonly type: 'jobAdded'; readonly job: number; readonly needs: string }
  /** A job has handled an event. `blocked`: it would send more if there were room at the hub. */
  | { readonly type: 'jobHandled'; readonly job: number; readonly load: Load; readonly blocked: boolean }
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
}

const nothing: Load = { batches: 0, bytes: 0 };

export class LeaderSession implements Machine<LeaderSessionEvent, LeaderSessionEffect> {
  readonly #reconnectTimeoutMs: number;
  readonly #jobs = new Map<number, SessionJob>();
  /** The jobs that are open at the hub. */
  readonly #open = new Set<number>();
  /** Those that are not, since the hub is away or admits no more, the one that has waited longest first. */
  readonly #unopened = new Set<number>();
  /** Those that were open when the connection was lost, and are to be resumed. */
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

  constructor(reconnectTimeoutMs: number) {
    this.#reconnectTimeoutMs = reconnectTimeoutMs;
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** How many batches all jobs have at the hub. */
  get batches(): number {
    return this.#batches;
  }

  /** Whether the hub admits no further job at present. */
  get isFull(): boolean {
    return this.#limits !== undefined && this.#open.size >= this.#limits.maxJobsPerLeader;
  }

  /** Whether a job waits for the hub to admit it. */
  get isCrowded(): boolean {
    return this.#connected && this.#unopened.size > 0;
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
      maxBatches: Math.max(1, Math.floor(maxBatchesPerLeader / Math.max(1, this.#open.size))),
      freeBatches: maxBatchesPerLeader - this.#batches,
      freeBytes: maxBytesPerLeader - this.#bytes,
    };
  }

  handle(event: LeaderSessionEvent, now: number): LeaderSessionEffect[] {
    this.#effects = [];
    switch (event.type) {
      case 'received':
        this.#receive(event.message);
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
        this.#jobs.set(event.job, { needs: event.needs, load: nothing });
        if (this.#failure === undefined) {
          if (this.#openJob(event.job, event.needs)) this.#connectJob(event.job, event.needs);
        } else this.#toJob(event.job, { type: 'refused', error: this.#failure });
        break;
      case 'jobHandled':
        this.#handled(event.job, event.load, event.blocked);
        break;
      case 'jobRemoved':
        this.#remove(event.job);
        break;
      case 'tick':
        this.#giveUp(now);
        break;
    }
    return this.#effects;
  }

  nextDeadline(): number | undefined {
    return this.#reconnectBy;
  }

  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`invariant broken: ${what}`);
    };
    if (!this.#connected && this.#open.size > 0) fail('jobs are open without a hub');
    if (this.#limits !== undefined && this.#open.size > this.#limits.maxJobsPerLeader) fail('more jobs open than are admitted');
    for (const job of this.#jobs.keys()) {
      if (this.#failure === undefined && this.#open.has(job) === this.#unopened.has(job)) fail(`whether job ${job} is open`);
    }
    for (const set of [this.#open, this.#unopened, this.#interrupted, this.#blocked]) {
      for (const job of set) if (!this.#jobs.has(job)) fail(`job ${job} is over and remembered`);
    }
    const loads = [...this.#jobs.values()].map(({ load }) => load);
    if (loads.reduce((sum, { batches }) => sum + batches, 0) !== this.#batches) fail('batches at the hub');
    if (loads.reduce((sum, { bytes }) => sum + bytes, 0) !== this.#bytes) fail('bytes at the hub');
  }

  #receive(message: HubToLeader): void {
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message.limits);
        return;
      case 'goodbye':
        // The hub closes the connection next; the jobs wait for another one to take its place.
        return;
      case 'capacity': {
        const needs = this.#jobs.get(message.job)?.needs;
        if (needs !== undefined) this.#remember(needs, message.slots);
        this.#toJob(message.job, message);
        return;
      }
      case 'refused':
        this.#toJob(message.job, { type: 'refused', error: new PaladinError(message.code, message.message) });
        return;
      default:
        this.#toJob(message.job, message);
    }
  }

  #welcomed(limits: HubLimits): void {
    // Told twice, it is the same hub.
    if (this.#connected) return;
    this.#connected = true;
    this.#reconnectBy = undefined;
    this.#limits = limits;
    for (const message of resumeMessages([...this.#interrupted])) this.#send(message);
    // All are open before any of them sends: until then the hub may count what is not wanted any more.
    const opened = [...this.#jobs].filter(([job, { needs }]) => this.#openJob(job, needs));
    for (const [job, { needs }] of opened) this.#connectJob(job, needs);
  }

  #lost(reason: string, now: number): void {
    this.#lastReason = reason;
    if (this.#connected) {
      this.#connected = false;
      for (const job of this.#open) {
        this.#interrupted.add(job);
        this.#unopened.add(job);
      }
      this.#open.clear();
      this.#slots.clear();
      for (const job of this.#interrupted) this.#toJob(job, { type: 'disconnected' });
    }
    if (this.#failure === undefined) this.#reconnectBy ??= now + this.#reconnectTimeoutMs;
  }

  #giveUp(now: number): void {
    if (this.#reconnectBy === undefined || now < this.#reconnectBy) return;
    this.#reconnectBy = undefined;
    const waited = `it did not come back within ${this.#reconnectTimeoutMs} ms`;
    this.#endJobs(new PaladinError('HUB_UNREACHABLE', `the hub is gone (${this.#lastReason}), and ${waited}`));
  }

  #endJobs(error: PaladinError): void {
    for (const job of this.#jobs.keys()) this.#toJob(job, { type: 'refused', error });
  }

  /** Whether the job is opened now. */
  #openJob(job: number, needs: string): boolean {
    // One that ended while others were being opened may have made room for it already.
    if (this.#open.has(job)) return false;
    if (!this.#connected || this.#limits === undefined || this.isFull) {
      this.#unopened.add(job);
      return false;
    }
    this.#unopened.delete(job);
    this.#open.add(job);
    const resumed = this.#interrupted.delete(job);
    this.#effects.push({ type: 'open', job, slots: this.#slots.get(needs) ?? 0, resumed });
    return true;
  }

  #connectJob(job: number, needs: string): void {
    const slots = this.#slots.get(needs) ?? 0;
    this.#toJob(job, { type: 'connected' });
    if (slots > 0) this.#toJob(job, { type: 'capacity', slots, leased: 0, missing: '' });
  }

  #handled(job: number, load: Load, blocked: boolean): void {
    const known = this.#jobs.get(job);
    if (known === undefined) return;
    if (blocked) this.#blocked.add(job);
    else this.#blocked.delete(job);
    this.#account(job, known, load);
    if (this.#waking !== job) return;
    // One that is not satisfied yet leaves no room for the next; one that needs none any more does.
    this.#waking = undefined;
    if (!blocked) this.#wakeNext();
  }

  #remove(job: number): void {
    const ended = this.#jobs.get(job);
    if (ended === undefined) return;
    const wasOpen = this.#open.delete(job);
    const isExpected = this.#connected && this.#interrupted.has(job);
    // Before anything that is sent in the room that it leaves.
    if (wasOpen || isExpected) this.#send({ type: 'close', job });
    this.#blocked.delete(job);
    this.#unopened.delete(job);
    this.#interrupted.delete(job);
    if (this.#waking === job) this.#waking = undefined;
    this.#account(job, ended, nothing);
    this.#jobs.delete(job);
    const [next] = this.#unopened;
    const needs = next === undefined ? undefined : this.#jobs.get(next)?.needs;
    if (wasOpen && next !== undefined && needs !== undefined && this.#openJob(next, needs)) this.#connectJob(next, needs);
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

  #toJob(job: number, event: JobEvent): void {
    if (this.#jobs.has(job)) this.#effects.push({ type: 'toJob', job, event });
  }

  #send(message: LeaderToHub): void {
    this.#effects.push({ type: 'send', message });
  }
}
