import { PaladinError } from '../errors/paladin-error.js';
import { maxRememberedNeeds } from '../limits.js';
import type { JobLimits } from '../core/job/job-events.js';
import type { Dial, Link } from '../link/link.js';
import type { HubLimits, HubToLeader, JobDescription, LeaderToHub } from '../protocol/messages.js';
import type { JobDriver } from './job-driver.js';

/** A job as its session knows it. */
interface SessionJob {
  readonly description: JobDescription;
  readonly priority: number;
  readonly labels: readonly string[];
  readonly driver: JobDriver;
  /** Equal for jobs that ask the same of workers. */
  readonly needs: string;
  /** What is at the hub of it. */
  underWay: { readonly batches: number; readonly bytes: number };
}

/**
 * The leader's connection to the hub, shared by all its jobs: opens them at the hub when it is there, and again when it is back, and
 * brings each what concerns it. Jobs beyond what the hub admits at once wait for others to end.
 */
export class LeaderSession {
  readonly #link: Link<LeaderToHub>;
  readonly #reconnectTimeoutMs: number;
  readonly #jobs = new Map<number, SessionJob>();
  /** The jobs that are open at the hub. */
  readonly #open = new Set<number>();
  /** Those that are not, since the hub is away or admits no more, the one that has waited longest first. */
  readonly #unopened = new Set<number>();
  /** The jobs that would send more if there were room at the hub, the one that has waited longest first. */
  readonly #blocked = new Set<number>();
  /** What is at the hub of all jobs. */
  #batches = 0;
  #bytes = 0;
  #nextJob = 1;
  /** Known while connected. */
  #limits: HubLimits | undefined;
  /** The limits of the hub last seen: what is cut while it is away is cut for them. */
  #lastLimits: HubLimits | undefined;
  /** How many slots there were last for jobs with the same needs: a job that opens need not wait to hear of them. */
  readonly #slots = new Map<string, number>();
  #failure: PaladinError | undefined;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #lastReason = 'not yet connected';
  readonly #welcomed: (error?: PaladinError) => void;

  /** @param welcomed called once: when the hub has said welcome, or refused */
  constructor(dial: Dial<LeaderToHub, HubToLeader>, reconnectTimeoutMs: number, welcomed: (error?: PaladinError) => void) {
    this.#reconnectTimeoutMs = reconnectTimeoutMs;
    this.#welcomed = welcomed;
    this.#link = dial({
      opened: () => undefined,
      received: (message) => {
        this.#receive(message);
      },
      lost: (reason) => {
        this.#lost(reason);
      },
      refused: (error) => {
        this.fail(error);
        this.#welcomed(error);
      },
    });
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** What a job may send: a fair share, and no more than the hub takes from all jobs together. */
  limits(): JobLimits {
    const limits = this.#lastLimits;
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

  /** Reserves a number for a job. */
  nextJobNumber(): number {
    const number = this.#nextJob;
    this.#nextJob += 1;
    return number;
  }

  /** Takes a job in; it is opened at the hub as soon as possible. */
  add(number: number, job: SessionJob): void {
    this.#jobs.set(number, job);
    if (this.#failure === undefined) this.#openJob(number, job);
    else job.driver.handle({ type: 'refused', error: this.#failure });
  }

  /** A job has handled an event: keeps the books, and gives those that wait for room what there is. */
  handled(number: number, underWay: SessionJob['underWay'], blocked: boolean): void {
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    if (blocked) this.#blocked.add(number);
    else this.#blocked.delete(number);
    this.#account(job, underWay);
  }

  send(message: LeaderToHub): void {
    this.#link.send(message);
  }

  /** The job is over. */
  remove(number: number): void {
    const ended = this.#jobs.get(number);
    if (ended === undefined) return;
    this.#jobs.delete(number);
    this.#blocked.delete(number);
    this.#unopened.delete(number);
    const wasOpen = this.#open.delete(number) && this.#limits !== undefined;
    // Before anything that is sent in the room that it leaves.
    if (wasOpen) this.#link.send({ type: 'close', job: number }, 'soon');
    this.#account(ended, { batches: 0, bytes: 0 });
    if (!wasOpen) return;
    const [next] = this.#unopened;
    const job = next === undefined ? undefined : this.#jobs.get(next);
    if (next !== undefined && job !== undefined) this.#openJob(next, job);
  }

  /** Ends all jobs with the error, and closes the connection. */
  async close(error: PaladinError): Promise<void> {
    clearTimeout(this.#reconnectTimer);
    this.fail(error);
    await this.#link.close();
  }

  #receive(message: HubToLeader): void {
    if (message.type === 'welcome') {
      clearTimeout(this.#reconnectTimer);
      this.#reconnectTimer = undefined;
      this.#limits = message.limits;
      this.#lastLimits = message.limits;
      for (const [number, job] of this.#jobs) this.#openJob(number, job);
      this.#welcomed();
      return;
    }
    // The hub closes the connection next; the jobs wait for another one to take its place.
    if (message.type === 'goodbye') return;
    // A job that has just ended here may still be spoken of.
    const job = this.#jobs.get(message.job);
    if (job === undefined) return;
    const { driver } = job;
    if (message.type === 'capacity') this.#remember(job.needs, message.slots);
    if (message.type === 'refused') driver.handle({ type: 'refused', error: new PaladinError(message.code, message.message) });
    else driver.handle(message);
  }

  #remember(needs: string, slots: number): void {
    // The needs that were heard of longest ago are forgotten first.
    this.#slots.delete(needs);
    this.#slots.set(needs, slots);
    const [oldest] = this.#slots.keys();
    if (this.#slots.size > maxRememberedNeeds && oldest !== undefined) this.#slots.delete(oldest);
  }

  #account(job: SessionJob, underWay: SessionJob['underWay']): void {
    const less = underWay.batches < job.underWay.batches;
    this.#batches += underWay.batches - job.underWay.batches;
    this.#bytes += underWay.bytes - job.underWay.bytes;
    job.underWay = underWay;
    if (!less) return;
    const waiting = [...this.#blocked];
    for (const next of waiting) {
      // It comes last again if this does not satisfy it; one that needs no room any more leaves it to the next.
      this.#blocked.delete(next);
      this.#jobs.get(next)?.driver.handle({ type: 'tick' });
      if (this.#blocked.has(next)) return;
    }
  }

  #openJob(number: number, { description, priority, labels, driver, needs }: SessionJob): void {
    // One that ended while others were being opened may have made room for it already.
    if (this.#open.has(number)) return;
    if (this.#limits === undefined || this.#open.size >= this.#limits.maxJobsPerLeader) {
      this.#unopened.add(number);
      return;
    }
    this.#unopened.delete(number);
    this.#open.add(number);
    const slots = this.#slots.get(needs) ?? 0;
    this.#link.send({ type: 'open', job: number, description, priority, labels, slots });
    driver.handle({ type: 'connected' });
    if (slots > 0) driver.handle({ type: 'capacity', slots, leased: 0, missing: '' });
  }

  #lost(reason: string): void {
    this.#lastReason = reason;
    const wasWelcome = this.#limits !== undefined;
    this.#limits = undefined;
    this.#open.clear();
    this.#slots.clear();
    if (wasWelcome) for (const { driver } of this.#jobs.values()) driver.handle({ type: 'disconnected' });
    this.#reconnectTimer ??= setTimeout(() => {
      const waited = `it did not come back within ${this.#reconnectTimeoutMs} ms`;
      this.#endJobs(new PaladinError('HUB_UNREACHABLE', `the hub is gone (${this.#lastReason}), and ${waited}`));
      // Further jobs get as long again.
      this.#reconnectTimer = undefined;
    }, this.#reconnectTimeoutMs);
  }

  /** Ends all jobs with the error, now and from now on. */
  fail(error: PaladinError): void {
    clearTimeout(this.#reconnectTimer);
    this.#failure ??= error;
    this.#endJobs(error);
  }

  #endJobs(error: PaladinError): void {
    for (const { driver } of this.#jobs.values()) driver.handle({ type: 'refused', error });
  }
}
