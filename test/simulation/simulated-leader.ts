import { Job } from '../../src/core/job/job.js';
import type { JobConfig, JobEffect, JobEvent } from '../../src/core/job/job-events.js';
import { LeaderSession, type LeaderSessionEffect, type LeaderSessionEvent } from '../../src/core/leader-session.js';
import { reopenMessages } from '../../src/core/listing.js';
import type { HubToLeader, JobDescription, LeaderToHub } from '../../src/protocol/messages.js';
import type { Guest } from './network.js';
import type { Party } from './party.js';

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
};

/** A leader with its jobs: the real machines, joined to a simulated connection. */
export class SimulatedLeader implements Guest<LeaderToHub, HubToLeader> {
  readonly id: string;
  readonly party: Party;
  readonly jobs: SimulatedJob[] = [];
  readonly #session: LeaderSession;
  readonly #live = new Map<number, SimulatedJob>();
  #send: ((message: LeaderToHub) => void) | undefined;

  constructor(id: string, party: Party, reconnectTimeoutMs: number) {
    this.id = id;
    this.party = party;
    this.#session = new LeaderSession({ reconnectTimeoutMs, noWorkerTimeoutMs: Infinity });
  }

  connected(send: (message: LeaderToHub) => void): void {
    this.#send = send;
  }

  received(message: HubToLeader): void {
    this.#handle({ type: 'received', message });
  }

  disconnected(): void {
    this.#send = undefined;
    this.#handle({ type: 'lost', reason: 'transport close' });
  }

  /** What is left of its jobs: nothing, in the end. */
  get liveJobs(): number {
    return this.#live.size;
  }

  addJob(spec: SimulatedJobSpec): SimulatedJob {
    const number = this.jobs.length + 1;
    const job = new SimulatedJob(
      new Job({ ...spec, limits: () => this.#session.limits() }),
      this.party,
      {
        send: (message) => this.#send?.({ job: number, ...message }),
        handled: () => {
          const { load, wanting, blocked } = job.machine;
          this.#handle({ type: 'jobHandled', job: number, load, wanting, blocked });
        },
        placeLeft: () => {
          this.#handle({ type: 'placeLeft', job: number });
        },
        over: () => {
          this.#live.delete(number);
          this.#handle({ type: 'jobRemoved', job: number });
        },
      },
      spec,
    );
    this.jobs.push(job);
    this.#live.set(number, job);
    this.#handle({ type: 'jobAdded', job: number, needs: JSON.stringify(spec.description.stages) });
    return job;
  }

  #handle(event: LeaderSessionEvent): void {
    const effects = this.#session.handle(event, this.party.now);
    this.#session.validate();
    for (const effect of effects) this.#perform(effect);
    this.party.setTimer(this.#session.nextDeadline(), () => {
      this.#handle({ type: 'tick' });
    });
  }

  #perform(effect: LeaderSessionEffect): void {
    if (effect.type === 'send') {
      this.#send?.(effect.message);
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
  | { readonly type: 'acknowledge' | 'cancel'; readonly seq: number; readonly attempt: number };

interface Surroundings {
  send(message: JobMessage): void;
  handled(): void;
  placeLeft(): void;
  over(): void;
}

/** A job and its subscriber. */
export class SimulatedJob {
  readonly machine: Job;
  readonly spec: SimulatedJobSpec;
  readonly received: Received = { values: [], skipped: [], end: undefined };
  readonly #party: Party;
  readonly #timers: { setTimer: Party['setTimer'] };
  readonly #surroundings: Surroundings;

  constructor(machine: Job, party: Party, surroundings: Surroundings, spec: SimulatedJobSpec) {
    this.machine = machine;
    this.spec = spec;
    this.#party = party;
    this.#timers = party.newTimer();
    this.#surroundings = surroundings;
  }

  get isOver(): boolean {
    return this.received.end !== undefined;
  }

  handle(event: JobEvent): void {
    if (this.isOver) return;
    const effects = this.machine.handle(event, this.#party.now);
    this.machine.validate();
    for (const effect of effects) this.#perform(effect);
    if (this.isOver) {
      this.#timers.setTimer(undefined, () => undefined);
      this.#surroundings.over();
      return;
    }
    this.#timers.setTimer(this.machine.nextDeadline(), () => {
      this.handle({ type: 'tick' });
    });
    this.#surroundings.handled();
  }

  #perform(effect: JobEffect): void {
    if (this.isOver) throw new Error(`effect '${effect.type}' after the end`);
    switch (effect.type) {
      case 'send':
        this.#surroundings.send({ type: 'batch', batch: effect.batch });
        break;
      case 'acknowledge':
      case 'cancel':
        this.#surroundings.send(effect);
        break;
      case 'emit':
        if (this.machine.paused) throw new Error('an emission while paused');
        this.received.values.push(...effect.values);
        break;
      case 'skipped':
        this.received.skipped.push(effect.error.index ?? -1);
        break;
      case 'partialSkipped':
        for (const { first, count } of effect.ranges) {
          for (let index = first; index < first + count; index += 1) {
            this.received.skipped.push(effect.error(index).index ?? -1);
          }
        }
        break;
      case 'completed':
        this.received.end = { type: 'completed' };
        break;
      case 'closed':
        this.received.end = { type: 'cancelled' };
        break;
      case 'failed':
        this.received.end = { type: 'failed', error: effect.error };
        break;
      case 'divided':
        throw new Error('a job was divided that is not divisible');
      case 'placeLeft':
        this.#surroundings.placeLeft();
        break;
      case 'demand':
        break;
    }
  }
}
