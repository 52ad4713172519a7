import { defaultLimits } from '../../server/limits.js';
import { hubFactsOf, type HubFacts } from '../../server/core/facts.js';
import { overviewOf, type KnownOverview } from '../../server/core/overview.js';
import { Scheduler } from '../../server/core/scheduler.js';
import { forObservers, statusOf, type StatusBounds } from '../../server/core/status.js';
import type { HubStatus } from '../../src/protocol/hub-status.js';
import type { Pieces, SchedulerEffect, SchedulerEvent, SchedulerLimits } from '../../server/core/scheduler-events.js';
import type {
  Attempt,
  Batch,
  BatchResult,
  HubLimits,
  HubToLeader,
  HubToWorker,
  LeaderToHub,
  UnderWay,
  WorkerToHub,
} from '../../src/protocol/messages.js';

export const limits: HubLimits = {
  maxPayloadBytes: 1_000,
  maxJobsPerLeader: 3,
  maxJobsOpenedPerSecond: 10_000,
  maxBatchesPerLeader: 8,
  maxBytesPerLeader: 100,
  maxDescriptionBytesPerLeader: 2 ** 28,
};

/** Of all jobs. */
const secret = 'secret';

/** A ticket, of that secret, which others cannot have by accident. */
export function ticket(given: string, workerId: string, { seq, attempt }: Attempt): number {
  if (given !== secret) throw new Error(`the secret ${given}`);
  return 1_000_000 * [...workerId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) + 1_000 * seq + attempt;
}

/** More than a hub takes that gets on. */
const mostTicks = 10_000;

/** A scheduler under test: validates it after each event, and takes its effects apart. */
export class HubUnderTest {
  now = 0;
  readonly scheduler: Scheduler;

  constructor(changes: Partial<SchedulerLimits> = {}, pieces?: Pieces) {
    this.scheduler = new Scheduler({
      epoch: 'e1',
      limits: { ...defaultLimits, ...limits, ...changes },
      ticketOf: ticket,
      ...(pieces && { pieces }),
    });
  }

  status(bounds?: StatusBounds): HubStatus {
    return this.scheduler.read((state) => statusOf(state, this.now, bounds));
  }

  overview(): KnownOverview {
    return this.scheduler.read((state) => overviewOf(state, this.now, forObservers));
  }

  facts(): HubFacts {
    return this.scheduler.read((state) => hubFactsOf(state, this.now));
  }

  handle(event: SchedulerEvent): SchedulerEffect[] {
    const effects = this.scheduler.handle(event, this.now);
    this.scheduler.validate();
    return effects;
  }

  /** Lets the hub do all that is due by now, in as many ticks as it takes. */
  catchUp(hear: (effects: SchedulerEffect[]) => void = () => undefined): void {
    for (let ticks = 0; (this.scheduler.nextDeadline() ?? Infinity) <= this.now; ticks += 1) {
      if (ticks === mostTicks) throw new Error(`the hub is not done after ${mostTicks} ticks`);
      hear(this.handle({ type: 'tick' }));
    }
  }

  leaderJoined(leaderId: string): SchedulerEffect[] {
    return this.handle({ type: 'leaderJoined', leaderId, name: '' });
  }

  workerJoined(workerId: string): SchedulerEffect[] {
    return this.handle({ type: 'workerJoined', workerId, name: '' });
  }

  /** A leader has come that goes on with these jobs. */
  leader(leaderId: string, jobs: readonly number[] = []): SchedulerEffect[] {
    this.leaderJoined(leaderId);
    return this.fromLeader(leaderId, { type: 'resume', jobs });
  }

  /** A worker has come that has nothing. */
  worker(
    workerId: string,
    slots: number,
    operations: readonly string[] = ['f@1'],
    labels: readonly string[] = [],
  ): SchedulerEffect[] {
    this.workerJoined(workerId);
    this.fromWorker(workerId, { type: 'report', jobs: [], ending: [] });
    return this.fromWorker(workerId, { type: 'offer', slots, offers: { operations, serializers: ['json'], labels } });
  }

  open(
    leaderId: string,
    job: number,
    changes: {
      operation?: string;
      priority?: number;
      labels?: readonly string[];
      slots?: number;
      resumed?: readonly UnderWay[];
      more?: boolean;
    } = {},
  ): SchedulerEffect[] {
    const { operation = 'f', priority = 0, labels = [], slots = 0, resumed, more } = changes;
    const description = { stages: [{ kind: 'map', operation, version: 1 }], serializer: 'json' } as const;
    const known = { ...(resumed && { resumed }), ...(more === true && { more }) };
    return this.fromLeader(leaderId, { type: 'open', job, secret, description, priority, labels, slots, ...known });
  }

  batch(leaderId: string, job: number, batch: Batch): SchedulerEffect[] {
    return this.fromLeader(leaderId, { type: 'batch', job, batch });
  }

  fromLeader(leaderId: string, message: LeaderToHub): SchedulerEffect[] {
    return this.handle({ type: 'leaderSent', leaderId, message });
  }

  fromWorker(workerId: string, message: WorkerToHub): SchedulerEffect[] {
    return this.handle({ type: 'workerSent', workerId, message });
  }

  result(workerId: string, jobId: string, seq: number, changes: Partial<BatchResult> = {}): SchedulerEffect[] {
    const result = resultOf(seq, changes);
    // The time that it took has passed.
    this.now += changes.elapsedMs ?? 0;
    return this.fromWorker(workerId, { type: 'result', jobId, result });
  }
}

/** A hub with leader `l`, worker `w`, which has so many slots, and job 1. */
export function openHub(slots: number, changes: Partial<SchedulerLimits> = {}): HubUnderTest {
  const hub = new HubUnderTest(changes);
  hub.leader('l');
  hub.worker('w', slots);
  hub.open('l', 1);
  return hub;
}

export function batchOf(seq: number, changes: Partial<Batch> = {}): Batch {
  return {
    seq,
    attempt: 1,
    first: seq,
    count: 1,
    units: 'elements',
    suspect: false,
    alone: false,
    budgetMs: 100,
    payload: new Uint8Array(1),
    ...changes,
  };
}

export function resultOf(seq: number, changes: Partial<BatchResult> = {}): BatchResult {
  return { seq, attempt: 1, done: 1, failures: [], elapsedMs: 1, payload: new Uint8Array(1), ...changes };
}

/** Which batches are assigned, as `worker: job/seq`. */
export function assigned(effects: readonly SchedulerEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.type === 'toWorker' && effect.message.type === 'assign'
      ? [`${effect.workerId}: ${effect.message.jobId}/${effect.message.batch.seq}`]
      : [],
  );
}

/** What leaders are told. */
export function toLeaders(effects: readonly SchedulerEffect[]): [string, HubToLeader][] {
  return effects.flatMap((effect): [string, HubToLeader][] =>
    effect.type === 'toLeader' ? [[effect.leaderId, effect.message]] : [],
  );
}

/** What workers are told. */
export function toWorkers(effects: readonly SchedulerEffect[]): [string, HubToWorker][] {
  return effects.flatMap((effect): [string, HubToWorker][] =>
    effect.type === 'toWorker' ? [[effect.workerId, effect.message]] : [],
  );
}
