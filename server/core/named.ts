/**
 * What a leader that is back has named: the jobs that it goes on with, and the attempts that it has under way.
 *
 * Rules.
 * 1. It is charged apart from what else the hub keeps of the leader. Most of it is the same once more, and to come back is no
 *    fault.
 * 2. All leaders together may name as much as the hub keeps of records (`maxRecordBytes`). It is shared out in the same way.
 * 3. A job is charged until it is opened again, or ends. An attempt is charged until it is found, or given up.
 */
import type { Attempt, UnderWay } from '../../src/protocol/messages.js';
import { charge, resumedRecordBytes, underWayRecordBytes } from './charges.js';
import { attemptKey, type HubJob, type HubLeader, type Listing } from './records.js';

/** The leader goes on with these jobs. */
export function nameJobs({ connection: { listed }, named }: HubLeader, jobs: readonly number[]): void {
  const before = listed.size;
  for (const job of jobs) listed.add(job);
  charge(named, (listed.size - before) * resumedRecordBytes);
}

/** @returns whether the leader has named the job, and it was neither opened again nor ended since */
export function takeNamedJob({ connection: { resuming }, named }: HubLeader, job: number): boolean {
  if (resuming?.delete(job) !== true) return false;
  charge(named, -resumedRecordBytes);
  return true;
}

/** The connection is over on which the leader has named jobs. */
export function forgetNamedJobs({ connection: { listed, resuming }, named }: HubLeader): void {
  charge(named, -(listed.size + (resuming?.size ?? 0)) * resumedRecordBytes);
}

/** The leader has these attempts of the job under way. */
export function nameAttempts({ leader }: HubJob, listing: Listing, attempts: readonly UnderWay[]): void {
  listing.attempts.push(...attempts);
  leader.connection.underWay += attempts.length;
  charge(leader.named, attempts.length * underWayRecordBytes);
}

/** The list is whole, or is never going to be. */
export function endListing(job: HubJob): void {
  if (job.listing === undefined) return;
  charge(job.leader.named, -job.listing.attempts.length * underWayRecordBytes);
  job.listing = undefined;
}

/** Nobody has spoken of the attempt yet. */
export function awaitAttempt({ awaited, leader }: HubJob, attempt: UnderWay): void {
  const before = awaited.size;
  awaited.set(attemptKey(attempt), attempt);
  charge(leader.named, (awaited.size - before) * underWayRecordBytes);
}

/** @returns the attempt, if it was awaited */
export function awaitNoMore({ awaited, leader }: HubJob, attempt: Attempt): UnderWay | undefined {
  const key = attemptKey(attempt);
  const found = awaited.get(key);
  if (awaited.delete(key)) charge(leader.named, -underWayRecordBytes);
  return found;
}

/** No attempt of the job is awaited any more. */
export function awaitNone({ awaited, leader }: HubJob): void {
  charge(leader.named, -awaited.size * underWayRecordBytes);
  awaited.clear();
}
