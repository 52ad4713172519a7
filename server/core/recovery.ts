/**
 * What was under way before a connection was lost is found again.
 *
 * A leader that is back says which attempts it has under way. A worker that is back says which it executes, and which
 * answers it keeps. Where both speak of the same attempt, it goes on. An attempt that nobody has is told to its leader as
 * lost.
 *
 * A hub that has just started awaits attempts of which no worker has spoken yet. It awaits them for as long as their
 * leaders say that it is worth it, and no longer than the recovery window. What workers have of jobs that nobody has
 * opened yet is kept for as long as leaders are waited for.
 *
 * Whatever a worker that is back executes or keeps is used, rather than executed again:
 * 1. If it had been given up, its leader is told that it is under way again (`adopted`), and says if it is not wanted any more.
 * 2. What waits to be executed in its place is dropped first: in the queue, and at workers behind others. What is executed goes
 *    on beside it, and the first success counts.
 * 3. What its leader sends in its place before it has heard of it is given back at once.
 * 4. So it is with what a leader that is back does not know to be under way.
 */
import { leaderGraceMs, listWithinMs, recoveryWindowMs, workerGraceMs } from '../../src/limits.js';
import type { Attempt, Possession, UnderWay, WorkerToHub } from '../../src/protocol/messages.js';
import { namedExceeds, recordsExceed, resumedExceeds, saidExceeds } from './admission.js';
import { charge, namedBytesOf, resumedRecordBytes, saidCharBytes, saidRecordBytes } from './charges.js';
import { explainNext, fitNext, moveWorker, tellCapacity, tellNext } from './capacity.js';
import { know, unknow } from './describing.js';
import type { HubState } from './hub-state.js';
import { jobIdOf, leaderOf } from '../../src/protocol/job-id.js';
import { closeJob } from './jobs.js';
import {
  addAnswered,
  adoptLease,
  askAgain,
  dropInPlace,
  endReservation,
  freeReserved,
  loseLease,
  release,
  removeAnswered,
  serve,
  serveWorker,
  tellLost,
  weighAnswers,
} from './leasing.js';
import {
  hasSlots,
  inHand,
  attemptKey,
  endingKey,
  nothingSaid,
  type Answered,
  type Job,
  type Leader,
  type Lease,
  type Said,
  type Worker,
} from './records.js';
import { changeWaiting } from './waiting.js';

// Leaders.

/** Whether nothing would be lost with the leader, so that it need not be waited for. */
export function hasNothing({ recovering }: HubState, { jobs, connection: { resuming } }: Leader): boolean {
  return !recovering && jobs.size === 0 && (resuming === undefined || resuming.size === 0);
}

/** What the leader has named on its last connection is not kept any more. */
export function forgetNamed(leader: Leader): void {
  charge(leader, -namedBytesOf(leader.connection));
}

/** Likewise what a worker has reported. */
function forgetReport(state: HubState, worker: Worker): void {
  charge(worker, -worker.recordBytes);
  state.unfinished.delete(worker);
}

/** The leader's connection is lost. It is waited for. */
export function leaderAway(state: HubState, leader: Leader): void {
  disconnect(state, leader);
  state.awayLeaders.add(leader);
  leader.awayUntil = state.now + leaderGraceMs;
}

/** Nothing is told to the leader any more, and nothing new of it is given out. */
function disconnect(state: HubState, leader: Leader): void {
  leader.connected = false;
  state.unfinished.delete(leader);
  for (const job of leader.jobs.values()) {
    job.confirmed = false;
    job.listing = undefined;
    state.unfinished.delete(job);
    state.placement.leaveTurn(job);
  }
}

/** The leader is gone for good: whatever there is of it is closed everywhere. */
export function leaderGone(state: HubState, leader: Leader): void {
  disconnect(state, leader);
  for (const job of leader.jobs.values()) closeJob(state, job);
  forgetNamed(leader);
  state.awayLeaders.delete(leader);
  state.leaders.delete(leader.id);
  closeClaims(state, leader.id);
}

/** The leader says which of its jobs live, and whether it has more to name. */
export function resume(state: HubState, leader: Leader, jobs: readonly number[], more: boolean): void {
  const { connection } = leader;
  // Told twice, what has been opened since is not to be closed.
  if (connection.resuming !== undefined) return;
  for (const job of jobs) connection.listed.add(job);
  connection.resumed += jobs.length;
  charge(leader, jobs.length * resumedRecordBytes);
  const limit = resumedExceeds(connection) ?? namedExceeds(state, leader);
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
export function closeOrForget(state: HubState, leader: Leader, number: number): void {
  const job = leader.jobs.get(number);
  const wasExpected = leader.connection.resuming?.delete(number) === true;
  if (job !== undefined) closeJob(state, job);
  else if (!wasExpected) state.counters.strayMessages += 1;
  closeClaimsOf(state, leader, number);
}

/** Workers need not keep what they have of a job that its leader has not come to open again. */
export function closeClaimsOf(state: HubState, leader: Leader, number: number): void {
  for (const worker of state.claiming) {
    const claim = worker.claims.get(jobIdOf(leader.id, number));
    if (claim !== undefined) closeClaim(state, worker, claim);
  }
}

/** Brings what the hub has of a job in line with what its leader has under way, and looks for the rest. */
export function reconcile(state: HubState, job: Job, underWay: readonly UnderWay[]): void {
  const wanted = new Set(underWay.map(attemptKey));
  keepQueued(state, job, underWay);
  for (const lease of job.leases.all()) if (!wanted.has(attemptKey(lease))) tellFound(state, lease);
  for (const answered of job.answered.values()) {
    if (wanted.has(attemptKey(answered))) continue;
    tellFound(state, answered);
    askAgain(state, answered);
  }
  job.awaited.clear();
  for (const attempt of underWay) {
    const answered = job.answered.get(attemptKey(attempt));
    if (answered !== undefined) askAgain(state, answered);
    else if (job.leases.get(attempt) === undefined && !job.queue.has(attempt)) job.awaited.set(attemptKey(attempt), attempt);
  }
  const claimed: Worker[] = [];
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

/** Of what is queued only these attempts are wanted. The job is not in turn: its leader has only just opened it again. */
function keepQueued(state: HubState, job: Job, wanted: readonly Attempt[]): void {
  const { queue, leader } = job;
  const kept = queue.only(wanted);
  state.countBatches(leader, kept.size - queue.size, kept.bytes - queue.bytes, kept.besideBytes - queue.besideBytes);
  job.queue = kept;
  freeReserved(state);
}

/**
 * Tells the leader of awaited attempts for which it is not worth waiting any longer. It tells as many as there is room for
 * in the event in hand, and the others in later ones. Where none is left, none is awaited any more.
 */
function giveUpAwaited(state: HubState, job: Job): void {
  const { awaited } = job;
  job.awaitedUntil = Infinity;
  const lost: UnderWay[] = [];
  for (const attempt of awaited.values()) {
    const until = untilGivenUp(state, attempt);
    if (until > state.now) {
      job.awaitedUntil = Math.min(job.awaitedUntil, until);
      continue;
    }
    if (lost.length === state.lostRoom) {
      job.awaitedUntil = state.now;
      break;
    }
    lost.push(attempt);
  }
  state.lostRoom -= lost.length;
  for (const { seq, attempt } of lost) {
    awaited.delete(attemptKey({ seq, attempt }));
    tellLost(state, job, '', { seq, attempt, cause: 'returned', reason: 'no worker has it' });
  }
  // Turns are by job: the jobs that wait behind this one come first.
  state.awaiting.delete(job);
  if (awaited.size > 0) state.awaiting.add(job);
  state.awaitedUntil = Math.min(state.awaitedUntil, job.awaitedUntil);
  // Each piece would be corrected by the next.
  if (lost.length > 0 && job.awaitedUntil > state.now) tellHopes(state, job);
}

/** Tells the leader how much may still come back, where there are no slots. */
function tellHopes(state: HubState, job: Job): void {
  if (!hasSlots(job.needClass)) tellCapacity(state, job);
}

function untilGivenUp({ startedAt }: HubState, { worthMs }: UnderWay): number {
  return startedAt + Math.min(worthMs, recoveryWindowMs);
}

// Workers.

/** The worker's connection is lost. It keeps its leases for a moment: one that lives is back soon. */
export function workerAway(state: HubState, worker: Worker, reason: string): void {
  worker.connected = false;
  worker.executingWhenLost = inHand(worker);
  endReservation(state, worker);
  state.awayWorkers.add(worker);
  forgetReport(state, worker);
  worker.awayUntil = state.now + workerGraceMs;
  worker.awayReason = reason;
  worker.connection.said = nothingSaid();
  worker.ending.clear();
  worker.claims.clear();
  state.claiming.delete(worker);
  moveWorker(state, worker, undefined);
}

/**
 * The worker is gone for good: what it had goes back to the leaders. `alive`: it did not die of it. One that was told to go may
 * be killed while it still executes: that is nobody's doing, either.
 */
export function workerGone(state: HubState, worker: Worker, reason: string, alive: boolean): void {
  const leases = [...worker.leases];
  // What was cancelled may have been what it died of.
  const executing = worker.connected ? inHand(worker) : worker.executingWhenLost;
  // First, so that it is given nothing of what becomes due by what follows.
  moveWorker(state, worker, undefined);
  endReservation(state, worker);
  state.claiming.delete(worker);
  forgetReport(state, worker);
  state.awayWorkers.delete(worker);
  state.workers.delete(worker.id);
  for (const job of worker.jobs.keys()) unknow(worker, job);
  for (const answered of worker.answered) dropAnswered(state, answered);
  let others = 0;
  leases.forEach((lease) => {
    if (!lease.hasWaited) others += 1;
    // A worker begins batches in the order in which they come, one a slot: those beyond its slots had not begun, unless others
    // gave theirs up.
    const begun = (lease.hasWaited || others <= worker.slots) && !worker.connection.leaving;
    const isBlameless = alive || worker.draining;
    const cause = !begun ? 'returned' : isBlameless ? 'wasted' : 'gone';
    // What waits executes nothing; but it may have gone on, which was on its way to be told, or kill by a timer.
    const alone = lease.waiting ? leases.length === 1 && executing === 0 : executing === 1;
    const known = cause === 'gone' ? { alone } : {};
    loseLease(state, lease, { seq: lease.seq, attempt: lease.attempt, cause, reason, ...known });
  });
}

/** The worker, connected anew, says what it has, or a part of it. */
export function report(
  state: HubState,
  worker: Worker,
  { jobs, ending, more = false }: Extract<WorkerToHub, { type: 'report' }>,
): void {
  // Told twice, what was given out since would be missing.
  const { connection } = worker;
  if (connection.reported) return;
  const { said } = connection;
  const empty = jobs.find(({ running, held }) => running.length + held.length === 0);
  if (empty !== undefined) {
    state.expel('worker', worker.id, `it has reported job ${empty.jobId}, of which it has nothing`);
    return;
  }
  said.count += ending.length;
  for (const { jobId } of ending) said.idChars += jobId.length;
  for (const possession of jobs) {
    const twice = note(said, possession);
    if (twice === undefined) continue;
    state.expel('worker', worker.id, `it has reported attempt ${twice} twice`);
    return;
  }
  charge(worker, said.count * saidRecordBytes + said.idChars * saidCharBytes - worker.recordBytes);
  const limit = saidExceeds(connection) ?? recordsExceed(state, worker, 0);
  if (limit !== undefined) {
    state.expel('worker', worker.id, `the hub's limit is reached: ${limit}`, 'LIMIT_EXCEEDED');
    return;
  }
  state.awaitRest(worker, 'worker', worker.id, more);
  for (const attempt of ending) {
    const key = endingKey(attempt.jobId, attempt);
    said.ending.add(key);
    worker.ending.add(key);
  }
  for (const possession of jobs) takePossession(state, worker, possession);
  if (!more && !worker.isLying) takeWhole(state, worker);
}

/** @returns an attempt that was spoken of before, on this connection */
function note(said: Said, { jobId, running, held }: Possession): string | undefined {
  const count = 1 + running.length + held.length;
  said.count += count;
  said.idChars += count * jobId.length;
  said.jobs.add(jobId);
  for (const [attempts, noted] of [[running, said.running] as const, [held, said.held] as const]) {
    for (const attempt of attempts) {
      const key = endingKey(jobId, attempt);
      if (noted.has(key)) return key;
      noted.add(key);
    }
  }
  return undefined;
}

function takePossession(state: HubState, worker: Worker, possession: Possession): void {
  const { jobId } = possession;
  const job = state.jobs.get(jobId);
  if (job !== undefined) takeClaim(state, worker, job, possession);
  else if (isClosed(state, jobId)) closeClaim(state, worker, possession);
  else {
    worker.claims.add(possession);
    state.claiming.add(worker);
  }
}

/** The worker has said all that it has: what else the hub believed it to have is lost. */
function takeWhole(state: HubState, worker: Worker): void {
  const { connection } = worker;
  const { jobs, running, held, ending } = connection.said;
  // What was cancelled since it is back, and is not there any more, is not going to be answered.
  for (const key of worker.ending) if (!running.has(key) && !ending.has(key)) worker.ending.delete(key);
  connection.reported = true;
  // What is claimed of jobs that nobody has opened yet stays.
  if (worker.claims.size === 0) forgetReport(state, worker);
  connection.said = nothingSaid();
  for (const lease of worker.leases) {
    if (running.has(endingKey(lease.job.id, lease))) continue;
    const { seq, attempt } = lease;
    loseLease(state, lease, { seq, attempt, cause: 'returned', reason: 'its connection was lost before it had begun' });
  }
  for (const answered of worker.answered) if (!held.has(endingKey(answered.job.id, answered))) dropAnswered(state, answered);
  for (const job of worker.jobs.keys()) if (!jobs.has(job.id)) unknow(worker, job);
}

/** The worker does not keep the answer any more, which its leader may be waiting for. */
function dropAnswered(state: HubState, answered: Answered): void {
  removeAnswered(state, answered);
  weighAnswers(state, answered.job.leader);
  if (!answered.asked) return;
  const { job, worker, seq, attempt, begun } = answered;
  tellLost(state, job, worker.id, { seq, attempt, cause: begun ? 'wasted' : 'returned', reason: 'its answer is gone' });
}

/** What a worker has of a job that is open. */
function takeClaim(state: HubState, worker: Worker, job: Job, { running, held }: Possession): void {
  dropClaim(state, worker, job.id);
  know(state, worker, job);
  for (const { ticket, ...attempt } of held) {
    if (!isGenuine(state, worker, job, attempt, ticket)) continue;
    const lease = job.leases.get(attempt);
    const isUnderWay = job.awaited.delete(attemptKey(attempt)) || lease !== undefined || job.answered.has(attemptKey(attempt));
    if (lease?.worker === worker) release(state, lease);
    const begun = job.answered.get(attemptKey(attempt))?.begun ?? true;
    const answered = addAnswered(state, job, worker, attempt, { counted: false, begun });
    weighAnswers(state, job.leader);
    if (!isUnderWay) tellFound(state, answered);
    askAgain(state, answered);
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
  // What was found with its answer only: its leader could hope for it until now.
  if (isFoundWhole && job.confirmed && job.leases.size === 0) tellHopes(state, job);
  state.placement.place(worker);
}

/** Whether the attempt was given to this worker; otherwise it lies, is disconnected, and is not listened to any more. */
function isGenuine(state: HubState, worker: Worker, job: Job, attempt: Attempt, ticket: number): boolean {
  if (worker.isLying) return false;
  if (state.config.ticketOf(job.secret, worker.id, attempt) === ticket) return true;
  worker.isLying = true;
  state.counters.forged += 1;
  state.expel('worker', worker.id, `it was not given attempt ${attempt.attempt} of batch ${attempt.seq} of job ${job.id}`);
  return false;
}

/** A worker executes an attempt that is awaited, or that had been given up: its leader then says whether it still wants it. */
function adopt(state: HubState, worker: Worker, job: Job, attempt: Attempt): void {
  const key = attemptKey(attempt);
  const awaited = job.awaited.get(key);
  job.awaited.delete(key);
  const { bytes = 0, suspect = false, alone = false } = awaited ?? {};
  adoptLease(state, job, worker, { ...attempt, bytes, suspect: suspect || alone, alone });
  if (awaited === undefined) tellFound(state, { job, worker, ...attempt });
}

/** Tells the leader that a worker has an attempt, or the answer to it, which it does not know to be under way. */
function tellFound(state: HubState, { job, worker, seq, attempt }: Pick<Lease, 'job' | 'worker' | 'seq' | 'attempt'>): void {
  // A leader that has not opened the job again yet is going to say what it wants.
  if (!job.confirmed) return;
  const inPlaceOf = dropInPlace(state, job, seq);
  state.toLeader(job.leader, { type: 'adopted', job: job.number, workerId: worker.id, seq, attempt, inPlaceOf });
}

/** What a worker has of a job that is closed. */
function closeClaim(state: HubState, worker: Worker, { jobId, running }: Possession): void {
  dropClaim(state, worker, jobId);
  for (const attempt of running) worker.ending.add(endingKey(jobId, attempt));
  state.toWorker(worker, { type: 'close', jobId });
}

function dropClaim(state: HubState, worker: Worker, jobId: string): void {
  worker.claims.delete(jobId);
  if (worker.claims.size === 0) state.claiming.delete(worker);
}

/** Workers need not keep what they have of jobs of the leader that are closed. */
function closeClaims(state: HubState, leaderId: string): void {
  for (const worker of state.claiming) closeClosed(state, worker, worker.claims.ofLeader(leaderId));
}

function closeClosed(state: HubState, worker: Worker, claims: Iterable<Possession>): void {
  for (const claim of claims) if (isClosed(state, claim.jobId)) closeClaim(state, worker, claim);
}

/** Whether a job that is not here was closed, rather than that its leader has not come back yet. */
function isClosed(state: HubState, jobId: string): boolean {
  if (state.jobs.has(jobId)) return false;
  const { leaderId, number } = leaderOf(jobId);
  const leader = state.leaders.get(leaderId);
  const resuming = leader?.connection.resuming;
  return resuming === undefined ? !state.recovering : !resuming.has(number);
}

// Time.

/** When something is to be done next. */
export function nextDeadline(state: HubState): number | undefined {
  let next = givesUpAt(state);
  // Asked after each event, while thousands of jobs may be awaiting.
  if (state.awaiting.size > 0) next = Math.min(next, state.awaitedUntil);
  if (state.unexplained > 0) next = Math.min(next, state.explainAt);
  // What there was no room for is due at once.
  if (state.untold.size > 0) next = Math.min(next, state.now);
  if (!state.placement.fitting.isDone) next = Math.min(next, state.now);
  return next === Infinity ? undefined : next;
}

/** When a peer is given up next; Infinity: none is. */
function givesUpAt(state: HubState): number {
  const { awayLeaders, awayWorkers, claiming, unfinished, startedAt, recovering } = state;
  let next = claiming.size > 0 && recovering ? startedAt + leaderGraceMs : Infinity;
  for (const { awayUntil } of awayLeaders) next = Math.min(next, awayUntil);
  for (const { awayUntil } of awayWorkers) next = Math.min(next, awayUntil);
  for (const { until } of unfinished.values()) {
    next = Math.min(next, until);
    break;
  }
  return next;
}

/** Does what is due by now. */
export function onTime(state: HubState): void {
  const givesUp = givesUpAt(state) <= state.now;
  if (state.recovering && state.now >= state.startedAt + leaderGraceMs) endRecovery(state);
  if (givesUp) giveUp(state);
  giveUpNext(state);
  fitNext(state);
  if (state.unexplained > 0 && state.explainAt <= state.now) explainNext(state);
  tellNext(state);
}

/** Leaders that have not come yet come no more. */
function endRecovery(state: HubState): void {
  state.recovering = false;
  for (const worker of state.claiming) closeClosed(state, worker, worker.claims);
}

/** Gives up attempts that nobody has, as far as there is room for in the event in hand. */
function giveUpNext(state: HubState): void {
  if (state.awaitedUntil > state.now) return;
  for (const job of state.awaiting) {
    if (state.lostRoom === 0) break;
    if (job.awaitedUntil <= state.now) giveUpAwaited(state, job);
  }
  state.awaitedUntil = Infinity;
  for (const { awaitedUntil } of state.awaiting) state.awaitedUntil = Math.min(state.awaitedUntil, awaitedUntil);
}

/** Gives up whoever has been away for too long. */
function giveUp(state: HubState): void {
  for (const { role, id, until } of state.unfinished.values()) {
    if (until > state.now) break;
    state.expel(role, id, `the rest of what it has took longer than ${listWithinMs} ms`, 'LIMIT_EXCEEDED');
  }
  for (const leader of state.awayLeaders) if (leader.awayUntil <= state.now) leaderGone(state, leader);
  for (const worker of state.awayWorkers) {
    if (worker.awayUntil <= state.now) workerGone(state, worker, worker.awayReason, false);
  }
  for (const needClass of state.placement.fitting.needClasses) serve(state, needClass);
}
