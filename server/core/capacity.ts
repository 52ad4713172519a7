import type { Offers } from '../../src/protocol/messages.js';
import type { HubState } from './hub-state.js';
import { explainMissing, offeredBy, type Offered } from './matching.js';
import { slotsFor, type Job, type NeedClass, type Worker } from './records.js';

/** Moves the worker to where its offers belong, and tells the leaders concerned what they have now. */
export function moveWorker(state: HubState, worker: Worker, offers: Offers | undefined): void {
  const changed = state.placement.moveWorker(worker, offers);
  if (state.closing) return;
  const offered = whatIsOffered(state);
  for (const needClass of state.placement.needClasses) {
    const why = explain(needClass, offered);
    // Who finds no worker is told what there is: that may have changed, too.
    if (changed.has(needClass) || why.missing !== needClass.explained) tell(state, needClass, needClass.jobs, why);
  }
}

/** Tells the jobs' leaders how many slots there are for them. */
export function tellCapacity(state: HubState, needClass: NeedClass, jobs: Iterable<Job>): void {
  tell(state, needClass, jobs, explain(needClass, whatIsOffered(state)));
}

/** Why there are no slots, if there are none. */
type Explanation = ReturnType<typeof explainMissing>;

function explain(needClass: NeedClass, offered: Offered | undefined): Explanation {
  return slotsFor(needClass) > 0 ? { missing: '' } : explainMissing(offered, needClass.needs);
}

function tell(state: HubState, needClass: NeedClass, jobs: Iterable<Job>, why: Explanation): void {
  needClass.explained = why.missing;
  const slots = slotsFor(needClass);
  for (const { leader, number, leases, awaited } of jobs) {
    state.toLeader(leader, { type: 'capacity', job: number, slots, leased: leases.size + awaited.size, ...why });
  }
}

/** What the workers that take batches offer, together; undefined when there are none. */
function whatIsOffered({ placement }: HubState): Offered | undefined {
  const taking = [...placement.offerClasses].filter(({ slots }) => slots > 0).map(({ offers }) => offers);
  return taking.length === 0 ? undefined : offeredBy(taking);
}
