/**
 * What comes of each job at a hub, in numbers, and how it ends there: for logs. It looks at what the scheduler is told and does.
 *
 * Rules.
 * 1. A job begins when its leader opens it. It goes on when its leader has lost its connection and opens it again.
 * 2. It ends once. Its leader closes it, and says how it has ended there; or is back without it. The hub refuses it. Or its
 *    leader is gone: at once where it has left, and after `leaderGraceMs` where its connection was lost.
 * 3. Elements count when a worker has answered for them. Combines of partials do not, however often they are answered. A failure
 *    counts each time, also where the element is tried again. A batch counts as lost when it was begun and came to nothing.
 * 4. A job keeps nothing that grows with its length, and few of the names of its stages.
 */
import { leaderGraceMs } from '../../src/limits.js';
import type { BatchLoss, BatchResult, HubToLeader, LeaderToHub } from '../../src/protocol/messages.js';
import { jobIdOf } from '../../src/protocol/job-id.js';
import { OpenCombines } from './open-combines.js';
import type { SchedulerEffect, SchedulerEvent } from './scheduler-events.js';
import { shownNames } from './shown-names.js';

/** What came of a job. */
export interface JobEnd {
  /** The id of the job, unique among all jobs. */
  readonly jobId: string;
  /** The id of its leader. */
  readonly leaderId: string;
  /** The name of its leader, for people; may be empty. */
  readonly name: string;
  /** The operations of its chain, as `name@version`: those whose names have 400 characters together, and then `and 7 more`. */
  readonly stages: readonly string[];
  /**
   * How it ended. At its leader it `completed`, was `cancelled` (nobody is subscribed any more), or `failed`. Its leader `closed`
   * it there for other reasons: it rests, others go on in its place, or the leader has come back without it. The hub `refused`
   * it. Or its leader has `left`.
   */
  readonly how: 'completed' | 'cancelled' | 'failed' | 'closed' | 'refused' | 'left';
  /** The code of the error with which it failed, or was refused. Absent: none was, or it was no `PaladinError`. */
  readonly code?: string;
  /** Why the hub refused it. */
  readonly reason?: string;
  /** Batches that were answered. */
  readonly batches: number;
  /** Elements that workers have answered for, those that failed included. */
  readonly done: number;
  /** Failures, also of elements that were tried again. */
  readonly failed: number;
  /** Batches that were begun, and came to nothing. */
  readonly lost: number;
  /** How long it was open, in milliseconds. */
  readonly elapsedMs: number;
}

/** Characters of stages that are told of a job. The longest name has 300, and a job may have thousands of them. */
const stageChars = 400;

interface Account {
  readonly stages: readonly string[];
  readonly openedAt: number;
  readonly combines: OpenCombines;
  batches: number;
  done: number;
  failed: number;
  lost: number;
}

interface Leader {
  readonly name: string;
  readonly jobs: Map<number, Account>;
  /** The jobs that it says it still has, while it says so. */
  listed: Set<number>;
  /** Until when it is waited for; Infinity: it is there. */
  awayUntil: number;
}

type Opening = Extract<LeaderToHub, { type: 'open' }>;

const none: readonly JobEnd[] = [];

export class JobAccounts {
  readonly #leaders = new Map<string, Leader>();
  /** When the first leader that is away is given up. */
  #dueAt = Infinity;

  /** The scheduler is about to handle an event. @returns the jobs that end by it */
  event(event: SchedulerEvent, now: number): readonly JobEnd[] {
    switch (event.type) {
      case 'leaderJoined':
        this.#joined(event.leaderId, event.name);
        return none;
      case 'leaderLeft':
        return this.#left(event.leaderId, event.how === 'closed', now);
      case 'leaderSent':
        return this.#sent(event.leaderId, event.message, now);
      default:
        return now < this.#dueAt ? none : this.#giveUp(now);
    }
  }

  /** The scheduler has had an effect. @returns the job that ends by it */
  effect(effect: SchedulerEffect, now: number): JobEnd | undefined {
    return effect.type === 'toLeader' ? this.#told(effect.leaderId, effect.message, now) : undefined;
  }

  /** How many jobs have not ended. */
  get size(): number {
    let size = 0;
    for (const { jobs } of this.#leaders.values()) size += jobs.size;
    return size;
  }

  /** How many batches are known to be combines. */
  get combines(): number {
    let combines = 0;
    for (const { jobs } of this.#leaders.values()) for (const account of jobs.values()) combines += account.combines.size;
    return combines;
  }

  #joined(leaderId: string, name: string): void {
    const { jobs = new Map<number, Account>() } = this.#leaders.get(leaderId) ?? {};
    this.#leaders.set(leaderId, { name, jobs, listed: new Set(), awayUntil: Infinity });
  }

  #left(leaderId: string, forGood: boolean, now: number): readonly JobEnd[] {
    const leader = this.#leaders.get(leaderId);
    if (leader === undefined) return none;
    if (!forGood && leader.jobs.size > 0) {
      leader.awayUntil = now + leaderGraceMs;
      this.#dueAt = Math.min(this.#dueAt, leader.awayUntil);
      return none;
    }
    this.#leaders.delete(leaderId);
    return this.#endAll(leaderId, leader, 'left', now);
  }

  #giveUp(now: number): readonly JobEnd[] {
    const ends: JobEnd[] = [];
    this.#dueAt = Infinity;
    for (const [leaderId, leader] of this.#leaders) {
      if (leader.awayUntil > now) this.#dueAt = Math.min(this.#dueAt, leader.awayUntil);
      else {
        this.#leaders.delete(leaderId);
        ends.push(...this.#endAll(leaderId, leader, 'left', now));
      }
    }
    return ends;
  }

  #sent(leaderId: string, message: LeaderToHub, now: number): readonly JobEnd[] {
    const leader = this.#leaders.get(leaderId);
    if (leader === undefined) return none;
    switch (message.type) {
      case 'open':
        opened(leader, message, now);
        return none;
      case 'underWay':
        leader.jobs.get(message.job)?.combines.listed(message.attempts, message.more === true);
        return none;
      case 'batch':
        if (message.batch.units === 'partials') leader.jobs.get(message.job)?.combines.add(message.batch);
        return none;
      case 'acknowledge':
      case 'cancel':
        leader.jobs.get(message.job)?.combines.over(message);
        return none;
      case 'close': {
        const { how, code } = message.outcome ?? { how: 'closed' };
        const end = this.#end(leaderId, leader, message.job, how, now);
        return end === undefined ? none : [{ ...end, ...(code !== undefined && { code }) }];
      }
      case 'resume':
        for (const job of message.jobs) leader.listed.add(job);
        if (message.more === true) return none;
        return this.#endAll(leaderId, leader, 'closed', now, leader.listed);
      default:
        return none;
    }
  }

  #told(leaderId: string, message: HubToLeader, now: number): JobEnd | undefined {
    const leader = this.#leaders.get(leaderId);
    if (leader === undefined) return undefined;
    switch (message.type) {
      case 'result':
        count(leader.jobs.get(message.job), message.result);
        return undefined;
      case 'lost':
        countLoss(leader.jobs.get(message.job), message.loss);
        return undefined;
      case 'refused': {
        const end = this.#end(leaderId, leader, message.job, 'refused', now);
        return end && { ...end, code: message.code, reason: message.message };
      }
      default:
        return undefined;
    }
  }

  #endAll(leaderId: string, leader: Leader, how: JobEnd['how'], now: number, but?: ReadonlySet<number>): readonly JobEnd[] {
    const ended = [...leader.jobs.keys()].filter((job) => but?.has(job) !== true);
    return ended.map((job) => this.#end(leaderId, leader, job, how, now)).filter((end) => end !== undefined);
  }

  #end(leaderId: string, leader: Leader, job: number, how: JobEnd['how'], now: number): JobEnd | undefined {
    const account = leader.jobs.get(job);
    if (account === undefined) return undefined;
    leader.jobs.delete(job);
    const { stages, openedAt, batches, done, failed, lost } = account;
    const { name } = leader;
    return { jobId: jobIdOf(leaderId, job), leaderId, name, stages, how, batches, done, failed, lost, elapsedMs: now - openedAt };
  }
}

function opened({ jobs }: Leader, { job, description, resumed = [], more }: Opening, now: number): void {
  const account = jobs.get(job);
  if (account !== undefined) {
    account.combines.back();
    account.combines.listed(resumed, more === true);
    return;
  }
  const names = description.stages.map(({ operation, version }) => `${operation}@${version}`);
  const stages = shownNames(names, stageChars);
  jobs.set(job, { stages, openedAt: now, combines: new OpenCombines(), batches: 0, done: 0, failed: 0, lost: 0 });
}

function count(account: Account | undefined, { seq, done, failures }: BatchResult): void {
  if (account === undefined) return;
  account.batches += 1;
  account.failed += failures.length;
  if (!account.combines.has(seq)) account.done += done;
}

function countLoss(account: Account | undefined, { cause }: BatchLoss): void {
  if (account !== undefined && cause !== 'returned' && cause !== 'cancelled') account.lost += 1;
}
