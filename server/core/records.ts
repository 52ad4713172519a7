/** What the scheduler knows of leaders, jobs, attempts and workers, and of the classes of jobs and workers. */
import type { Heap, Placed } from '../../src/collections/heap.js';
import type { CostEstimate } from '../../src/core/cost-estimate.js';
import type { Attempt, JobDescription, Offers, ReportedProgress, UnderWay } from '../../src/protocol/messages.js';
import type { Allowance } from './allowance.js';
import type { BatchQueue } from './batch-queue.js';
import type { BusyRing } from './busy-ring.js';
import type { Charged } from './charges.js';
import type { Claims } from './claims.js';
import type { Doing } from './lanes.js';
import type { Leases } from './leases.js';
import type { Needs, Offered } from './matching.js';
import type { SchedulerLimits } from './scheduler-events.js';
import type { SlotUse } from './slot-time.js';
import type { JobTally } from '../../src/core/work-tally.js';

/** What the scheduler knows of a leader. */
export interface HubLeader extends Charged {
  readonly id: string;
  readonly jobs: Map<number, HubJob>;
  connected: boolean;
  /** Its connection; while it is away, the last one. */
  connection: LeaderConnection;
  /** While it is not connected: when it is given up. */
  awayUntil: number;
  /** What it is charged for what it has named since it is back. */
  readonly named: Charged;
  /** Batches and payload bytes, queued and leased. */
  batches: number;
  bytes: number;
  /** The bytes of the descriptions of its jobs: arguments, names and labels. */
  descriptionBytes: number;
  /** Answers that it has not acknowledged, of those that are counted. */
  unacknowledged: number;
  /** Whether these are so many that nothing of it is given out. */
  isOwing: boolean;
  /** Jobs that it may open. */
  readonly openings: Allowance;
  /** How far jobs that it has closed are ahead of the others: its next jobs go on from there. */
  readonly turnsKept: { virtualTime: number; readonly weight: number }[];
}

/** A leader's connection, and what it has said on it of what was under way before. */
export interface LeaderConnection {
  readonly name: string;
  readonly limits: SchedulerLimits;
  /** Whether so much waits for it to be read that nothing of it is given out. */
  congested: boolean;
  /** Jobs that it has said will be opened next; undefined until it has spoken of them. */
  resuming: Set<number> | undefined;
  /** The jobs that it has named like this, until it has named them all. */
  listed: Set<number>;
  /** How many attempts it has said to be under way. */
  underWay: number;
}

/** What the scheduler knows of a job. Its place is that among the `turns` of its class. */
export interface HubJob extends Placed {
  readonly id: string;
  readonly number: number;
  readonly leader: HubLeader;
  readonly secret: string;
  readonly description: JobDescription;
  /** What the description takes. */
  readonly bytes: number;
  readonly priority: number;
  readonly openedAt: number;
  readonly weight: number;
  readonly needClass: NeedClass;
  /** Where what comes of it is counted; undefined: no batch of it was given to a worker. */
  tally: JobTally | undefined;
  /** The execution time given to it so far, by weight, in milliseconds: its turn comes before those of jobs with more. */
  virtualTime: number;
  /** Whether its leader has opened it on this connection. Until then nothing of it is given out. */
  confirmed: boolean;
  /** What its leader has said of it, until it has said all of what is under way. */
  listing: Listing | undefined;
  /** How many slots its leader knows of, and why there are none, as it was told last. */
  slotsTold: number;
  missingTold: string;
  /** What its leader said of it last, while somebody watches. */
  progress: ReportedProgress | undefined;
  queue: BatchQueue;
  readonly leases: Leases<Lease>;
  /** Answers that were passed on, or asked for, and that its leader has not acknowledged. */
  readonly answered: Map<string, Answered>;
  /** Those of these answers that a worker was asked to send again, by batch. */
  readonly asked: Map<number, Answered>;
  /** Attempts that its leader has under way and that no worker has spoken of yet. */
  readonly awaited: Map<string, UnderWay>;
  /** When the first of them is given up, at the earliest. */
  awaitedUntil: number;
  /** Workers that know its description. */
  readonly workers: Set<HubWorker>;
  /** How often it has entered its class's turn order. */
  entries: number;
  /**
   * How far it had been charged beyond the hub's virtual time when it entered last. Below 0: slot time that the job was owed
   * then, and is not owed now.
   */
  aheadMs: number;
  /** What it has paid already for a worker that comes to rest for it, in milliseconds. */
  paidMs: number;
  /** Whether all that is queued is suspect, and no worker is free for a suspect. */
  stalled: boolean;
  /**
   * Execution time of a batch. Leases that run count as long as the job is not cheap. Only then is a lease executed from its
   * start on.
   */
  readonly cost: CostEstimate;
}

/** What a leader that opens a job has said of it. */
export interface Listing {
  /** What is under way. */
  readonly attempts: UnderWay[];
  /** How many slots it knows of. */
  readonly slots: number;
}

/** That an attempt is with a worker. */
export interface Lease extends Attempt {
  /** How many elements it holds; 0: partials, or it was adopted, and nobody says here what it holds. */
  readonly elements: number;
  /** How many bytes the payload has. */
  readonly bytes: number;
  /** What its leader is charged beside; 0 where it was adopted, and is charged nothing. */
  readonly besideBytes: number;
  /** Unique at this hub. */
  readonly id: number;
  readonly job: HubJob;
  readonly worker: HubWorker;
  readonly givenAt: number;
  /** What its job's virtual time was charged for it. */
  readonly chargedMs: number;
  /** How often its job had entered the turn order by then. */
  readonly entry: number;
  /** Whether its job was cheap when it was given. */
  readonly cheap: boolean;
  readonly suspect: boolean;
  readonly alone: boolean;
  /** Whether it waits for a job of its own, and takes no slot; and whether it ever has. */
  waiting: boolean;
  hasWaited: boolean;
  /** When it began to, and for how long it has before. */
  waitingSince: number;
  waitedMs: number;
  /** Since when it has a slot; undefined: it was sent ahead. Once it has ended, since when it had one (see `slot-use.ts`). */
  slotSince: number | undefined;
  /** Whether it was found with its worker, rather than given. Leases that were found do not count against the leader's limits. */
  readonly adopted: boolean;
}

/** That a worker keeps the answer to an attempt. */
export interface Answered extends Attempt {
  readonly job: HubJob;
  readonly worker: HubWorker;
  /** Whether it was asked to send it again, and has not yet. */
  asked: boolean;
  /** Whether its leader is held to acknowledging it: not where only the worker says that it has it. */
  readonly counted: boolean;
  /** Whether its execution was begun; so it is, unless the worker has said that it was not. */
  readonly begun: boolean;
}

/** What the scheduler knows of a worker. */
export interface HubWorker extends Charged {
  readonly id: string;
  connected: boolean;
  /** Its connection; while it is away, the last one. */
  connection: WorkerConnection;
  /** While it is not connected: when it is given up, and why it left. */
  awayUntil: number;
  awayReason: string;
  /** While it is not connected: how much it had in hand at the end, also of what was cancelled. */
  executingWhenLost: number;
  /** Whether it has claimed what was not given to it. */
  isLying: boolean;
  readonly leases: Set<Lease>;
  /** Attempts that were cancelled, and that it has not said to be over. */
  readonly ending: Set<string>;
  readonly claims: Claims;
  readonly answered: Set<Answered>;
  /** The jobs whose description it knows. Where that matters, the one used longest ago comes first (see `describing.ts`). */
  readonly jobs: Map<HubJob, KnownJob>;
  /** What the descriptions take of those of which it has nothing. */
  idleBytes: number;
  /** There while it takes batches. */
  offerClass: OfferClass | undefined;
  offers: Offers;
  slots: number;
  /** What its slots do, as it was counted last; and how busy they were. */
  slotUse: SlotUse;
  readonly heat: BusyRing;
  /** Slots that batches have left to those that were sent ahead: how many of these have not ended, and the sum of the times. */
  readonly vacated: { count: number; sumMs: number };
  /** Whether the hub has given it up. */
  isGone: boolean;
  /** When it was given something last; before that, when it came. */
  givenAt: number;
  /** Changes of what it offers. */
  readonly offerings: Allowance;
  /** Leases that wait for jobs of their own, and take no slot. What follows counts the others. */
  waiting: number;
  /** Leases that were not cheap when given. */
  dear: number;
  /** Leases of suspect batches. There is one at most, except for adopted ones. */
  suspects: number;
  /** Leases beside which it may execute nothing else. */
  loners: number;
  /** Whether it is given nothing more until it is idle, for a batch that is to be executed alone. */
  reserved: boolean;
  /** The leader whose batch it was given last; '' before the first. */
  servedLeader: string;
  /** Whether several leaders used it when it was given something last. */
  shared: boolean;
  /** Until when it counts as used by several leaders, once it was given something of another leader than before. */
  sharedUntil: number;
  /** It was told to go, and takes nothing any more, over whatever connection. */
  draining: boolean;
  /** Whether it has said that it can execute nothing any more. */
  isBroken: boolean;
  /** Why it can execute nothing any more, until it has said on this connection what it offered. */
  broken: string | undefined;
}

/** A worker's connection, and what it has said on it. */
export interface WorkerConnection {
  readonly name: string;
  readonly limits: SchedulerLimits;
  /** Whether so much waits for it to be read that it is given nothing more. */
  congested: boolean;
  /** It has given back what waited there, and nothing of it has ended since. */
  stuck: boolean;
  /** What it has said of its slots, while somebody watches. */
  doing: Doing | undefined;
  /** Whether it has said what it has; and that, as long as not all has been said. */
  reported: boolean;
  said: Said;
  /** It has answered for everything, and begins nothing more. */
  leaving: boolean;
}

/** A job that a worker knows. */
export interface KnownJob {
  /** How many batches and answers of it the worker has. */
  inHand: number;
}

/** What a worker has said that it has: attempts by their keys, jobs by their ids. */
export interface Said {
  readonly jobs: Set<string>;
  readonly running: Set<string>;
  readonly held: Set<string>;
  readonly ending: Set<string>;
  /** How many there are of all these, and of the pieces in which jobs were spoken of. */
  count: number;
  /** Characters of the ids of their jobs. */
  idChars: number;
}

/** Jobs with the same needs. */
export interface NeedClass {
  /** The `matchingKey` of the needs. */
  readonly key: string;
  readonly needs: Needs;
  /** The one that was told of its capacity longest ago first. */
  readonly jobs: Set<HubJob>;
  /** How many of them, from the first, are to be told. */
  untold: number;
  /** Those of the jobs that are due, by virtual time. Of two equals, the one that has just had its turn comes later. */
  readonly turns: Heap<HubJob>;
  readonly offerClasses: Set<OfferClass>;
  /** Why there are no slots, as the jobs' leaders were told: what nobody offers, and why a worker is gone that did. */
  explained: string;
  broken: string | undefined;
  /** Whether they were told that no worker can come that has what they need. */
  forGood: boolean;
}

/** Workers with the same offers. */
export interface OfferClass {
  /** The `matchingKey` of the offers. */
  readonly key: string;
  readonly offers: Offers;
  readonly offered: Offered;
  readonly workers: Set<HubWorker>;
  /** The slots of all its workers. */
  slots: number;
  /** How often they have changed. */
  changes: number;
  /** When one of its workers was given something last, or came. */
  givenAt: number;
  /** Workers with a free slot, the one that was given something longest ago first. */
  readonly free: Set<HubWorker>;
  /** Workers without a free slot that may be sent something ahead; likewise. */
  readonly spare: Set<HubWorker>;
  /** Those that fit, and which of the changes each heard of last. */
  readonly needClasses: Map<NeedClass, number>;
}

/** Tells the attempts of a job apart. */
export function attemptKey({ seq, attempt }: Attempt): string {
  return `${seq}/${attempt}`;
}

/** Tells the attempts of all jobs apart. */
export function endingKey(jobId: string, attempt: Attempt): string {
  return `${attemptKey(attempt)}/${jobId}`;
}

/** Whether something of the job is to be given out. */
export function isDue({ confirmed, queue, stalled, leader }: HubJob): boolean {
  return confirmed && queue.size > 0 && !stalled && !leader.connection.congested && !leader.isOwing;
}

/** Whether the job stands in its class's turn order: when it is due. */
export function isInTurn({ place }: HubJob): boolean {
  return place >= 0;
}

/** Whether there is any slot for the jobs of a class. There may be thousands of classes of workers: most have one. */
export function hasSlots({ offerClasses }: NeedClass): boolean {
  for (const { slots } of offerClasses) if (slots > 0) return true;
  return false;
}

/** How many slots there are for the jobs of a class. */
export function slotsFor({ offerClasses }: NeedClass): number {
  let slots = 0;
  for (const offerClass of offerClasses) slots += offerClass.slots;
  return slots;
}
