import type { Offers } from '../../src/protocol/messages.js';
import { Fitting } from './fitting.js';
import { hasFreeSlot, hasSpareRoom, isCheap, takesAhead } from './worker-room.js';
import { isDue, isInTurn, type HubJob, type Lease, type NeedClass, type OfferClass, type HubWorker } from './records.js';

/** A batch's way: whose turn it is, and who is to execute it. */
export interface Match {
  readonly job: HubJob;
  readonly worker: HubWorker;
}

/**
 * Says which job is next, and which worker is for it.
 *
 * `Fitting` knows by classes which workers may execute which jobs. So a match costs the same with one worker as with a thousand.
 * Jobs take turns by virtual time. That is the execution time that they were given, divided by their weight (start-time fair
 * queueing, Goyal, Vin and Cheng 1996).
 */
export class Placement {
  readonly fitting: Fitting;
  readonly #placed: (worker: HubWorker) => void;
  /** Classes of which a job is in turn: few, where tens of thousands are open. */
  readonly #inTurn = new Set<NeedClass>();
  /**
   * The virtual time of the last turn. A job that comes back starts here. So it gets neither a bonus nor a penalty for the
   * time it was away.
   */
  #virtualTime = 0;

  /**
   * @param seed as of `NameCounts`
   * @param placed told of each worker whose room may be another one
   */
  constructor(seed?: number, placed: (worker: HubWorker) => void = () => undefined) {
    this.fitting = new Fitting(seed);
    this.#placed = placed;
  }

  get virtualTime(): number {
    return this.#virtualTime;
  }

  /** The job is closed. */
  removeJob(job: HubJob): void {
    const { needClass } = job;
    if (isInTurn(job)) this.#leave(job);
    needClass.jobs.delete(job);
    if (needClass.jobs.size === 0) this.fitting.remove(needClass);
  }

  /** Puts the worker among those with its offers; undefined takes it out. */
  moveWorker(worker: HubWorker, offers: Offers | undefined): void {
    this.fitting.move(worker, offers);
    this.place(worker);
  }

  /** Puts the worker where its room belongs, behind those that were given something longer ago. */
  place(worker: HubWorker): void {
    this.#placed(worker);
    const { offerClass } = worker;
    if (offerClass === undefined) return;
    offerClass.free.delete(worker);
    offerClass.spare.delete(worker);
    if (hasFreeSlot(worker)) offerClass.free.add(worker);
    if (hasSpareRoom(worker)) offerClass.spare.add(worker);
  }

  /** The job has something queued. */
  enterTurn(job: HubJob): void {
    if (isInTurn(job)) return;
    job.entries += 1;
    job.aheadMs = (job.virtualTime - this.#virtualTime) * job.weight;
    job.virtualTime = Math.max(job.virtualTime, this.#virtualTime);
    job.needClass.turns.add(job);
    this.#inTurn.add(job.needClass);
  }

  /** The job has nothing queued any more, or nothing of it is to be given out. */
  leaveTurn(job: HubJob): void {
    if (isInTurn(job) && !isDue(job)) this.#leave(job);
  }

  #leave(job: HubJob): void {
    const { turns } = job.needClass;
    turns.delete(job);
    if (turns.size === 0) this.#inTurn.delete(job.needClass);
  }

  /** Whether a job is in turn for the workers of this class, and comes before this time. */
  comesBefore({ needClasses }: OfferClass, virtualTime: number, suits: (job: HubJob) => boolean = () => true): boolean {
    for (const needClass of this.#someOf(needClasses)) {
      const job = needClass.turns.first;
      if (job !== undefined && job.virtualTime < virtualTime && needClasses.has(needClass) && suits(job)) return true;
    }
    return false;
  }

  /** Gives those of the classes that have a job in turn, and maybe others. It returns the shorter of two lists. */
  #someOf(needClasses: OfferClass['needClasses']): Iterable<NeedClass> {
    return needClasses.size <= this.#inTurn.size ? needClasses.keys() : this.#inTurn;
  }

  /** The job, which a match named, is given execution time. It stays in turn while it has something queued. */
  takeTurn(job: HubJob, chargedMs: number): void {
    if (job.needClass.turns.first !== job) throw new Error(`it is not the turn of job ${job.id}`);
    this.#virtualTime = Math.max(this.#virtualTime, job.virtualTime);
    this.charge(job, chargedMs);
    this.leaveTurn(job);
  }

  /**
   * Corrects what was charged for the lease. The job may have been away since then, and been raised to the hub's virtual time.
   * Then only the charge beyond that time counts.
   */
  settle({ job, chargedMs, entry }: Pick<Lease, 'job' | 'chargedMs' | 'entry'>, usedMs: number): void {
    const ms = usedMs - chargedMs;
    if (entry === job.entries) {
      this.charge(job, ms);
      return;
    }
    const before = Math.max(0, job.aheadMs);
    job.aheadMs += ms;
    this.charge(job, Math.max(0, job.aheadMs) - before);
  }

  /** The job is given execution time, or given some back: then it is negative. */
  charge(job: HubJob, ms: number): void {
    job.virtualTime += ms / job.weight;
    if (isInTurn(job)) job.needClass.turns.moved(job);
  }

  /** The next job of the class, with a worker for it; undefined when there is none of either. */
  matchFor(needClass: NeedClass): Match | undefined {
    const job = needClass.turns.first;
    const worker = job === undefined ? undefined : (freeWorker(needClass) ?? this.#workerAhead(needClass, job));
    return job === undefined || worker === undefined ? undefined : { job, worker };
  }

  /** The next job among all that the worker has room for. */
  nextFor(worker: HubWorker): HubJob | undefined {
    const free = hasFreeSlot(worker);
    if (worker.offerClass === undefined || (!free && !hasSpareRoom(worker))) return undefined;
    let next: HubJob | undefined;
    const { needClasses } = worker.offerClass;
    for (const needClass of this.#someOf(needClasses)) {
      const job = needClass.turns.first;
      if (job === undefined || !needClasses.has(needClass) || (!free && freeWorker(needClass) !== undefined)) continue;
      if (next === undefined || job.virtualTime < next.virtualTime) next = job;
    }
    // A job that cannot be sent ahead waits for a slot. No job that comes later in turn takes that slot in advance.
    return next !== undefined && (free || takesAhead(worker, next)) ? next : undefined;
  }

  /** Throws when classes of which a job is in turn are not known. */
  validate(): void {
    for (const needClass of this.fitting.needClasses) {
      const { key, turns } = needClass;
      if (turns.size > 0 !== this.#inTurn.has(needClass)) throw new Error(`whether a job is in turn of ${key}`);
    }
    for (const { jobs, key } of this.#inTurn) if (jobs.size === 0) throw new Error(`a class is in turn that is gone: ${key}`);
  }

  /** A worker that can be sent a batch of the job ahead. */
  #workerAhead({ offerClasses }: NeedClass, job: HubJob): HubWorker | undefined {
    if (!isCheap(job)) return undefined;
    for (const { spare } of offerClasses) {
      let tries = 0;
      for (const worker of spare) {
        if (takesAhead(worker, job) && !this.#isOwed(worker, job)) return worker;
        tries += 1;
        if (tries === asked) break;
      }
    }
    return undefined;
  }

  /** Whether the worker's next free slot is for a job that comes before this one in turn, and cannot be sent ahead. */
  #isOwed({ offerClass }: HubWorker, { virtualTime }: HubJob): boolean {
    return offerClass !== undefined && this.comesBefore(offerClass, virtualTime, (other) => !isCheap(other));
  }
}

/** A worker with a free slot. */
function freeWorker({ offerClasses }: NeedClass): HubWorker | undefined {
  for (const { free } of offerClasses) for (const worker of free) return worker;
  return undefined;
}

/** How many of the workers with room for something ahead are asked; those that were given something longest ago come first. */
const asked = 4;
