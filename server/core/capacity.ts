import { maxExplained } from '../../src/limits.js';
import type { Offers } from '../../src/protocol/messages.js';
import { divideAt, isDivisible } from './division.js';
import type { HubState } from './hub-state.js';
import { explainMissing, satisfies } from './matching.js';
import { slotsFor, type Job, type NeedClass, type Worker } from './records.js';

/** Moves the worker to where its offers belong, and tells the leaders concerned what they have now. */
export function moveWorker(state: HubState, worker: Worker, offers: Offers | undefined): void {
  const { placement } = state;
  const changed = placement.moveWorker(worker, offers);
  if (state.closing) return;
  for (const needClass of changed) tellCapacity(state, needClass, needClass.jobs);
  // Who finds no worker is told what there is: that may have changed, too.
  for (const needClass of placement.nextUnserved(maxExplained)) {
    const why = explain(state, needClass);
    if (why.missing !== needClass.explained) tell(state, needClass, needClass.jobs, why);
  }
}

/** Tells the jobs' leaders how many slots there are for them. */
export function tellCapacity(state: HubState, needClass: NeedClass, jobs: Iterable<Job>): void {
  tell(state, needClass, jobs, explain(state, needClass));
}

/** Why there are no slots, if there are none. */
type Explanation = ReturnType<typeof explainMissing> & {
  /** Whether the jobs could go on in parts. */
  readonly divisible?: boolean;
};

function explain({ placement }: HubState, needClass: NeedClass): Explanation {
  if (slotsFor(needClass) > 0) return { missing: '' };
  const { onOffer, offerClasses } = placement;
  const why = explainMissing(onOffer, needClass.needs);
  // Where something is on offer nowhere, there is no need to look at each worker.
  const isOnOffer = onOffer !== undefined && satisfies(onOffer, needClass.needs);
  if (!isOnOffer || !isDivisible(needClass.needs, offerClasses)) return why;
  return { missing: `${why.missing}; each is on offer, so that operators with fuse: false would go on`, divisible: true };
}

function tell(state: HubState, needClass: NeedClass, jobs: Iterable<Job>, { divisible, ...why }: Explanation): void {
  needClass.explained = why.missing;
  const slots = slotsFor(needClass);
  for (const { leader, number, leases, awaited, description } of jobs) {
    const { offerClasses } = state.placement;
    const parts = divisible === true ? { divideAt: divideAt(description.stages, needClass.needs, offerClasses) } : {};
    state.toLeader(leader, { type: 'capacity', job: number, slots, leased: leases.size + awaited.size, ...why, ...parts });
  }
}
