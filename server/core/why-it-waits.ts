import { stillAfterMs } from '../../src/limits.js';
import { duration } from '../../src/core/job/in-words.js';
import { printable } from '../../src/protocol/printable.js';
import { oldestLease } from './oldest-lease.js';
import { slotsFor, type HubJob, type Lease } from './records.js';

/**
 * Why a job does not get on, as far as the hub knows; empty where it does. It looks at what stands in the way of all of the job
 * first, and last at what takes long.
 */
export function whyItWaits(job: HubJob, now: number): string {
  const { leader, confirmed, queue, leases, needClass, stalled, missingTold, awaited } = job;
  if (!leader.connected) return 'the connection to its leader is lost, and the leader is waited for';
  if (!confirmed) return 'its leader is back, and has not gone on with it yet';
  if (leader.connection.congested) return 'its leader does not read what waits for it';
  if (leader.isOwing) return 'its leader does not acknowledge the results that it has been sent';
  const slots = slotsFor(needClass);
  if (slots === 0 && leases.size === 0) return missingTold === '' ? 'no worker has a slot for it' : missingTold;
  if (stalled && queue.size > 0) {
    return 'a batch with which a worker was lost waits until a worker can execute it without harm to others';
  }
  if (awaited.size > 0) {
    return `${awaited.size === 1 ? 'a batch' : `${awaited.size} batches`} may be with workers that are not back yet`;
  }
  const oldest = oldestLease(job);
  if (oldest !== undefined && now - oldest.givenAt >= stillAfterMs) {
    return `${whoHas(oldest)} has had a batch of it for ${duration(now - oldest.givenAt)}`;
  }
  if (leases.size > 0) return '';
  if (queue.size > 0) return whoHasSlots(job, slots);
  return 'its leader sends nothing: the source or the reader is slow';
}

/** How many workers are looked at: where many have something, one of the first does. */
const mostLookedAt = 100;

function whoHasSlots({ needClass }: HubJob, slots: number): string {
  let looked = 0;
  let areEnding = false;
  for (const { workers } of needClass.offerClasses) {
    for (const { leases, ending } of workers) {
      // None of them is of this job.
      if (leases.size > 0) return `other jobs have ${slots === 1 ? 'the only slot' : `all ${slots} slots`}`;
      areEnding ||= ending.size > 0;
      looked += 1;
      if (looked === mostLookedAt) break;
    }
  }
  return areEnding ? 'what was cancelled still runs in the slots' : 'its workers are given nothing at present';
}

function whoHas({ worker: { id, connection, connected } }: Lease): string {
  const who = connection.name === '' ? `worker ${id}` : `worker ${printable(connection.name)}`;
  return connected ? who : `${who}, whose connection is lost,`;
}
