import type { Offers } from '../../src/protocol/messages.js';
import type { HubState } from './hub-state.js';
import { explainMissing } from './matching.js';
import { slotsFor, type Job, type NeedClass, type Worker } from './records.js';

/** Moves the worker to where its offers belong, and tells the leaders concerned what they have now. */
export function moveWorker(state: HubState, worker: Worker, offers: Offers | undefined): void {
  const changed = state.placement.moveWorker(worker, offers);
  if (state.closing) return;
  // Who finds no worker is told what there is: that has changed, too.
  for (const needClass of state.placement.needClasses) {
    if (changed.has(needClass) || slotsFor(needClass) === 0) tellCapacity(state, needClass, needClass.jobs);
  }
}

/** Tells the jobs' leaders how many slots there are for them. */
export function tellCapacity(state: HubState, needClass: NeedClass, jobs: Iterable<Job>): void {
  const slots = slotsFor(needClass);
  const why = slots > 0 ? { missing: '' } : explainMissing(whatIsOffered(state), needClass.needs);
  for (const { leader, number, leases, awaited } of jobs) {
    state.toLeader(leader, { type: 'capacity', job: number, slots, leased: leases.size + awaited.size, ...why });
  }
}

/** What the workers that take batches offer. */
function whatIsOffered({ workers }: HubState): Offers[] {
  return [...workers.values()]
    .filter(({ offerClass, slots }) => offerClass !== undefined && slots > 0)
    .map(({ offers }) => offers);
}
