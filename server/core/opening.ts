import type { LeaderToHub, UnderWay } from '../../src/protocol/messages.js';
import { recordsExceed, underWayExceeds } from './admission.js';
import { serve, unstall } from './assigning.js';
import { tellCapacity } from './capacity.js';
import { closeClaimsOf } from './claiming.js';
import type { HubState } from './hub-state.js';
import { closeJob, createJob, refuse } from './jobs.js';
import { reconcile } from './leaders-back.js';
import { endListing, nameAttempts, takeNamedJob } from './named.js';
import { slotsFor, type HubJob, type HubLeader, type Listing } from './records.js';

/** A leader opens a job. Or it opens one again that was open before its connection was lost. */
export function open(state: HubState, leader: HubLeader, message: Extract<LeaderToHub, { type: 'open' }>): void {
  const { job: number, slots, resumed = [], more = false } = message;
  const isResumed = takeNamedJob(leader, number);
  const present = leader.jobs.get(number);
  if (present?.confirmed === true || present?.listing !== undefined) {
    // A repeated message is about the same job.
    state.counters.strayMessages += 1;
    return;
  }
  const job = present ?? createJob(state, leader, message, isResumed);
  if (job === undefined) {
    closeClaimsOf(state, leader, number);
    return;
  }
  job.listing = { attempts: [], slots };
  job.slotsTold = slots;
  list(state, job, job.listing, resumed, more);
}

/** A leader says what else it has under way of a job that it opens again. */
export function listUnderWay(
  state: HubState,
  leader: HubLeader,
  { job: number, attempts, more = false }: Extract<LeaderToHub, { type: 'underWay' }>,
): void {
  const job = leader.jobs.get(number);
  if (job?.listing === undefined) state.counters.strayMessages += 1;
  else list(state, job, job.listing, attempts, more);
}

/** The job is open as soon as all that is under way of it is known. */
function list(state: HubState, job: HubJob, listing: Listing, attempts: readonly UnderWay[], more: boolean): void {
  const { leader, needClass } = job;
  nameAttempts(job, listing, attempts);
  const limit = underWayExceeds(leader.connection) ?? recordsExceed(state, leader.named, 0);
  if (limit !== undefined) {
    refuse(state, leader, job.number, limit);
    closeJob(state, job);
    closeClaimsOf(state, leader, job.number);
    return;
  }
  state.awaitRest(job, 'leader', leader.id, more);
  if (more) return;
  endListing(job);
  job.confirmed = true;
  reconcile(state, job, listing.attempts);
  if (listing.slots === 0 || listing.slots !== slotsFor(needClass)) tellCapacity(state, job);
  unstall(state, job);
  serve(state, needClass);
}
