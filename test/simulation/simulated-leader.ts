import type { JobConfig, JobEffect, JobEvent, PartOfJob } from '../../src/core/job/job-events.js';
import { Job } from '../../src/core/job/job.js';
import type { LeaderSessionEffect, LeaderSessionEvent } from '../../src/core/leader-session-events.js';
import { Drive } from '../../src/drive.js';
import { LeaderSession } from '../../src/core/leader-session.js';
import { reopenMessages } from '../../src/core/listing.js';
import { progressOf, reportOf } from '../../src/leader/job-progress.js';
import { jobIdOf } from '../../src/protocol/job-id.js';
import { descriptionBytesOf } from '../../src/protocol/description-bytes.js';
import type { HubToLeader, JobDescription, LeaderToHub } from '../../src/protocol/messages.js';
import type { Guest } from './network.js';
import { OddReports } from './odd-reports.js';
import type { Party } from './party.js';
import type { Stages, TryAccount } from './try-account.js';
import { validating } from './validating.js';

/** So soon that leaders ask the hub about many jobs. */
export const askAfterMs = 1_000;

/** What a job has brought its subscriber. */
export interface Received {
  readonly values: unknown[];
  readonly skipped: number[];
  end: { readonly type: 'completed' | 'cancelled' } | { readonly type: 'failed'; readonly error: unknown } | undefined;
}

/** What a job is made of. */
export type SimulatedJobSpec = Omit<JobConfig, 'limits'> & {
  readonly description: JobDescription;
  readonly priority: number;
  /** Whether the code of an operation runs it, while none executes there. */
  readonly isStray: boolean;
};

/** A leader with its jobs: the real machines, joined to a simulated connection. */
export class SimulatedLeader implements Guest<LeaderToHub, HubToLeader> {
  readonly id: string;
  readonly party: Party;
  readonly reports: OddReports;
  readonly jobs: SimulatedJob[] = [];
  /** How often it has warned its program. */
  warnings = 0;
  readonly #session: LeaderSession;
  readonly #drive: Drive<LeaderSessionEvent, LeaderSessionEffect>;
  readonly #live = new Map<number, SimulatedPart>();
  readonly #tries: TryAccount;
  /** How many jobs have been opened that are parts of others. */
  #parts = 0;
  #send: ((message: LeaderToHub) => void) | undefined;

  constructor(id: string, party: Party, tries: TryAccount, reconnectTimeoutMs: number) {
    this.id = id;
    this.party = party;
    this.reports = new OddReports(party);
    this.#tries = tries;
    this.#session = new LeaderSession({ reconnectTimeoutMs, noWorkerTimeoutMs: Infinity, askAfterMs });
    this.#drive = new Drive<LeaderSessionEvent, LeaderSessionEffect>({
      machine: validating(this.#session),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      clock: (due) => party.clock(due),
    });
  }

  connected(send: (message: LeaderToHub) => void): void {
    this.#send = send;
  }

  received(message: HubToLeader): void {
    this.#drive.handleWithin({ type: 'received', message });
  }

  disconnected(): void {
    this.#send = undefined;
    this.#drive.handleWithin({ type: 'lost', reason: 'transport close' });
  }

  /** What is left of its jobs: nothing, in the end. */
  get liveJobs(): number {
    return this.#live.size;
  }

  addJob(spec: SimulatedJobSpec): SimulatedJob {
    const number = this.jobs.length + 1;
    const job = new SimulatedJob(spec, (part, owner) =>
      this.#open(part === undefined ? number : this.#nextPart(), number, part, owner),
    );
    this.jobs.push(job);
    return job;
  }

  /** Jobs that are parts of others are numbered apart. */
  #nextPart(): number {
    this.#parts += 1;
    return mostJobs + this.#parts;
  }

  /** Opens the job of a chain, or of a part of one. */
  #open(number: number, of: number, part: PartOfJob | undefined, owner: SimulatedJob): SimulatedPart {
    const { spec } = owner;
    const { from, to } = part ?? { from: 0, to: spec.stages.length };
    const stages = spec.description.stages.slice(from, to);
    const description = { ...spec.description, stages, ...(part && { part: { of, from } }) };
    const job = new SimulatedPart(
      new Job({ ...spec, ...(part && { part }), limits: () => this.#session.limits() }),
      this.party,
      {
        send: (message) => this.#send?.({ job: number, ...message }),
        handled: () => {
          const { load, wanting, blocked } = job.machine;
          this.#drive.handleWithin({ type: 'jobHandled', job: number, load, wanting, blocked });
        },
        placeLeft: () => {
          this.#drive.handleWithin({ type: 'placeLeft', job: number });
        },
        over: () => {
          this.#live.delete(number);
          this.#drive.handleWithin({ type: 'jobRemoved', job: number, outcome: undefined });
        },
        told: (effect) => {
          owner.told(job, effect);
        },
        stepped: (event, effects) => {
          const stepOf = { jobId: jobIdOf(this.id, number), chainId: jobIdOf(this.id, of), from, to };
          countTries(this.#tries, stepOf, event, effects);
        },
      },
      { ...spec, description },
    );
    this.#live.set(number, job);
    this.#drive.handleWithin({
      type: 'jobAdded',
      job: number,
      needs: JSON.stringify(stages),
      operation: '',
      descriptionBytes: descriptionBytesOf(description, []),
      isStray: spec.isStray,
    });
    return job;
  }

  /** Says of each job at the hub how far it is. */
  #report(): void {
    const asking = { now: this.#drive.now(), hub: { awayBecause: undefined } };
    for (const job of this.#live.values()) job.handle({ type: 'looked' });
    const jobs = [...this.#live].map(([job, { machine }]) => {
      const progress = reportOf(progressOf({ jobId: '', name: '', operations: [] }, machine.facts(asking)));
      return { job, progress: { ...progress, state: machine.paused ? 'paused' : 'running' } as const };
    });
    this.reports.send(() => this.#send?.({ type: 'progress', jobs, left: 0 }));
  }

  #perform(effect: LeaderSessionEffect): void {
    if (effect.type === 'send') {
      this.#send?.(effect.message);
      return;
    }
    if (effect.type === 'warn') {
      this.warnings += 1;
      return;
    }
    if (effect.type === 'report') {
      this.#report();
      return;
    }
    const job = this.#live.get(effect.job);
    if (job === undefined) return;
    if (effect.type === 'toJob') {
      job.handle(effect.event);
      return;
    }
    const { description, priority } = job.spec;
    const open = {
      type: 'open',
      job: effect.job,
      secret: `of job ${effect.job}`,
      description,
      priority,
      labels: [],
      slots: effect.slots,
    } as const;
    for (const message of effect.resumed ? reopenMessages(open, job.machine.underWay) : [open]) this.#send?.(message);
  }
}

/** A message of a job, without its number. */
type JobMessage =
  | { readonly type: 'batch'; readonly batch: Extract<LeaderToHub, { type: 'batch' }>['batch'] }
  | { readonly type: 'acknowledge' | 'cancel' | 'locate'; readonly seq: number; readonly attempt: number };

/** What its owner is to know. */
type News = Extract<
  JobEffect,
  { type: 'emit' | 'skipped' | 'leftOut' | 'partialSkipped' | 'completed' | 'closed' | 'failed' | 'divided' }
>;

interface Surroundings {
  send(message: JobMessage): void;
  handled(): void;
  placeLeft(): void;
  over(): void;
  told(news: News): void;
  /** The machine has handled an event. */
  stepped(event: JobEvent, effects: readonly JobEffect[]): void;
}

/** More jobs than a leader has. */
const mostJobs = 1_000;

/** One job at the hub: of a whole chain, or of a part of it. */
class SimulatedPart {
  readonly machine: Job;
  readonly spec: SimulatedJobSpec;
  readonly #drive: Drive<JobEvent, JobEffect>;
  readonly #surroundings: Surroundings;

  constructor(machine: Job, party: Party, surroundings: Surroundings, spec: SimulatedJobSpec) {
    this.machine = machine;
    this.spec = spec;
    this.#surroundings = surroundings;
    this.#drive = new Drive<JobEvent, JobEffect>({
      machine: validating(machine, (event, effects) => surroundings.stepped(event, effects)),
      perform: (effects) => this.#perform(effects),
      clock: (due) => party.clock(due),
    });
  }

  handle(event: JobEvent): void {
    this.#drive.handle(event);
  }

  #perform(effects: readonly JobEffect[]): void {
    if (this.machine.over) this.#end();
    if (effects.at(-1)?.type === 'completed') this.#checkEnd();
    for (const effect of effects) this.#tellHub(effect);
    if (!this.machine.over) this.#surroundings.handled();
    for (const effect of effects) this.#tellOwner(effect);
  }

  #end(): void {
    this.#drive.end();
    this.#surroundings.over();
  }

  /** A job that completes has done all that it has taken. */
  #checkEnd(): void {
    const { taken, done, inFlight } = this.machine.facts({ now: this.#drive.now(), hub: { awayBecause: undefined } });
    if (taken !== done || inFlight > 0) throw new Error(`completed with ${done} done of ${taken} taken, ${inFlight} in flight`);
  }

  #tellHub(effect: JobEffect): void {
    switch (effect.type) {
      case 'send':
        this.#surroundings.send({ type: 'batch', batch: effect.batch });
        break;
      case 'acknowledge':
      case 'cancel':
      case 'locate':
        this.#surroundings.send(effect);
        break;
      case 'placeLeft':
        this.#surroundings.placeLeft();
        break;
      default:
    }
  }

  #tellOwner(effect: JobEffect): void {
    switch (effect.type) {
      case 'send':
      case 'acknowledge':
      case 'cancel':
      case 'locate':
      case 'placeLeft':
      case 'demand':
        break;
      default:
        if (effect.type === 'emit' && this.machine.paused) throw new Error('an emission while paused');
        this.#surroundings.told(effect);
    }
  }
}

/** What a job is told of its attempts, and which it sends, is accounted for. */
function countTries(
  tries: TryAccount,
  { jobId, chainId, ...stages }: Stages & { readonly jobId: string; readonly chainId: string },
  event: JobEvent,
  effects: readonly JobEffect[],
): void {
  if (event.type === 'result') tries.answered(jobId, event.result);
  else if (event.type === 'lost') tries.lost(jobId, event.loss);
  else if (event.type === 'adopted') tries.adopted(jobId, event);
  for (const effect of effects) {
    if (effect.type === 'send') tries.sent(jobId, chainId, stages, effect.batch);
    else if (effect.type === 'cancel') tries.cancelled(jobId, effect);
  }
}

/** A job and its subscriber. */
export class SimulatedJob {
  readonly spec: SimulatedJobSpec;
  readonly received: Received = { values: [], skipped: [], end: undefined };
  /** How often it, or a part of it, was divided. */
  divisions = 0;
  /** One, until it is divided. */
  readonly #parts: SimulatedPart[];
  #isPaused = false;
  readonly #open: (part: PartOfJob | undefined, owner: SimulatedJob) => SimulatedPart;

  constructor(spec: SimulatedJobSpec, open: (part: PartOfJob | undefined, owner: SimulatedJob) => SimulatedPart) {
    this.spec = spec;
    this.#open = open;
    this.#parts = [open(undefined, this)];
  }

  get isOver(): boolean {
    return this.received.end !== undefined;
  }

  /** From its source, or its subscriber. */
  handle(event: JobEvent): void {
    if (this.isOver) return;
    if (event.type === 'paused' || event.type === 'resumed') {
      this.#isPaused = event.type === 'paused';
      this.#parts.at(-1)?.handle(event);
    } else if (event.type === 'cancelled') this.#end({ type: 'cancelled' });
    else this.#parts[0]?.handle(event);
  }

  told(part: SimulatedPart, news: News): void {
    if (this.isOver) return;
    const next = this.#parts[this.#parts.indexOf(part) + 1];
    switch (news.type) {
      case 'emit':
        if (next === undefined) this.received.values.push(...news.values);
        else next.handle({ type: 'elements', values: news.values, ...(news.first !== undefined && { first: news.first }) });
        break;
      case 'skipped':
        this.received.skipped.push(news.error.index ?? -1);
        if (next !== undefined && news.index !== undefined) {
          next.handle({ type: 'leftOut', index: news.index, stage: news.stage });
        }
        break;
      case 'leftOut':
        next?.handle(news);
        break;
      case 'partialSkipped':
        for (const { first, count } of news.ranges) {
          for (let index = first; index < first + count; index += 1) this.received.skipped.push(news.error(index).index ?? -1);
        }
        break;
      case 'completed':
        if (next === undefined) this.#end({ type: 'completed' });
        else next.handle({ type: 'sourceCompleted' });
        break;
      case 'failed':
        if (next === undefined) this.#end({ type: 'failed', error: news.error });
        else next.handle({ type: 'sourceFailed', error: news.error });
        break;
      case 'divided':
        this.#divide(part, news);
        break;
      case 'closed':
        break;
    }
  }

  #divide(part: SimulatedPart, { first, second }: Extract<News, { type: 'divided' }>): void {
    this.divisions += 1;
    const at = this.#parts.indexOf(part);
    const behind = this.#open(second, this);
    const ahead = this.#open(first, this);
    this.#parts.splice(at, 1, ahead, behind);
    const isLast = at === this.#parts.length - 2;
    const isPaused = isLast && this.#isPaused;
    if (behind.machine.paused !== isPaused) behind.handle({ type: isPaused ? 'paused' : 'resumed' });
    behind.handle({ type: 'tick' });
    ahead.handle({ type: 'tick' });
  }

  #end(end: NonNullable<Received['end']>): void {
    this.received.end = end;
    for (const part of this.#parts) part.handle({ type: 'cancelled' });
  }
}
