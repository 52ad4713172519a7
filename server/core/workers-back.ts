/** A worker goes, and comes back. Then it says what it executes, and which answers it keeps. */
import { workerGraceMs } from '../../src/limits.js';
import type { Possession, WorkerToHub } from '../../src/protocol/messages.js';
import { recordsExceed, saidExceeds } from './admission.js';
import { removeAnswered, weighAnswers } from './answers.js';
import { endReservation } from './assigning.js';
import { moveWorker } from './capacity.js';
import { charge, saidCharBytes, saidRecordBytes } from './charges.js';
import { takeClaim, closeClaim, isClosed } from './claiming.js';
import { unknow } from './describing.js';
import { askAnew } from './doing.js';
import type { HubState } from './hub-state.js';
import { loseLease, tellLost } from './leasing.js';
import { inHand } from './worker-room.js';
import { nothingSaid } from './new-records.js';
import { noteWorkerGone } from './notes.js';
import { endingKey, type Answered, type Said, type HubWorker } from './records.js';

/** The worker's connection is lost. It keeps its leases for a moment: a worker that lives is back soon. */
export function workerAway(state: HubState, worker: HubWorker, reason: string): void {
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
 * The worker is gone for good, and what it had goes back to the leaders. `alive`: it did not die of a batch. A worker that was
 * told to go may be killed while it still executes. No batch is to blame for that, either.
 */
export function workerGone(state: HubState, worker: HubWorker, reason: string, alive: boolean): void {
  const leases = [...worker.leases];
  // What was cancelled may have been what it died of.
  const executing = worker.connected ? inHand(worker) : worker.executingWhenLost;
  noteWorkerGone(state, worker, !alive && !worker.draining, reason);
  worker.isGone = true;
  // This comes first. So the worker is given nothing that becomes due by what follows.
  moveWorker(state, worker, undefined);
  endReservation(state, worker);
  state.claiming.delete(worker);
  forgetReport(state, worker);
  state.awayWorkers.delete(worker);
  state.workers.delete(worker.id);
  askAnew(state);
  for (const job of worker.jobs.keys()) unknow(worker, job);
  for (const answered of worker.answered) dropAnswered(state, answered);
  let others = 0;
  leases.forEach((lease) => {
    if (!lease.hasWaited) others += 1;
    // A worker begins batches in the order in which they come, one for each slot. Batches beyond its slots had not begun, unless
    // others gave their slots up.
    const begun = (lease.hasWaited || others <= worker.slots) && !worker.connection.leaving;
    const isBlameless = alive || worker.draining;
    const cause = !begun ? 'returned' : isBlameless ? 'wasted' : 'gone';
    // A batch that waits executes nothing. But it may have gone on while the message was on its way, or it may kill by a timer.
    const alone = lease.waiting ? leases.length === 1 && executing === 0 : executing === 1;
    const known = cause === 'gone' ? { alone } : {};
    loseLease(state, lease, { seq: lease.seq, attempt: lease.attempt, cause, reason, ...known });
  });
}

/** What a worker has reported on its last connection is not kept any more. */
function forgetReport(state: HubState, worker: HubWorker): void {
  charge(worker, -worker.recordBytes);
  state.unfinished.delete(worker);
}

/** The worker, connected anew, says what it has, or a part of it. */
export function report(
  state: HubState,
  worker: HubWorker,
  { jobs, ending, more = false }: Extract<WorkerToHub, { type: 'report' }>,
): void {
  // A repeated report would not have what was given out since then.
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

function takePossession(state: HubState, worker: HubWorker, possession: Possession): void {
  const { jobId } = possession;
  const job = state.jobs.get(jobId);
  if (job !== undefined) takeClaim(state, worker, job, possession);
  else if (isClosed(state, jobId)) closeClaim(state, worker, possession);
  else {
    worker.claims.add(possession);
    state.claiming.add(worker);
  }
}

/** The worker has said all that it has. What else the hub believed it to have is lost. */
function takeWhole(state: HubState, worker: HubWorker): void {
  const { connection } = worker;
  const { jobs, running, held, ending } = connection.said;
  // The worker will not answer a cancelled attempt that it does not have any more.
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

/** The worker does not keep the answer any more. Its leader may be waiting for it. */
function dropAnswered(state: HubState, answered: Answered): void {
  removeAnswered(state, answered);
  weighAnswers(state, answered.job.leader);
  if (!answered.asked) return;
  const { job, worker, seq, attempt, begun } = answered;
  tellLost(state, job, worker, { seq, attempt, cause: begun ? 'wasted' : 'returned', reason: 'its answer is gone' });
}
