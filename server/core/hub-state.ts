import { listWithinMs } from '../../src/limits.js';
import type { HubToLeader, HubToWorker } from '../../src/protocol/messages.js';
import { Breakages } from './breakages.js';
import { batchRecordBytes, charge, type AllRecords } from './charges.js';
import { Happenings } from './happenings.js';
import { Placement } from './placement.js';
import { Pulse } from './pulse.js';
import type { HubJob, HubLeader, NeedClass, HubWorker } from './records.js';
import type { SchedulerConfig, SchedulerEffect } from './scheduler-events.js';
import { SlotTime } from './slot-time.js';
import { countSlots } from './slot-use.js';
import { WorkTally } from '../../src/core/work-tally.js';

/** Who has said a part of a list, and by when it must have said the rest. */
interface Speaker {
  readonly role: 'leader' | 'worker';
  readonly id: string;
  readonly until: number;
}

/** The state of the scheduler, shared by what its parts do with it. */
export class HubState {
  readonly config: SchedulerConfig;
  readonly leaders: Map<string, HubLeader> = new Map();
  readonly workers: Map<string, HubWorker> = new Map();
  readonly jobs: Map<string, HubJob> = new Map();
  /** Those whose connection is lost, and that are waited for. */
  readonly awayLeaders: Set<HubLeader> = new Set();
  readonly awayWorkers: Set<HubWorker> = new Set();
  /** Workers that have something of jobs which no leader has opened yet. */
  readonly claiming: Set<HubWorker> = new Set();
  /** Jobs with attempts that no worker has spoken of yet. */
  readonly awaiting: Set<HubJob> = new Set();
  /** When the first of these attempts is given up, or earlier: that attempt may not be awaited any more. */
  awaitedUntil: number = Infinity;
  /** Jobs whose batches wait for a worker that may be given a suspect one. */
  readonly stalled: Set<HubJob> = new Set();
  /**
   * Jobs whose leaders were told that they may go on in parts, until a worker of the whole chain is there. Nothing of them is
   * queued.
   */
  readonly dividing: Set<HubJob> = new Set();
  /** Those that were told in the event in hand. */
  readonly toldToDivide: Set<HubJob> = new Set();
  /** How many kinds of jobs, for which there is no worker, are still to be told of a change, and when. */
  unexplained = 0;
  explainAt = 0;
  /** Classes of jobs some of which are still to be told of a change. */
  readonly untold: Set<NeedClass> = new Set();
  /** How many jobs more may be told of their capacity in the event in hand. */
  tellRoom = 0;
  /** How many pairs of classes may be compared in the event in hand. */
  fitRoom = 0;
  /** How many attempts that nobody has may be told as lost in the event in hand. */
  lostRoom = 0;
  /** Classes of jobs for which something has changed in the event in hand. */
  readonly changed: Set<NeedClass> = new Set();
  /** Workers that come to rest for a batch that is to be executed alone. */
  readonly reserved: Set<HubWorker> = new Set();
  /** Workers that may know too much once the event in hand is over. */
  readonly crowded: Set<HubWorker> = new Set();
  readonly placement: Placement;
  readonly breakages: Breakages = new Breakages();
  readonly tally: WorkTally = new WorkTally();
  readonly slotTime: SlotTime = new SlotTime();
  readonly happenings: Happenings = new Happenings();
  readonly pulse: Pulse = new Pulse();
  readonly counters = {
    batches: 0,
    results: 0,
    lost: 0,
    adopted: 0,
    forged: 0,
    staleResults: 0,
    strayMessages: 0,
    refused: 0,
    expelled: 0,
  };
  /** The bytes of payloads and descriptions of all leaders, also of those that are away. */
  bytes = 0;
  /** What all peers are charged for records. */
  readonly records: AllRecords = { bytes: 0 };
  /** What all leaders that are back are charged for what they name. */
  readonly named: AllRecords = { bytes: 0 };
  /** Leaders, workers and jobs of which a part of a list has come, and when the rest must be there. The earliest is first. */
  readonly unfinished: Map<object, Speaker> = new Map();
  closing = false;
  /** Whether all workers have come that ever will. */
  complete = false;
  /** When its first event came. */
  startedAt: number = Infinity;
  /** Whether leaders may still come back whose jobs this hub has never seen. */
  recovering = true;
  /** The time of the event in hand. */
  now = 0;
  nextLease = 1;
  /** The effects of the event in hand. */
  effects: SchedulerEffect[] = [];
  /** Until when it counts as watched; undefined: it does not. */
  watchedUntil: number | undefined = undefined;
  /** How many workers there were when they were asked last what they do. */
  askedFor = 1;

  constructor(config: SchedulerConfig) {
    this.config = config;
    this.placement = new Placement(Math.floor((config.random?.() ?? 0) * 2 ** 32), (worker) =>
      countSlots(this.slotTime, worker, this.now),
    );
  }

  /** The batches that a leader has at the hub become more, or fewer; `besideBytes`: as `besideBytesOf` counts them. */
  countBatches(leader: HubLeader, batches: number, bytes: number, besideBytes: number): void {
    leader.batches += batches;
    charge(leader, batches * batchRecordBytes + besideBytes);
    leader.bytes += bytes;
    this.bytes += bytes;
  }

  /** The same for the descriptions of its jobs. */
  countDescription(leader: HubLeader, bytes: number): void {
    leader.descriptionBytes += bytes;
    this.bytes += bytes;
  }

  /** Tells a leader something, if it is there. */
  toLeader({ id, connected }: HubLeader, message: HubToLeader): void {
    if (connected) this.effects.push({ type: 'toLeader', leaderId: id, message });
  }

  /** Tells a worker something, if it is there. */
  toWorker({ id, connected }: HubWorker, message: HubToWorker): void {
    if (connected) this.effects.push({ type: 'toWorker', workerId: id, message });
  }

  /** More of a list is to come, or all of it has. */
  awaitRest(list: object, role: 'leader' | 'worker', id: string, more: boolean): void {
    if (!more) this.unfinished.delete(list);
    else if (!this.unfinished.has(list)) this.unfinished.set(list, { role, id, until: this.now + listWithinMs });
  }

  /** The peer has broken the protocol, or goes beyond a limit. */
  expel(role: 'leader' | 'worker', id: string, reason: string, code: 'PROTOCOL' | 'LIMIT_EXCEEDED' = 'PROTOCOL'): void {
    this.effects.push({ type: 'expel', role, id, code, reason });
  }
}
