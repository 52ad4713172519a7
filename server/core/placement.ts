import type { Offers } from '../../src/protocol/messages.js';
import { matchingKey, offeredBy, satisfies, type Needs, type Offered } from './matching.js';
import { OnOffer } from './on-offer.js';
import {
  hasFreeSlot,
  hasSpareRoom,
  isCheap,
  isDue,
  isInTurn,
  takesAhead,
  type Job,
  type Lease,
  type NeedClass,
  type OfferClass,
  type Worker,
} from './records.js';
import { TurnOrder } from './turn-order.js';

/** A batch's way: whose turn it is, and who is to execute it. */
export interface Match {
  readonly job: Job;
  readonly worker: Worker;
}

/**
 * Which job is next, and which worker is for it.
 *
 * Jobs with the same needs form a need class, workers with the same offers an offer class; which classes fit is worked out once, so
 * that a match costs the same with one worker as with a thousand. Jobs take turns by virtual time: the execution time that they were
 * given, divided by their weight (start-time fair queueing, Goyal, Vin and Cheng 1996).
 */
export class Placement {
  readonly #needClasses = new Map<string, NeedClass>();
  readonly #offerClasses = new Map<string, OfferClass>();
  /** Need classes by the first of their operations. */
  readonly #byOperation = new Map<string, Set<NeedClass>>();
  /** Those for which there is no worker, the one that was explained longest ago first. */
  readonly #unserved = new Set<NeedClass>();
  readonly #onOffer = new OnOffer();
  /** The virtual time of the last turn: a job that comes back from idleness starts here, without credit for its absence. */
  #virtualTime = 0;

  get virtualTime(): number {
    return this.#virtualTime;
  }

  get needClasses(): Iterable<NeedClass> {
    return this.#needClasses.values();
  }

  get offerClasses(): Iterable<OfferClass> {
    return this.#offerClasses.values();
  }

  /** What the workers that take batches offer, together; undefined when there are none. */
  get onOffer(): Offered | undefined {
    return this.#offerClasses.size === 0 ? undefined : this.#onOffer;
  }

  /** For how many need classes there is no worker. */
  get unservedClasses(): number {
    return this.#unserved.size;
  }

  /** So many of the need classes for which there is no worker, by turns. */
  nextUnserved(most: number): NeedClass[] {
    const next: NeedClass[] = [];
    for (const needClass of this.#unserved) {
      if (next.length === most) break;
      next.push(needClass);
    }
    for (const needClass of next) {
      this.#unserved.delete(needClass);
      this.#unserved.add(needClass);
    }
    return next;
  }

  /** The class of jobs with these needs. */
  needClass(needs: Needs): NeedClass {
    const key = matchingKey(needs);
    const present = this.#needClasses.get(key);
    if (present !== undefined) return present;
    // What nobody offers no worker has: then there is no need to look at each.
    const some = satisfies(this.#onOffer, needs) ? [...this.#offerClasses.values()] : [];
    const offerClasses = new Set(some.filter(({ offered }) => satisfies(offered, needs)));
    const slots = [...offerClasses].reduce((sum, each) => sum + each.slots, 0);
    const needClass: NeedClass = { key, needs, jobs: new Set(), turns: new TurnOrder(), offerClasses, slots, explained: '' };
    for (const offerClass of offerClasses) offerClass.needClasses.add(needClass);
    if (offerClasses.size === 0) this.#unserved.add(needClass);
    this.#needClasses.set(key, needClass);
    const [operation = ''] = needs.operations;
    const alike = this.#byOperation.get(operation) ?? new Set();
    this.#byOperation.set(operation, alike.add(needClass));
    return needClass;
  }

  /** The job is closed. */
  removeJob(job: Job): void {
    const { needClass } = job;
    if (isInTurn(job)) needClass.turns.leave(job);
    needClass.jobs.delete(job);
    if (needClass.jobs.size > 0) return;
    this.#needClasses.delete(needClass.key);
    this.#unserved.delete(needClass);
    const [operation = ''] = needClass.needs.operations;
    const alike = this.#byOperation.get(operation);
    alike?.delete(needClass);
    if (alike?.size === 0) this.#byOperation.delete(operation);
    for (const offerClass of needClass.offerClasses) offerClass.needClasses.delete(needClass);
  }

  /**
   * Puts the worker among those with its offers; undefined takes it out.
   *
   * @returns the need classes whose slots have changed
   */
  moveWorker(worker: Worker, offers: Offers | undefined): Set<NeedClass> {
    const previous = worker.offerClass;
    const next = offers === undefined ? undefined : this.#offerClass(offers);
    if (previous !== undefined && previous !== next) {
      previous.workers.delete(worker);
      previous.free.delete(worker);
      previous.spare.delete(worker);
      if (previous.workers.size === 0) {
        this.#removeOfferClass(previous);
      }
    }
    worker.offerClass = next;
    next?.workers.add(worker);
    for (const offerClass of [previous, next]) {
      if (offerClass !== undefined) countSlots(offerClass);
    }
    this.place(worker);
    return new Set([...(previous?.needClasses ?? []), ...(next?.needClasses ?? [])]);
  }

  /** Puts the worker where its room belongs, behind those that were given something longer ago. */
  place(worker: Worker): void {
    const { offerClass } = worker;
    if (offerClass === undefined) return;
    offerClass.free.delete(worker);
    offerClass.spare.delete(worker);
    if (hasFreeSlot(worker)) offerClass.free.add(worker);
    if (hasSpareRoom(worker)) offerClass.spare.add(worker);
  }

  /** The job has something queued. */
  enterTurn(job: Job): void {
    if (isInTurn(job)) return;
    job.entries += 1;
    job.aheadMs = (job.virtualTime - this.#virtualTime) * job.weight;
    job.virtualTime = Math.max(job.virtualTime, this.#virtualTime);
    job.needClass.turns.enter(job);
  }

  /** The job has nothing queued any more, or nothing of it is to be given out. */
  leaveTurn(job: Job): void {
    if (isInTurn(job) && !isDue(job)) job.needClass.turns.leave(job);
  }

  /** The job, which a match named, is given execution time; it stays in turn while it has something queued. */
  takeTurn(job: Job, chargedMs: number): void {
    if (job.needClass.turns.next !== job) throw new Error(`it is not the turn of job ${job.id}`);
    this.#virtualTime = Math.max(this.#virtualTime, job.virtualTime);
    this.charge(job, chargedMs);
    this.leaveTurn(job);
  }

  /**
   * What was charged for the lease is put right. As far as its job has been raised to the hub's virtual time since, it gets nothing back, nor is
   * charged more: that would be credit for its absence, or the contrary.
   */
  settle({ job, chargedMs, entry }: Lease, usedMs: number): void {
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
  charge(job: Job, ms: number): void {
    job.virtualTime += ms / job.weight;
    if (isInTurn(job)) job.needClass.turns.moved(job);
  }

  /** The next job of the class, with a worker for it; undefined when there is none of either. */
  matchFor(needClass: NeedClass): Match | undefined {
    const job = needClass.turns.next;
    const worker = job === undefined ? undefined : (freeWorker(needClass) ?? workerAhead(needClass, job));
    return job === undefined || worker === undefined ? undefined : { job, worker };
  }

  /** The next job among all that the worker has room for. */
  nextFor(worker: Worker): Job | undefined {
    const free = hasFreeSlot(worker);
    if (worker.offerClass === undefined || (!free && !hasSpareRoom(worker))) return undefined;
    let next: Job | undefined;
    for (const needClass of worker.offerClass.needClasses) {
      const job = needClass.turns.next;
      if (job === undefined || (!free && freeWorker(needClass) !== undefined)) continue;
      if (next === undefined || job.virtualTime < next.virtualTime) next = job;
    }
    // What cannot be sent ahead waits for a slot; nothing that comes later in turn takes it in advance.
    return next !== undefined && (free || takesAhead(worker, next)) ? next : undefined;
  }

  /** Throws when a class is kept that nobody is in, is not what its members are, or does not know those that fit it. */
  validate(): void {
    for (const needClass of this.#needClasses.values()) {
      const { key, needs, jobs, offerClasses, slots } = needClass;
      const counted = [...offerClasses].reduce((sum, each) => sum + each.slots, 0);
      if (counted !== slots) throw new Error(`there are ${counted} slots for ${key}, ${slots} counted`);
      if (jobs.size === 0) throw new Error(`there are no jobs that need ${key}`);
      if (this.#unserved.has(needClass) !== (offerClasses.size === 0)) throw new Error(`whether any worker is for ${key}`);
      if (this.#byOperation.get(needs.operations[0] ?? '')?.has(needClass) !== true) throw new Error(`${key} is not found`);
      for (const { offered, key: offers, needClasses } of this.#offerClasses.values()) {
        const isKnown = [...offerClasses].some((each) => each.key === offers);
        const knows = [...needClasses].some((each) => each.key === key);
        if (satisfies(offered, needs) !== isKnown || isKnown !== knows) throw new Error(`whether ${offers} satisfies ${key}`);
      }
    }
    const alike = [...this.#byOperation.values()].reduce((sum, classes) => sum + classes.size, 0);
    const isGone = alike !== this.#needClasses.size || this.#unserved.size > this.#needClasses.size;
    if (isGone) throw new Error('a class of jobs is kept that is gone');
    const offered = new Set([...this.#offerClasses.values()].flatMap(({ offers }) => offers.operations));
    if (offered.size !== this.#onOffer.operations.size) throw new Error(`${offered.size} operations are on offer`);
    for (const offerClass of this.#offerClasses.values()) {
      const { key, workers, slots, needClasses } = offerClass;
      if (workers.size === 0) throw new Error(`there are no workers that offer ${key}`);
      const counted = [...workers].reduce((sum, each) => sum + each.slots, 0);
      if (counted !== slots) throw new Error(`workers that offer ${key} have ${counted} slots, ${slots} counted`);
      for (const worker of workers) if (worker.offerClass !== offerClass) throw new Error(`worker ${worker.id} offers ${key}`);
      for (const needClass of needClasses) {
        if (this.#needClasses.get(needClass.key) !== needClass) throw new Error(`a class of jobs that is gone: ${needClass.key}`);
      }
    }
    for (const { key, offerClasses } of this.#needClasses.values()) {
      for (const offerClass of offerClasses) {
        if (this.#offerClasses.get(offerClass.key) !== offerClass) throw new Error(`${key} fits a class of workers that is gone`);
      }
    }
  }

  #offerClass(offers: Offers): OfferClass {
    const key = matchingKey(offers);
    const present = this.#offerClasses.get(key);
    if (present !== undefined) return present;
    const offered = offeredBy(offers);
    const needClasses = this.#satisfiedBy(offered);
    const offerClass: OfferClass = {
      key,
      offers,
      offered,
      workers: new Set(),
      slots: 0,
      free: new Set(),
      spare: new Set(),
      needClasses,
    };
    for (const needClass of needClasses) {
      needClass.offerClasses.add(offerClass);
      this.#unserved.delete(needClass);
    }
    this.#offerClasses.set(key, offerClass);
    this.#onOffer.add(offered);
    return offerClass;
  }

  #removeOfferClass(offerClass: OfferClass): void {
    this.#offerClasses.delete(offerClass.key);
    this.#onOffer.remove(offerClass.offered);
    for (const needClass of offerClass.needClasses) {
      needClass.offerClasses.delete(offerClass);
      if (needClass.offerClasses.size === 0) this.#unserved.add(needClass);
    }
  }

  #satisfiedBy(offered: Offered): Set<NeedClass> {
    if (offered.everything) return new Set([...this.#needClasses.values()].filter(({ needs }) => satisfies(offered, needs)));
    const satisfied = new Set<NeedClass>();
    for (const operation of offered.operations.keys()) {
      for (const needClass of this.#byOperation.get(operation) ?? []) {
        if (satisfies(offered, needClass.needs)) satisfied.add(needClass);
      }
    }
    return satisfied;
  }
}

/** The workers of the class, or their slots, have changed. */
function countSlots(offerClass: OfferClass): void {
  let slots = 0;
  for (const worker of offerClass.workers) slots += worker.slots;
  const more = slots - offerClass.slots;
  offerClass.slots = slots;
  if (more !== 0) for (const needClass of offerClass.needClasses) needClass.slots += more;
}

/** A worker with a free slot. */
function freeWorker({ offerClasses }: NeedClass): Worker | undefined {
  for (const { free } of offerClasses) for (const worker of free) return worker;
  return undefined;
}

/** How many of the workers with room for something ahead are asked; those that were given something longest ago come first. */
const asked = 4;

/** A worker that can be sent a batch of the job ahead. */
function workerAhead({ offerClasses }: NeedClass, job: Job): Worker | undefined {
  if (!isCheap(job)) return undefined;
  for (const { spare } of offerClasses) {
    let tries = 0;
    for (const worker of spare) {
      if (takesAhead(worker, job) && !isOwed(worker, job)) return worker;
      tries += 1;
      if (tries === asked) break;
    }
  }
  return undefined;
}

/** Whether the worker's next free slot is for a job that comes before this one in turn, and cannot be sent ahead. */
function isOwed({ offerClass }: Worker, { virtualTime }: Job): boolean {
  for (const needClass of offerClass?.needClasses ?? []) {
    const other = needClass.turns.next;
    if (other !== undefined && other.virtualTime < virtualTime && !isCheap(other)) return true;
  }
  return false;
}
