/**
 * What leaders are told of the slots that there are for their jobs.
 *
 * Rules.
 * 1. When the slots of a class of jobs change, or why there are none, each of its jobs is told.
 * 2. There may be any number of jobs. Some are told at once. The others are told in later turns of the hub, by what is true then.
 * 3. Classes take turns, and so do the jobs of a class. So all are told, however often something changes meanwhile.
 * 4. The hub also finds out in pieces which classes of jobs a change is about (see `fitting.ts`). Batches of the classes that
 *    were found in an event are given out at its end: they may have found workers.
 */
import { explainAgainMs, maxExplained, maxToldOfClass } from '../../src/limits.js';
import type { Offers } from '../../src/protocol/messages.js';
import { divideAt, isDivisible } from './divide-at.js';
import type { HubState } from './hub-state.js';
import { explainMissing, satisfies } from './matching.js';
import { hasSlots, slotsFor, type HubJob, type NeedClass, type HubWorker } from './records.js';

/** Moves the worker to where its offers belong, and tells the leaders concerned what they have now. */
export function moveWorker(state: HubState, worker: HubWorker, offers: Offers | undefined): void {
  const { placement } = state;
  placement.moveWorker(worker, offers);
  if (state.closing) return;
  fitNext(state);
  explainAnew(state);
}

/** What is said of jobs that find no worker may have changed, for all of them. */
export function explainAnew(state: HubState): void {
  state.unexplained = state.placement.fitting.unservedClasses;
  explainNext(state);
}

/** Goes on to find out for which jobs something has changed, as far as there is room for in the event in hand. */
export function fitNext(state: HubState): void {
  const { fitting } = state.placement;
  const room = state.fitRoom;
  state.fitRoom = 0;
  for (const needClass of fitting.proceed(room)) changedFor(state, needClass);
}

/**
 * Tells jobs that find no worker what is on offer: that may have changed. It tells some at a time, because each must be compared
 * with all workers.
 */
export function explainNext(state: HubState): void {
  for (const needClass of state.placement.fitting.nextUnserved(Math.min(state.unexplained, maxExplained))) {
    const why = explain(state, needClass);
    // The place where the chain is to be divided may have changed, too.
    if (isNew(needClass, why) || why.divisible === true) changedFor(state, needClass);
  }
  state.unexplained = Math.max(0, state.unexplained - maxExplained);
  state.explainAt = state.now + explainAgainMs;
  tellNext(state);
}

/** Each job of the class is to be told. */
function changedFor(state: HubState, needClass: NeedClass): void {
  needClass.untold = needClass.jobs.size;
  state.untold.add(needClass);
  state.changed.add(needClass);
}

/** Tells as many jobs as there is room for in the event in hand. */
export function tellNext(state: HubState): void {
  // A class that is put at the end again comes up again in this loop. A new loop each time would have to pass by all that was
  // taken out before.
  for (const needClass of state.untold) {
    if (state.tellRoom <= 0) break;
    const why = explain(state, needClass);
    const count = Math.min(needClass.untold, needClass.jobs.size, state.tellRoom, maxToldOfClass);
    for (const job of firstOf(needClass.jobs, count)) {
      // Behind those that were told longer ago.
      needClass.jobs.delete(job);
      needClass.jobs.add(job);
      tell(state, needClass, job, why);
    }
    // The more kinds of workers there are, the longer it takes to say why there is no slot.
    const least = why.missing === '' ? 1 : toldPerExplained + Math.floor(state.placement.fitting.offerClassCount / looksPerTold);
    state.tellRoom -= Math.max(least, count);
    needClass.untold -= count;
    state.untold.delete(needClass);
    if (needClass.untold > 0) state.untold.add(needClass);
  }
}

/**
 * How many jobs are told in the time of one explanation. Also how many classes of workers are looked at in the time of telling
 * one job.
 */
const toldPerExplained = 4;
const looksPerTold = 64;

function firstOf<T>(all: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const each of all) {
    if (first.length === count) break;
    first.push(each);
  }
  return first;
}

/** Tells the job's leader how many slots there are for it. */
export function tellCapacity(state: HubState, job: HubJob): void {
  const { needClass } = job;
  const why = explain(state, needClass);
  // Jobs of its class were told otherwise. If they were told of slots, they hear by themselves that these are gone.
  if (needClass.explained !== '' && isNew(needClass, why)) changedFor(state, needClass);
  tell(state, needClass, job, why);
}

/** Tells the job's leader that others have all slots that there are for it, if that is so. */
export function tellIfQueued(state: HubState, { leader, number, needClass, queue, leases, awaited }: HubJob): void {
  const slots = slotsFor(needClass);
  // A leader that does not read or acknowledge is given no slots.
  const isHeldUp = leader.connection.congested || leader.isOwing;
  if (slots === 0 || queue.size === 0 || leases.size + awaited.size > 0 || isHeldUp) return;
  let givenAt = -Infinity;
  for (const offerClass of needClass.offerClasses) givenAt = Math.max(givenAt, offerClass.givenAt);
  state.toLeader(leader, { type: 'queued', job: number, slots, stillMs: state.now - givenAt });
}

/** Why there are no slots, if there are none. */
type Explanation = ReturnType<typeof explainMissing> & {
  /** Why a worker is gone. It is one text for all classes, because it is long. */
  readonly broken?: string | undefined;
  /** Whether the jobs could go on in parts. */
  readonly divisible?: boolean;
  /** Whether no worker can come that has what is missing. */
  readonly forGood?: boolean;
};

function explain(state: HubState, needClass: NeedClass): Explanation {
  const { fitting } = state.placement;
  if (hasSlots(needClass)) return { missing: '' };
  // Its worker may have come a moment ago.
  if (fitting.settle(needClass)) changedFor(state, needClass);
  if (hasSlots(needClass)) return { missing: '' };
  return { ...explainOffers(state, needClass), broken: state.breakages.last(needClass.needs) };
}

function explainOffers({ placement, complete }: HubState, needClass: NeedClass): Explanation {
  const { onOffer, offerClasses } = placement.fitting;
  const missing = explainMissing(onOffer, needClass.needs);
  // Workers that have said nothing yet may still offer it. The process knows why if all of them have gone.
  const why = complete && onOffer !== undefined ? { ...missing, forGood: true } : missing;
  // If nobody offers something that is needed, there is no need to look at each worker.
  const isOnOffer = onOffer !== undefined && satisfies(onOffer, needClass.needs);
  if (!isOnOffer || !isDivisible(needClass.needs, offerClasses)) return why;
  return { missing: `${why.missing}; each is on offer`, divisible: true };
}

/** Whether it is not what was told last of the class. */
function isNew({ explained, broken, forGood }: NeedClass, why: Explanation): boolean {
  return why.missing !== explained || why.broken !== broken || (why.forGood ?? false) !== forGood;
}

function tell(state: HubState, needClass: NeedClass, job: HubJob, { divisible, broken, ...why }: Explanation): void {
  needClass.explained = why.missing;
  needClass.broken = broken;
  needClass.forGood = why.forGood ?? false;
  const { leader, number, leases, awaited, description } = job;
  if (divisible === true) {
    state.dividing.add(job);
    state.toldToDivide.add(job);
  } else state.dividing.delete(job);
  const { offerClasses } = state.placement.fitting;
  const parts = divisible === true ? { divideAt: divideAt(description.stages, needClass.needs, offerClasses) } : {};
  const slots = slotsFor(needClass);
  job.slotsTold = slots;
  job.missingTold = why.missing;
  const missing = broken === undefined ? why.missing : `${why.missing}; ${broken}`;
  state.toLeader(leader, { type: 'capacity', job: number, slots, leased: leases.size + awaited.size, ...why, missing, ...parts });
}
