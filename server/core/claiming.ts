/**
 * Matches what returning workers have with the jobs that leaders have open or closed. So it finds again what was under way before
 * a connection was lost.
 *
 * A leader that is back says which attempts it has under way. A worker that is back says which it executes, and which answers it
 * keeps. Where both speak of the same attempt, it goes on. An attempt that nobody has is told to its leader as lost.
 *
 * A hub that has just started awaits attempts of which no worker has spoken yet. It awaits them for as long as their leaders say
 * that it is worth it, and no longer than the recovery window. What workers have of jobs that nobody has opened yet is kept for
 * as long as leaders are waited for.
 *
 * Whatever a returning worker executes or keeps is used, and not executed again:
 * 1. If an attempt had been given up, its leader is told that it is under way again (`adopted`). The leader says if it does not
 *    want it any more.
 * 2. What waits to be executed in its place is dropped first: in the queue, and at workers behind others. What is executed goes
 *    on beside it, and the first success counts.
 * 3. What its leader sends in its place before it has heard of it is given back at once.
 * 4. So it is with what a leader that is back does not know to be under way.
 * 5. An answer after which its leader has sent the batch again is not asked for: the leader has it, and acknowledges it yet.
 *
 * `leaders-back.ts` has what leaders say, and `workers-back.ts` what workers say. This file is where both meet. `awaited.ts` has
 * attempts that no worker has spoken of. `due.ts` gives up whoever does not come back.
 */
import { jobIdOf, leaderOf } from '../../src/protocol/job-id.js';
import type { Attempt, Possession } from '../../src/protocol/messages.js';
import { addAnswered, askAgain, weighAnswers } from './answers.js';
import { dropQueued } from './assigning.js';
import { tellHopes } from './awaited.js';
import { know } from './describing.js';
import type { HubState } from './hub-state.js';
import { adoptLease, cancelLease, release } from './leasing.js';
import { awaitNoMore } from './named.js';
import { attemptKey, endingKey, type HubJob, type HubLeader, type Lease, type HubWorker } from './records.js';
import { changeWaiting } from './waiting.js';

/** What a worker has of a job that is open. */
export function takeClaim(state: HubState, worker: HubWorker, job: HubJob, { running, held }: Possession): void {
  dropClaim(state, worker, job.id);
  know(state, worker, job);
  for (const { ticket, ...attempt } of held) {
    if (!isGenuine(state, worker, job, attempt, ticket)) continue;
    const lease = job.leases.get(attempt);
    const isAnswered = job.answered.has(attemptKey(attempt));
    const isUnderWay = awaitNoMore(job, attempt) !== undefined || lease !== undefined || isAnswered;
    if (lease?.worker === worker) release(state, lease);
    const begun = job.answered.get(attemptKey(attempt))?.begun ?? true;
    const answered = addAnswered(state, job, worker, attempt, { counted: false, begun });
    weighAnswers(state, job.leader);
    if (!isUnderWay) tellFound(state, answered);
    if (!isAnswered || !isSentAgain(job, attempt)) askAgain(state, answered);
  }
  for (const { ticket, waiting = false, ...attempt } of running) {
    const lease = job.leases.get(attempt);
    // What was cancelled meanwhile comes to an end: the worker is told already.
    const isEnding = worker.ending.has(endingKey(job.id, attempt));
    if (isEnding || !isGenuine(state, worker, job, attempt, ticket)) continue;
    if (lease === undefined) adopt(state, worker, job, attempt);
    changeWaiting(state, worker, job, attempt, waiting);
  }
  const isFoundWhole = job.awaited.size === 0 && state.awaiting.delete(job);
  // Only its answer was found. Until now its leader could hope for more.
  if (isFoundWhole && job.confirmed && job.leases.size === 0) tellHopes(state, job);
  state.placement.place(worker);
}

/** Whether the attempt was given to this worker. If not, the worker lies: it is disconnected, and not listened to any more. */
function isGenuine(state: HubState, worker: HubWorker, job: HubJob, attempt: Attempt, ticket: number): boolean {
  if (worker.isLying) return false;
  if (state.config.ticketOf(job.secret, worker.id, attempt) === ticket) return true;
  worker.isLying = true;
  state.counters.forged += 1;
  state.expel('worker', worker.id, `it was not given attempt ${attempt.attempt} of batch ${attempt.seq} of job ${job.id}`);
  return false;
}

/** Whether a later attempt waits here that its leader has not sent on purpose beside this one. */
function isSentAgain({ queue }: HubJob, { seq, attempt }: Attempt): boolean {
  if (!queue.attemptsOf(seq).some((other) => other > attempt)) return false;
  return queue.all().some((batch) => batch.seq === seq && batch.attempt > attempt && batch.beside !== true);
}

/**
 * A worker executes an attempt that is awaited, or that had been given up. The leader is told, and says whether it still wants
 * it.
 */
function adopt(state: HubState, worker: HubWorker, job: HubJob, attempt: Attempt): void {
  const awaited = awaitNoMore(job, attempt);
  const { bytes = 0, suspect = false, alone = false } = awaited ?? {};
  adoptLease(state, job, worker, { ...attempt, bytes, suspect: suspect || alone, alone });
  if (awaited === undefined) tellFound(state, { job, worker, ...attempt });
}

/** Tells the leader that a worker has an attempt, or the answer to it, which it does not know to be under way. */
export function tellFound(
  state: HubState,
  { job, worker, seq, attempt }: Pick<Lease, 'job' | 'worker' | 'seq' | 'attempt'>,
): void {
  // A leader that has not opened the job again yet is going to say what it wants.
  if (!job.confirmed) return;
  const inPlaceOf = dropInPlace(state, job, seq);
  state.toLeader(job.leader, { type: 'adopted', job: job.number, workerId: worker.id, seq, attempt, inPlaceOf });
}

/** Workers need not keep what they have of jobs of the leader that are closed. */
export function closeClaims(state: HubState, leaderId: string): void {
  for (const worker of state.claiming) closeClosed(state, worker, worker.claims.ofLeader(leaderId));
}

/** Workers need not keep what they have of a job that its leader has not come to open again. */
export function closeClaimsOf(state: HubState, leader: HubLeader, number: number): void {
  for (const worker of state.claiming) {
    const claim = worker.claims.get(jobIdOf(leader.id, number));
    if (claim !== undefined) closeClaim(state, worker, claim);
  }
}

export function closeClosed(state: HubState, worker: HubWorker, claims: Iterable<Possession>): void {
  for (const claim of claims) if (isClosed(state, claim.jobId)) closeClaim(state, worker, claim);
}

/** What a worker has of a job that is closed. */
export function closeClaim(state: HubState, worker: HubWorker, { jobId, running }: Possession): void {
  dropClaim(state, worker, jobId);
  for (const attempt of running) worker.ending.add(endingKey(jobId, attempt));
  state.toWorker(worker, { type: 'close', jobId });
}

function dropClaim(state: HubState, worker: HubWorker, jobId: string): void {
  worker.claims.delete(jobId);
  if (worker.claims.size === 0) state.claiming.delete(worker);
}

/** Whether a job that is not here was closed, rather than that its leader has not come back yet. */
export function isClosed(state: HubState, jobId: string): boolean {
  if (state.jobs.has(jobId)) return false;
  const { leaderId, number } = leaderOf(jobId);
  const leader = state.leaders.get(leaderId);
  const resuming = leader?.connection.resuming;
  return resuming === undefined ? !state.recovering : !resuming.has(number);
}

/** Whether a worker is back with an attempt of the batch, or with the answer to it, that had been given up. */
export function isFound({ leases, asked }: HubJob, seq: number): boolean {
  return asked.has(seq) || leases.ofSeq(seq).some(({ adopted }) => adopted);
}

/**
 * Drops attempts in place of one that was found, where they still wait: at the hub, or at a worker behind others.
 *
 * @returns the numbers of the attempts that were dropped
 */
export function dropInPlace(state: HubState, job: HubJob, seq: number): number[] {
  const dropped = job.queue.attemptsOf(seq);
  for (const attempt of dropped) dropQueued(state, job, { seq, attempt });
  for (const lease of job.leases.ofSeq(seq)) {
    if (lease.adopted || !waitsAtWorker(lease)) continue;
    cancelLease(state, lease);
    dropped.push(lease.attempt);
  }
  return dropped;
}

/** Whether earlier leases take all slots of the worker. */
function waitsAtWorker(lease: Lease): boolean {
  let before = 0;
  for (const other of lease.worker.leases) {
    if (other === lease) break;
    before += 1;
  }
  return before >= lease.worker.slots;
}
