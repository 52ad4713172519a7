/** How what the scheduler knows of leaders, jobs and workers begins. */
import { CostEstimate } from '../../src/core/cost-estimate.js';
import { jobIdOf } from '../../src/protocol/job-id.js';
import { newAllowance } from './allowance.js';
import { BatchQueue } from './batch-queue.js';
import { BusyRing } from './busy-ring.js';
import type { AllRecords, Totals } from './charges.js';
import { Claims } from './claims.js';
import { Leases } from './leases.js';
import type { HubJob, HubLeader, HubWorker, LeaderConnection, Said, WorkerConnection } from './records.js';
import type { SchedulerLimits } from './scheduler-events.js';
import { noSlots } from './slot-time.js';

/** A leader that has just joined for the first time. */
export function newLeader(id: string, name: string, limits: SchedulerLimits, totals: Totals, now: number): HubLeader {
  return {
    recordBytes: 0,
    allRecords: totals.records,
    named: { recordBytes: 0, allRecords: totals.named },
    id,
    jobs: new Map(),
    connected: true,
    connection: newLeaderConnection(name, limits),
    awayUntil: 0,
    batches: 0,
    bytes: 0,
    descriptionBytes: 0,
    unacknowledged: 0,
    isOwing: false,
    openings: newAllowance(now),
    turnsKept: [],
  };
}

/** A leader has joined, for the first time or again. */
export function newLeaderConnection(name: string, limits: SchedulerLimits): LeaderConnection {
  return { name, limits, congested: false, resuming: undefined, listed: new Set(), underWay: 0 };
}

/** A job that has just been opened. */
export function newJob(
  opened: Pick<
    HubJob,
    'number' | 'leader' | 'secret' | 'description' | 'bytes' | 'priority' | 'openedAt' | 'needClass' | 'virtualTime'
  >,
): HubJob {
  const { number, leader, secret, description, bytes, priority, openedAt, needClass, virtualTime } = opened;
  // One by one: spread, with so many fields behind, they made opening a job slow.
  return {
    number,
    leader,
    secret,
    description,
    bytes,
    priority,
    openedAt,
    needClass,
    tally: undefined,
    virtualTime,
    id: jobIdOf(leader.id, number),
    weight: 2 ** priority,
    confirmed: false,
    listing: undefined,
    slotsTold: 0,
    missingTold: '',
    progress: undefined,
    queue: new BatchQueue(),
    leases: new Leases(),
    answered: new Map(),
    asked: new Map(),
    awaited: new Map(),
    awaitedUntil: Infinity,
    workers: new Set(),
    place: -1,
    entries: 0,
    aheadMs: 0,
    paidMs: 0,
    stalled: false,
    cost: new CostEstimate(),
  };
}

/** A worker that has just joined for the first time: it has offered nothing yet. */
export function newWorker(id: string, name: string, limits: SchedulerLimits, allRecords: AllRecords, now: number): HubWorker {
  return {
    recordBytes: 0,
    allRecords,
    id,
    offerings: newAllowance(now),
    connected: true,
    connection: newWorkerConnection(name, limits),
    awayUntil: 0,
    awayReason: '',
    executingWhenLost: 0,
    isLying: false,
    leases: new Set(),
    ending: new Set(),
    claims: new Claims(),
    answered: new Set(),
    jobs: new Map(),
    idleBytes: 0,
    offerClass: undefined,
    offers: { operations: [], serializers: [], labels: [] },
    slots: 0,
    slotUse: noSlots,
    heat: new BusyRing(now),
    vacated: { count: 0, sumMs: 0 },
    isGone: false,
    givenAt: now,
    waiting: 0,
    dear: 0,
    suspects: 0,
    loners: 0,
    reserved: false,
    servedLeader: '',
    shared: false,
    sharedUntil: -Infinity,
    draining: false,
    isBroken: false,
    broken: undefined,
  };
}

/** A worker has joined, for the first time or again. */
export function newWorkerConnection(name: string, limits: SchedulerLimits): WorkerConnection {
  return { name, limits, congested: false, stuck: false, doing: undefined, reported: false, said: nothingSaid(), leaving: false };
}

/** What a worker has said, before it has said anything. */
export function nothingSaid(): Said {
  return { jobs: new Set(), running: new Set(), held: new Set(), ending: new Set(), count: 0, idChars: 0 };
}
