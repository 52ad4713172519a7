import type { Heap } from '../../src/collections/heap.js';
import { batchesAhead } from '../../src/core/batches-ahead.js';
import { CostEstimate } from '../../src/core/cost-estimate.js';
import { maxBatchesAhead } from '../../src/limits.js';
import type { Batch, JobDescription, Offers } from '../../src/protocol/messages.js';
import { BatchQueue } from './batch-queue.js';
import type { Needs } from './matching.js';

/** What the scheduler knows of a leader. */
export interface Leader {
  readonly id: string;
  readonly name: string;
  readonly jobs: Map<number, Job>;
  /** Batches and payload bytes, queued and leased. */
  batches: number;
  bytes: number;
}

/** What the scheduler knows of a job. */
export interface Job {
  readonly id: string;
  readonly number: number;
  readonly leader: Leader;
  readonly description: JobDescription;
  readonly priority: number;
  readonly weight: number;
  readonly needClass: NeedClass;
  readonly queue: BatchQueue;
  readonly leases: Map<number, Lease>;
  /** Workers that know its description. */
  readonly workers: Set<Worker>;
  /** Execution time given so far, by weight, in milliseconds. */
  virtualTime: number;
  /** Whether it stands in its class's turn order: when it has something queued. */
  inTurn: boolean;
  /** Execution time of a batch. What runs counts as long as the job is not cheap: then a lease is executed from the start. */
  readonly cost: CostEstimate;
}

/** That a batch is with a worker. */
export interface Lease {
  readonly job: Job;
  readonly worker: Worker;
  readonly batch: Batch;
  readonly givenAt: number;
  /** What its job's virtual time was charged for it. */
  readonly chargedMs: number;
  /** Whether its job was cheap when it was given. */
  readonly cheap: boolean;
}

/** What the scheduler knows of a worker. */
export interface Worker {
  readonly id: string;
  readonly name: string;
  readonly leases: Set<Lease>;
  readonly jobs: Set<Job>;
  /** There while it takes batches. */
  offerClass: OfferClass | undefined;
  offers: Offers;
  slots: number;
  /** Leases that were not cheap when given. */
  dear: number;
  draining: boolean;
}

/** Jobs with the same needs. */
export interface NeedClass {
  readonly needs: Needs;
  readonly jobs: Set<Job>;
  /** Jobs with queued batches, by the virtual time at which they were put in; one entry each. */
  readonly turns: Heap<{ readonly job: Job; readonly at: number }>;
  readonly offerClasses: Set<OfferClass>;
}

/** Workers with the same offers. */
export interface OfferClass {
  readonly offers: Offers;
  readonly workers: Set<Worker>;
  /** Of all its workers. */
  slots: number;
  /** Workers with a free slot, the one that was given something longest ago first. */
  readonly free: Set<Worker>;
  /** Workers without a free slot that may be sent something ahead; likewise. */
  readonly spare: Set<Worker>;
  readonly needClasses: Set<NeedClass>;
}

/** A job that has just been opened. */
export function newJob(opened: Pick<Job, 'number' | 'leader' | 'description' | 'priority' | 'needClass' | 'virtualTime'>): Job {
  return {
    ...opened,
    id: `${opened.leader.id}:${opened.number}`,
    weight: 2 ** opened.priority,
    queue: new BatchQueue(),
    leases: new Map(),
    workers: new Set(),
    inTurn: false,
    cost: new CostEstimate(),
  };
}

/** A worker that has just joined: it has offered nothing yet. */
export function newWorker(id: string, name: string): Worker {
  return {
    id,
    name,
    leases: new Set(),
    jobs: new Set(),
    offerClass: undefined,
    offers: { operations: [], serializers: [], labels: [] },
    slots: 0,
    dear: 0,
    draining: false,
  };
}

/** How many slots there are for the jobs of a class. */
export function slotsFor({ offerClasses }: NeedClass): number {
  let slots = 0;
  for (const offerClass of offerClasses) slots += offerClass.slots;
  return slots;
}

export function hasFreeSlot({ leases, slots }: Worker): boolean {
  return leases.size < slots;
}

/** Whether anything may be sent ahead: not when slow batches hold all slots. */
export function hasSpareRoom({ leases, slots, dear }: Worker): boolean {
  return leases.size >= slots && leases.size < (1 + maxBatchesAhead) * slots && dear < slots;
}

/** Whether a worker without a free slot may be sent a batch of the job ahead. */
export function takesAhead(worker: Worker, job: Job): boolean {
  return hasSpareRoom(worker) && worker.leases.size < (1 + batchesAhead(job.cost.meanMs)) * worker.slots;
}

/** Whether the job's batches are so short that one may wait at a worker. */
export function isCheap({ cost }: Job): boolean {
  return batchesAhead(cost.meanMs) > 0;
}
