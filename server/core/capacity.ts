import { explainAgainMs, maxExplained } from '../../src/limits.js';
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
  state.unexplained = placement.unservedClasses;
  explainNext(state, changed);
}

/** Who finds no worker is told what there is: that may have changed. Some at a time, since each must be compared with all workers. */
export function explainNext(state: HubState, told?: ReadonlySet<NeedClass>): void {
  for (const needClass of state.placement.nextUnserved(Math.min(state.unexplained, maxExplained))) {
    if (told?.has(needClass) === true) continue;
    const why = explain(state, needClass);
    // Where the chain is to be divided may have changed, too.
    if (why.missing !== needClass.explained || why.divisible === true) tell(state, needClass, needClass.jobs, why);
  }
  state.unexplained = Math.max(0, state.unexplained - maxExplained);
  state.explainAt = state.now + explainAgainMs;
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
  return { missing: `${why.missing}; each is on offer`, divisible: true };
}

function tell(state: HubState, needClass: NeedClass, jobs: Iterable<Job>, { divisible, ...why }: Explanation): void {
  needClass.explained = why.missing;
  const slots = slotsFor(needClass);
  const { offerClasses } = state.placement;
  for (const job of jobs) {
    const { leader, number, leases, awaited, description } = job;
    if (divisible === true) state.dividing.add(job);
    else state.dividing.delete(job);
    if (divisible === true) state.toldToDivide.add(job);
    const parts = divisible === true ? { divideAt: divideAt(description.stages, needClass.needs, offerClasses) } : {};
    state.toLeader(leader, { type: 'capacity', job: number, slots, leased: leases.size + awaited.size, ...why, ...parts });
  }
}
