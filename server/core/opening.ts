import type { LeaderToHub } from '../../src/protocol/messages.js';
import { tellCapacity } from './capacity.js';
import type { HubState } from './hub-state.js';
import { createJob } from './jobs.js';
import { serve, unstall } from './leasing.js';
import { slotsFor, type Leader } from './records.js';
import { reconcile } from './recovery.js';

/** A leader opens a job, or one again that was open before its connection was lost. */
export function open(state: HubState, leader: Leader, message: Extract<LeaderToHub, { type: 'open' }>): void {
  const { job: number, slots, resumed } = message;
  const isResumed = leader.resuming?.delete(number) === true;
  const present = leader.jobs.get(number);
  if (present?.confirmed === true) {
    // Told twice, it is the same job.
    state.counters.strayMessages += 1;
    return;
  }
  const job = present ?? createJob(state, leader, message, isResumed);
  if (job === undefined) return;
  job.confirmed = true;
  reconcile(state, job, resumed ?? []);
  const { needClass } = job;
  if (slots === 0 || slots !== slotsFor(needClass)) tellCapacity(state, needClass, [job]);
  unstall(state, job);
  serve(state, needClass);
}
