/** A leader goes, and comes back. Then it says which of its jobs live, and what each has under way. */
import { leaderGraceMs } from '../../src/limits.js';
import type { Attempt, JobOutcome, UnderWay } from '../../src/protocol/messages.js';
import { recordsExceed, resumedExceeds } from './admission.js';
import { askAgain } from './answers.js';
import { freeReserved, serveWorker } from './assigning.js';
import { giveUpAwaited } from './awaited.js';
import { takeClaim, tellFound, closeClaims, closeClaimsOf } from './claiming.js';
import type { HubState } from './hub-state.js';
import { closeJob } from './jobs.js';
import { awaitAttempt, awaitNone, endListing, forgetNamedJobs, nameJobs, takeNamedJob } from './named.js';
import { noteLeaderGone } from './notes.js';
import { attemptKey, type HubJob, type HubLeader, type HubWorker } from './records.js';

/** Whether nothing would be lost with the leader, so that it need not be waited for. */
export function hasNothing({ recovering }: HubState, { jobs, connection: { resuming } }: HubLeader): boolean {
  return !recovering && jobs.size === 0 && (resuming === undefined || resuming.size === 0);
}

/** The leader's connection is lost. It is waited for. */
export function leaderAway(state: HubState, leader: HubLeader): void {
  disconnect(state, leader);
  state.awayLeaders.add(leader);
  leader.awayUntil = state.now + leaderGraceMs;
}

/** The leader is gone for good: whatever there is of it is closed everywhere. */
export function leaderGone(state: HubState, leader: HubLeader): void {
  noteLeaderGone(state, leader);
  disconnect(state, leader);
  for (const job of leader.jobs.values()) closeJob(state, job);
  forgetNamedJobs(leader);
  state.awayLeaders.delete(leader);
  state.leaders.delete(leader.id);
  closeClaims(state, leader.id);
}

/** Nothing is told to the leader any more, and nothing new of it is given out. */
function disconnect(state: HubState, leader: HubLeader): void {
  leader.connected = false;
  state.unfinished.delete(leader);
  for (const job of leader.jobs.values()) {
    job.confirmed = false;
    endListing(job);
    state.unfinished.delete(job);
    state.placement.leaveTurn(job);
  }
}

/** The leader says which of its jobs live, and whether it has more to name. */
export function resume(state: HubState, leader: HubLeader, jobs: readonly number[], more: boolean): void {
  const { connection } = leader;
  // A repeated message must not close what has been opened since.
  if (connection.resuming !== undefined) return;
  nameJobs(leader, jobs);
  const limit = resumedExceeds(connection) ?? recordsExceed(state, leader.named, 0);
  if (limit !== undefined) {
    state.expel('leader', leader.id, `the hub's limit is reached: ${limit}`, 'LIMIT_EXCEEDED');
    return;
  }
  state.awaitRest(leader, 'leader', leader.id, more);
  if (more) return;
  connection.resuming = connection.listed;
  connection.listed = new Set();
  for (const job of leader.jobs.values()) if (!connection.resuming.has(job.number)) closeJob(state, job);
  closeClaims(state, leader.id);
}

/** The leader's job has ended, perhaps before it was opened again. */
export function closeOrForget(state: HubState, leader: HubLeader, number: number, outcome: JobOutcome | undefined): void {
  const job = leader.jobs.get(number);
  const wasExpected = takeNamedJob(leader, number);
  if (job !== undefined) closeJob(state, job, outcome);
  else if (!wasExpected) state.counters.strayMessages += 1;
  closeClaimsOf(state, leader, number);
}

/**
 * Compares what the hub has of a job with what its leader has under way. Drops what is not wanted, and looks for what is missing.
 */
export function reconcile(state: HubState, job: HubJob, underWay: readonly UnderWay[]): void {
  const wanted = new Set(underWay.map(attemptKey));
  keepQueued(state, job, underWay);
  for (const lease of job.leases.all()) if (!wanted.has(attemptKey(lease))) tellFound(state, lease);
  for (const answered of job.answered.values()) {
    if (wanted.has(attemptKey(answered))) continue;
    tellFound(state, answered);
    askAgain(state, answered);
  }
  awaitNone(job);
  for (const attempt of underWay) {
    const answered = job.answered.get(attemptKey(attempt));
    if (answered !== undefined) askAgain(state, answered);
    else if (job.leases.get(attempt) === undefined && !job.queue.has(attempt)) awaitAttempt(job, attempt);
  }
  const claimed: HubWorker[] = [];
  for (const worker of state.claiming) {
    const claim = worker.claims.get(job.id);
    if (claim === undefined) continue;
    takeClaim(state, worker, job, claim);
    claimed.push(worker);
  }
  state.awaiting.add(job);
  giveUpAwaited(state, job);
  // What waits for a job of its own takes a slot until its job is known.
  for (const worker of claimed) serveWorker(state, worker);
}

/** Only these of the queued attempts are wanted. The job is not in turn: its leader has only just opened it again. */
function keepQueued(state: HubState, job: HubJob, wanted: readonly Attempt[]): void {
  const { queue, leader } = job;
  const kept = queue.only(wanted);
  state.countBatches(leader, kept.size - queue.size, kept.bytes - queue.bytes, kept.besideBytes - queue.besideBytes);
  state.tally.dropped += queue.size - kept.size;
  job.queue = kept;
  freeReserved(state);
}
