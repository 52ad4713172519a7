/**
 * Knows which workers may execute which jobs.
 *
 * Theory of operation. Jobs with the same needs form a need class. Workers with the same offers form an offer class. Classes that
 * fit are linked, and matches follow links. There may be tens of thousands of need classes, so a change of offers is worked out
 * in pieces, over several turns of the hub. Jobs are told only of what is linked.
 *
 * Rules.
 * 1. A worker leaves its offer class at once, with its slots. Nobody is told of, or given, a slot that is not on offer any more.
 * 2. A new need class is linked at once with all offer classes that fit.
 * 3. A new offer class is compared with the need classes in pieces. Its workers are given nothing of a need class before the two
 *    are linked.
 * 4. An offer class without workers is retired. Its links are cut in pieces, before any are made: so links of retired classes do
 *    not pile up.
 * 5. Offer classes take turns: each gets on, however often another one changes.
 * 6. A need class without slots is compared with all offer classes that are not done, before anybody is told why (`settle`).
 *
 * Events: a job's needs come (`needClass`) or go (`remove`), a worker moves (`move`), a turn of the hub has room (`proceed`).
 * Effects: the need classes that were linked, or cut off, or whose slots have changed. Their jobs are to be told.
 */
import { Heap } from '../../src/collections/heap.js';
import type { Offers } from '../../src/protocol/messages.js';
import { matchingKey, offeredBy, satisfies, type Needs, type Offered } from './matching.js';
import { OnOffer } from './on-offer.js';
import type { NeedClass, OfferClass, HubWorker } from './records.js';

/** What is left to do for an offer class. */
interface Walk {
  /** Need classes that it is still to be compared with; undefined: none. */
  candidates: Iterator<NeedClass> | undefined;
  /** How many of its links have not heard of its slots, and where to look for the next of them. */
  left: number;
  round: Iterator<NeedClass>;
}

export class Fitting {
  readonly #needClasses = new Map<string, NeedClass>();
  readonly #offerClasses = new Map<string, OfferClass>();
  /** Need classes by the first of their operations. */
  readonly #byOperation = new Map<string, Set<NeedClass>>();
  /** Those without a link, the one that was explained longest ago first. */
  readonly #unserved = new Set<NeedClass>();
  /** Offer classes that are not done, the one that had its turn longest ago first. */
  readonly #walks = new Map<OfferClass, Walk>();
  /** Offer classes without workers that still have links. */
  readonly #retired = new Set<OfferClass>();
  readonly #onOffer: OnOffer;

  /** @param seed as of `NameCounts` */
  constructor(seed?: number) {
    this.#onOffer = new OnOffer(seed);
  }

  get needClasses(): Iterable<NeedClass> {
    return this.#needClasses.values();
  }

  /** Those with workers. */
  get offerClasses(): Iterable<OfferClass> {
    return this.#offerClasses.values();
  }

  get offerClassCount(): number {
    return this.#offerClasses.size;
  }

  /** What the workers that take batches offer, together; undefined when there are none. */
  get onOffer(): Offered | undefined {
    return this.#offerClasses.size === 0 ? undefined : this.#onOffer;
  }

  /** Whether nothing is left to compare, to cut or to tell. */
  get isDone(): boolean {
    return this.#walks.size === 0 && this.#retired.size === 0;
  }

  /** How many need classes have no link. */
  get unservedClasses(): number {
    return this.#unserved.size;
  }

  /** So many of the need classes without a link, by turns. */
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
    const needClass: NeedClass = {
      key,
      needs,
      jobs: new Set(),
      untold: 0,
      turns: new Heap((job) => job.virtualTime),
      offerClasses: new Set(),
      explained: '',
      broken: undefined,
      forGood: false,
    };
    this.#unserved.add(needClass);
    // What nobody offers no worker has: then there is no need to look at each.
    const some = satisfies(this.#onOffer, needs) ? this.#offerClasses.values() : [];
    for (const offerClass of some) this.#compare(offerClass, needClass);
    this.#needClasses.set(key, needClass);
    const [operation = ''] = needs.operations;
    const alike = this.#byOperation.get(operation) ?? new Set();
    this.#byOperation.set(operation, alike.add(needClass));
    return needClass;
  }

  /** No job is of this class any more. */
  remove(needClass: NeedClass): void {
    this.#needClasses.delete(needClass.key);
    this.#unserved.delete(needClass);
    const [operation = ''] = needClass.needs.operations;
    const alike = this.#byOperation.get(operation);
    alike?.delete(needClass);
    if (alike?.size === 0) this.#byOperation.delete(operation);
    for (const offerClass of needClass.offerClasses) {
      const walk = this.#walks.get(offerClass);
      if (walk !== undefined && !hasHeard(offerClass, needClass)) walk.left -= 1;
      offerClass.needClasses.delete(needClass);
    }
  }

  /** Puts the worker among those with its offers; undefined takes it out. */
  move(worker: HubWorker, offers: Offers | undefined): void {
    const previous = worker.offerClass;
    const next = offers === undefined ? undefined : this.#offerClass(offers);
    // It may have been in another class when it was given something, or away since.
    if (next !== undefined) next.givenAt = Math.max(next.givenAt, worker.givenAt);
    if (previous !== undefined) {
      previous.workers.delete(worker);
      previous.free.delete(worker);
      previous.spare.delete(worker);
    }
    worker.offerClass = next;
    next?.workers.add(worker);
    for (const offerClass of [previous, next]) if (offerClass !== undefined) this.#count(offerClass);
    if (previous?.workers.size === 0) this.#retire(previous);
  }

  /**
   * Goes on with what is left, and looks at so many pairs of classes at the most.
   *
   * @returns need classes whose slots have changed
   */
  proceed(most: number): NeedClass[] {
    const changed: NeedClass[] = [];
    let room = most;
    for (const offerClass of this.#retired) {
      for (const needClass of offerClass.needClasses.keys()) {
        if (room === 0) return changed;
        room -= 1;
        this.#cut(offerClass, needClass);
        changed.push(needClass);
      }
      this.#retired.delete(offerClass);
    }
    for (const [offerClass, walk] of this.#walks) {
      // Behind the others, unless it comes to its end.
      this.#walks.delete(offerClass);
      for (; room > 0; room -= 1) {
        const step = this.#step(offerClass, walk);
        if (step === 'done') break;
        if (step !== undefined) changed.push(step);
      }
      if (room > 0) continue;
      this.#walks.set(offerClass, walk);
      break;
    }
    return changed;
  }

  /**
   * Compares the need class with all offer classes that are not done yet.
   *
   * @returns whether it was linked with any
   */
  settle(needClass: NeedClass): boolean {
    let isLinked = false;
    for (const [offerClass, { candidates }] of this.#walks) {
      if (candidates !== undefined && this.#compare(offerClass, needClass)) isLinked = true;
    }
    return isLinked;
  }

  /** Throws when a class has no members, does not match its members, or does not know the classes that fit it. */
  validate(): void {
    this.#validateNeeds();
    this.#validateOffers();
    for (const offerClass of this.#retired) {
      const { key, workers, slots, free, spare, needClasses } = offerClass;
      if (this.#offerClasses.get(key) === offerClass) throw new Error(`what is offered by workers is retired: ${key}`);
      if (workers.size + slots + free.size + spare.size > 0) throw new Error(`workers offer ${key}, which is retired`);
      for (const needClass of needClasses.keys()) {
        if (!needClass.offerClasses.has(offerClass)) throw new Error(`${needClass.key} does not know ${key}, which is retired`);
      }
    }
    for (const { key } of this.#walks.keys()) if (!this.#offerClasses.has(key)) throw new Error(`nobody offers ${key}`);
  }

  #validateNeeds(): void {
    for (const needClass of this.#needClasses.values()) {
      const { key, needs, jobs, offerClasses } = needClass;
      if (jobs.size === 0) throw new Error(`there are no jobs that need ${key}`);
      if (this.#unserved.has(needClass) !== (offerClasses.size === 0)) throw new Error(`whether any worker is for ${key}`);
      if (this.#byOperation.get(needs.operations[0] ?? '')?.has(needClass) !== true) throw new Error(`${key} is not found`);
      for (const offerClass of this.#offerClasses.values()) {
        const { offered, key: offers, needClasses } = offerClass;
        const isLinked = offerClasses.has(offerClass);
        if (isLinked !== needClasses.has(needClass)) throw new Error(`whether ${offers} is linked with ${key}`);
        const fits = satisfies(offered, needs);
        const isCompared = this.#walks.get(offerClass)?.candidates === undefined;
        if (isLinked ? !fits : fits && isCompared) throw new Error(`whether ${offers} satisfies ${key}`);
      }
      for (const offerClass of offerClasses) {
        const isThere = this.#offerClasses.get(offerClass.key) === offerClass || this.#retired.has(offerClass);
        if (!isThere) throw new Error(`${key} is linked with workers that are gone`);
      }
    }
    const alike = [...this.#byOperation.values()].reduce((sum, classes) => sum + classes.size, 0);
    const isGone = alike !== this.#needClasses.size || this.#unserved.size > this.#needClasses.size;
    if (isGone) throw new Error('a class of jobs is kept that is gone');
  }

  #validateOffers(): void {
    const offered = new Set([...this.#offerClasses.values()].flatMap(({ offers }) => offers.operations));
    if (offered.size !== this.#onOffer.operations.size) throw new Error(`${offered.size} operations are on offer`);
    for (const offerClass of this.#offerClasses.values()) {
      const { key, workers, slots, needClasses } = offerClass;
      if (workers.size === 0) throw new Error(`there are no workers that offer ${key}`);
      const counted = [...workers].reduce((sum, each) => sum + each.slots, 0);
      if (counted !== slots) throw new Error(`workers that offer ${key} have ${counted} slots, ${slots} counted`);
      for (const worker of workers) if (worker.offerClass !== offerClass) throw new Error(`worker ${worker.id} offers ${key}`);
      const untold = [...needClasses.keys()].filter((needClass) => !hasHeard(offerClass, needClass)).length;
      const left = this.#walks.get(offerClass)?.left ?? 0;
      if (untold !== left) throw new Error(`${untold} have not heard of the slots of workers that offer ${key}, ${left} counted`);
      for (const needClass of needClasses.keys()) {
        if (this.#needClasses.get(needClass.key) !== needClass) throw new Error(`a class of jobs that is gone: ${needClass.key}`);
      }
    }
  }

  #offerClass(offers: Offers): OfferClass {
    const key = matchingKey(offers);
    const present = this.#offerClasses.get(key);
    if (present !== undefined) return present;
    const offered = offeredBy(offers);
    const offerClass: OfferClass = {
      key,
      offers,
      offered,
      workers: new Set(),
      slots: 0,
      givenAt: -Infinity,
      free: new Set(),
      spare: new Set(),
      changes: 0,
      needClasses: new Map(),
    };
    this.#walks.set(offerClass, { candidates: this.#candidates(offered), left: 0, round: offerClass.needClasses.keys() });
    this.#offerClasses.set(key, offerClass);
    this.#onOffer.add(offered);
    return offerClass;
  }

  /** Nobody offers this any more. */
  #retire(offerClass: OfferClass): void {
    this.#offerClasses.delete(offerClass.key);
    this.#onOffer.remove(offerClass.offered);
    this.#walks.delete(offerClass);
    this.#retired.add(offerClass);
  }

  /** The workers of the class, or their slots, have changed. */
  #count(offerClass: OfferClass): void {
    let slots = 0;
    for (const worker of offerClass.workers) slots += worker.slots;
    if (slots === offerClass.slots) return;
    offerClass.slots = slots;
    const { needClasses } = offerClass;
    const walk = this.#walks.get(offerClass) ?? { candidates: undefined, left: 0, round: needClasses.keys() };
    offerClass.changes += 1;
    walk.left = needClasses.size;
    this.#walks.set(offerClass, walk);
  }

  /** The need class that has changed by one more step, if one has. */
  #step(offerClass: OfferClass, walk: Walk): NeedClass | 'done' | undefined {
    const candidate = walk.candidates?.next();
    if (candidate?.done === false) return this.#compare(offerClass, candidate.value) ? candidate.value : undefined;
    walk.candidates = undefined;
    if (walk.left === 0) return 'done';
    let next = walk.round.next();
    if (next.done === true) {
      // It goes on where it was when the slots changed, and so comes to the first ones in the end.
      walk.round = offerClass.needClasses.keys();
      next = walk.round.next();
    }
    // One that was linked meanwhile knows of the slots.
    if (next.done === true || hasHeard(offerClass, next.value)) return undefined;
    offerClass.needClasses.set(next.value, offerClass.changes);
    walk.left -= 1;
    return next.value;
  }

  /** Links the classes if they fit, and says whether they were not before. */
  #compare(offerClass: OfferClass, needClass: NeedClass): boolean {
    if (offerClass.needClasses.has(needClass) || !satisfies(offerClass.offered, needClass.needs)) return false;
    offerClass.needClasses.set(needClass, offerClass.changes);
    needClass.offerClasses.add(offerClass);
    this.#unserved.delete(needClass);
    return true;
  }

  #cut(offerClass: OfferClass, needClass: NeedClass): void {
    offerClass.needClasses.delete(needClass);
    needClass.offerClasses.delete(offerClass);
    if (needClass.offerClasses.size === 0) this.#unserved.add(needClass);
  }

  /** Need classes that may fit. Those that come later are linked as they come. */
  #candidates({ everything, operations }: Offered): Iterator<NeedClass> {
    if (everything) return this.#needClasses.values();
    const some: Set<NeedClass>[] = [];
    for (const operation of operations.keys()) {
      const alike = this.#byOperation.get(operation);
      if (alike !== undefined) some.push(alike);
    }
    return eachOf(some);
  }
}

/** Whether a need class was linked, or told, since the slots of the offer class changed last. */
function hasHeard({ changes, needClasses }: OfferClass, needClass: NeedClass): boolean {
  return needClasses.get(needClass) === changes;
}

function* eachOf<T>(sets: readonly Set<T>[]): Generator<T, undefined> {
  for (const set of sets) yield* set;
}
