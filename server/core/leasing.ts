/** Batches are given to workers, answered, and given back. */
import { sharedForMs } from '../../src/limits.js';
import type { Attempt, Batch, BatchLoss, BatchResult } from '../../src/protocol/messages.js';
import { answeredRecordBytes, besideBytesOf, charge } from './charges.js';
import { chargeFor, mayRestFor, takePaid, usedBy } from './charging.js';
import type { HubState } from './hub-state.js';
import {
  attemptKey,
  endingKey,
  hasFreeSlot,
  hasSlots,
  inHand,
  isCheap,
  isDue,
  isInTurn,
  type Answered,
  type Job,
  type Leader,
  type Lease,
  type NeedClass,
  type Worker,
} from './records.js';
import { tellCapacity } from './capacity.js';
import { countInHand, introduce } from './describing.js';
import { countLease, endWait, type WaitOfLease } from './waiting.js';

/** Gives the class's next batches to workers, as long as there are both. */
export function serve(state: HubState, needClass: NeedClass): void {
  while (!state.closing) {
    const match = state.placement.matchFor(needClass);
    if (match === undefined || isHeldBack(state, match.worker)) return;
    assign(state, match.job, match.worker);
  }
}

/** Gives out what is queued of classes of jobs for which something has changed in the event in hand. */
export function serveChanged(state: HubState): void {
  if (state.changed.size === 0) return;
  for (const job of state.stalled) if (state.changed.has(job.needClass)) unstall(state, job);
  for (const needClass of state.changed) {
    // Its worker may have other jobs whose turn comes before.
    const match = state.placement.matchFor(needClass);
    if (match === undefined) continue;
    serveWorker(state, match.worker);
    serve(state, needClass);
  }
  state.changed.clear();
}

/** Gives the worker what is next among all that it can execute, as long as it has room. */
export function serveWorker(state: HubState, worker: Worker): void {
  if (worker.reserved && inHand(worker) === 0) serveReserved(state, worker);
  const stalled = worker.suspects === 0 ? [...state.stalled].filter((job) => canExecute(worker, job)) : [];
  for (const job of stalled) unstall(state, job);
  while (!state.closing) {
    const job = state.placement.nextFor(worker);
    if (job === undefined || isHeldBack(state, worker)) break;
    assign(state, job, worker);
  }
  for (const job of stalled) serve(state, job.needClass);
}

/** Whether nothing is sent ahead to the worker: a batch waits for one of its slots to be free, and would wait for ever. */
function isHeldBack({ stalled }: HubState, worker: Worker): boolean {
  if (stalled.size === 0 || hasFreeSlot(worker)) return false;
  for (const job of stalled) if (canExecute(worker, job)) return true;
  return false;
}

function canExecute({ offerClass }: Worker, { needClass }: Job): boolean {
  return offerClass !== undefined && needClass.offerClasses.has(offerClass);
}

/** The job may have something that a worker is free for. */
export function unstall(state: HubState, job: Job): void {
  job.stalled = false;
  state.stalled.delete(job);
  if (isDue(job)) state.placement.enterTurn(job);
}

/** Gives the job's next batch to the worker that was matched, or to another one where that one must not have it. */
function assign(state: HubState, job: Job, matched: Worker): void {
  let isForSuspects = true;
  let isForLoners = true;
  for (const batch of job.queue.inOrder()) {
    // Where one of a kind finds no worker, the others of it find none.
    if (batch.alone ? !isForLoners : batch.suspect && !isForSuspects) continue;
    const others = job.leases.ofSeq(batch.seq).map(({ worker }) => worker);
    const worker = findWorker(job, batch, others, matched);
    if (worker !== undefined) {
      give(state, job, batch, worker);
      return;
    }
    if (others.length > 0) {
      // To execute it a second time beside the first one would gain nothing.
      dropQueued(state, job, batch);
      const reason = 'the only workers for it have it already';
      tellLost(state, job, '', { seq: batch.seq, attempt: batch.attempt, cause: 'returned', reason });
      return;
    }
    // A worker that is idle is free for a suspect, too.
    if (batch.alone || batch.suspect) isForLoners = false;
    if (batch.suspect && !batch.alone) isForSuspects = false;
  }
  job.stalled = true;
  state.stalled.add(job);
  state.placement.leaveTurn(job);
  if (job.queue.nextLoner !== undefined) reserveWorker(state, job);
}

/**
 * Lets the worker that has the least in hand come to rest, for a batch that is to be executed alone; unless one does already, or
 * it is not its turn.
 */
function reserveWorker(state: HubState, job: Job): void {
  const workers = [...job.needClass.offerClasses].flatMap((offerClass) => [...offerClass.workers]);
  if (workers.some(({ reserved }) => reserved)) return;
  // There is one: it was matched.
  const chosen = workers.reduce((least, worker) => (inHand(worker) < inHand(least) ? worker : least));
  if (!mayRestFor(state, chosen, job)) return;
  chosen.reserved = true;
  state.reserved.add(chosen);
  state.placement.place(chosen);
}

/**
 * Workers that come to rest for batches which are to be executed alone take others again, once none waits that they could
 * execute.
 */
export function freeReserved(state: HubState): void {
  if (state.reserved.size === 0) return;
  const waiting = [...state.stalled].filter(({ queue }) => queue.nextLoner !== undefined);
  const freed = [...state.reserved].filter((worker) => !waiting.some((job) => canExecute(worker, job)));
  // Serving one may reserve another one, or the same again.
  for (const worker of freed) endReservation(state, worker);
  for (const worker of freed) serveWorker(state, worker);
}

export function endReservation(state: HubState, worker: Worker): void {
  worker.reserved = false;
  state.reserved.delete(worker);
  state.placement.place(worker);
}

/** A worker that was reserved has come to rest: it gets a batch that is to be executed alone, if one still waits. */
function serveReserved(state: HubState, worker: Worker): void {
  endReservation(state, worker);
  for (const job of state.stalled) {
    const batch = job.queue.nextLoner;
    if (batch === undefined || !canExecute(worker, job)) continue;
    unstall(state, job);
    if (!isInTurn(job)) continue;
    giveOutOfTurn(state, job, batch, worker);
    // What else it has queued may find a worker, or waits again.
    serve(state, job.needClass);
    return;
  }
}

/**
 * The matched worker, or another free one where that one has the batch already. A suspect batch goes to a free slot of a
 * worker that has no other suspect. A batch that is to be executed alone goes to a worker that is idle.
 */
function findWorker(job: Job, batch: Batch, others: readonly Worker[], matched: Worker): Worker | undefined {
  const { suspect, alone } = batch;
  const ending = endingKey(job.id, batch);
  const suits = (worker: Worker): boolean =>
    // It would take an attempt that its leader sends again, though it was cancelled, for being told twice.
    !worker.ending.has(ending) &&
    !others.includes(worker) &&
    !(suspect && (worker.suspects > 0 || !hasFreeSlot(worker))) &&
    !(alone && inHand(worker) > 0);
  if (suits(matched)) return matched;
  for (const { free } of job.needClass.offerClasses) for (const worker of free) if (suits(worker)) return worker;
  return undefined;
}

function give(state: HubState, job: Job, batch: Batch, worker: Worker): void {
  job.queue.remove(batch);
  const chargedMs = chargeFor(job, batch, worker);
  state.placement.takeTurn(job, takePaid(job, batch, chargedMs));
  hand(state, batch, { job, worker, chargedMs });
  if (batch.alone) freeReserved(state);
}

/** Where a job's batch is given though another one's turn may be next. */
function giveOutOfTurn(state: HubState, job: Job, batch: Batch, worker: Worker): void {
  job.queue.remove(batch);
  const chargedMs = chargeFor(job, batch, worker);
  state.placement.charge(job, takePaid(job, batch, chargedMs));
  hand(state, batch, { job, worker, chargedMs });
  state.placement.leaveTurn(job);
}

function hand(state: HubState, batch: Batch, { job, worker, chargedMs }: Pick<Lease, 'job' | 'worker' | 'chargedMs'>): void {
  const { seq, attempt, suspect, alone, payload } = batch;
  const bytes = payload.byteLength;
  const besideBytes = besideBytesOf(batch);
  const cheap = isCheap(job);
  introduce(state, worker, job);
  noteLeader(state, worker, job.leader);
  addLease(state, { seq, attempt, bytes, besideBytes, job, worker, chargedMs, cheap, suspect, alone, adopted: false });
  const ticket = state.config.ticketOf(job.secret, worker.id, batch);
  state.toWorker(worker, { type: 'assign', jobId: job.id, ticket, batch });
}

/** The worker is given something of this leader. */
function noteLeader({ now }: HubState, worker: Worker, { id }: Leader): void {
  if (worker.servedLeader !== '' && worker.servedLeader !== id) worker.sharedUntil = now + sharedForMs;
  worker.servedLeader = id;
  worker.shared = now < worker.sharedUntil;
  worker.givenAt = now;
  if (worker.offerClass !== undefined) worker.offerClass.givenAt = now;
}

/** An attempt is with a worker; whether it counts in its leader's account already is for the caller. */
export function addLease(state: HubState, lease: Omit<Lease, 'id' | 'givenAt' | 'entry' | keyof WaitOfLease>): void {
  const { seq, attempt, bytes, besideBytes, job, worker, chargedMs, cheap, suspect, alone, adopted } = lease;
  const { nextLease: id, now: givenAt } = state;
  state.nextLease += 1;
  // One by one: to spread so many fields is slow.
  const { entries: entry } = job;
  const wait: WaitOfLease = { waiting: false, hasWaited: false, waitingSince: 0, waitedMs: 0 };
  const added: Lease = {
    id,
    givenAt,
    seq,
    attempt,
    bytes,
    besideBytes,
    job,
    worker,
    chargedMs,
    entry,
    cheap,
    suspect,
    alone,
    adopted,
    ...wait,
  };
  job.leases.add(added);
  worker.leases.add(added);
  countInHand(state, worker, job, 1);
  countLease(added, 1);
  if (!cheap) job.cost.begin(id, givenAt);
  state.placement.place(worker);
}

/** The attempt is not with its worker any more. */
export function release(state: HubState, lease: Lease): void {
  takeBack(state, lease);
  // Until now its leader could hope for what a draining worker had.
  const { job } = lease;
  if (job.leases.size === 0 && !hasSlots(job.needClass)) tellCapacity(state, job);
}

/** Likewise, and its leader is told nothing of it. */
export function takeBack(state: HubState, lease: Lease): void {
  const { id, job, worker, bytes, besideBytes } = lease;
  job.leases.delete(lease);
  worker.leases.delete(lease);
  countInHand(state, worker, job, -1);
  if (lease.waiting) endWait(state, lease);
  countLease(lease, -1);
  job.cost.end(id);
  if (!lease.adopted) {
    state.countBatches(job.leader, -1, -bytes, -besideBytes);
  }
  state.placement.place(worker);
}

/** A worker has executed an attempt: by its lease, or by what is known of the answers that it keeps. */
export function settle(state: HubState, worker: Worker, jobId: string, result: BatchResult): void {
  const job = state.jobs.get(jobId);
  const lease = leaseOf(job, worker, result);
  setStuck(state, worker, false);
  if (job !== undefined && lease !== undefined) {
    release(state, lease);
    const sinceMs = state.now - lease.givenAt;
    // What was given from here cannot have taken longer than since then, whatever the worker says.
    const elapsedMs = lease.adopted ? result.elapsedMs : Math.min(result.elapsedMs, sinceMs);
    job.cost.observe(elapsedMs, sinceMs - elapsedMs - lease.waitedMs, state.now);
    // Before it was adopted the slot was of no use to anybody: the worker was away.
    state.placement.settle(lease, usedBy(lease, Math.min(elapsedMs, sinceMs)));
    addAnswered(state, job, worker, result, { counted: true, begun: true });
    weighAnswers(state, job.leader);
    tellResult(state, job, worker, result);
  } else if (job !== undefined && takeAsked(job, worker, result) !== undefined) tellResult(state, job, worker, result);
  else answeredToNobody(state, worker, jobId, result);
  serveWorker(state, worker);
}

/** A worker says that an attempt came to nothing. */
export function lose(state: HubState, worker: Worker, jobId: string, loss: BatchLoss): void {
  const job = state.jobs.get(jobId);
  const stages = job?.description.stages.length ?? Infinity;
  const { stage = 0 } = loss;
  if (stage >= stages) {
    state.expel('worker', worker.id, `it has lost a batch in stage ${stage} of ${stages}`);
    return;
  }
  const lease = leaseOf(job, worker, loss);
  // It gives back what waited there when what fills its slots takes long: its batches, or what was cancelled and goes on.
  setStuck(state, worker, loss.cause === 'returned');
  if (job !== undefined && lease !== undefined) {
    addAnswered(state, job, worker, loss, { counted: true, begun: loss.cause !== 'returned' });
    weighAnswers(state, job.leader);
    loseLease(state, lease, loss);
  } else {
    const asked = takeAsked(job, worker, loss);
    // A worker that did not keep its word has forgotten which it was.
    const cause = asked?.begun === false ? 'returned' : loss.cause;
    if (asked === undefined) answeredToNobody(state, worker, jobId, loss);
    else tellLost(state, asked.job, worker.id, { ...loss, cause });
  }
  serveWorker(state, worker);
}

/** Whether the worker is sent nothing ahead until something of it ends. */
function setStuck({ placement }: HubState, worker: Worker, isStuck: boolean): void {
  const { connection } = worker;
  if (connection.stuck === isStuck) return;
  connection.stuck = isStuck;
  placement.place(worker);
}

/** Tells the leader that an attempt came to nothing. */
export function loseLease(state: HubState, lease: Lease, loss: BatchLoss): void {
  const { job, worker } = lease;
  release(state, lease);
  state.placement.settle(lease, 0);
  tellLost(state, job, worker.id, loss);
}

function tellResult(state: HubState, job: Job, worker: Worker, result: BatchResult): void {
  state.counters.results += 1;
  state.toLeader(job.leader, { type: 'result', job: job.number, workerId: worker.id, result });
}

export function tellLost(state: HubState, job: Job, workerId: string, loss: BatchLoss): void {
  state.counters.lost += 1;
  state.toLeader(job.leader, { type: 'lost', job: job.number, workerId, loss });
}

/** Takes an attempt out of the worker's hands; its slot is free once the worker says that it has come to an end. */
export function cancelLease(state: HubState, lease: Lease): void {
  const { job, worker, seq, attempt } = lease;
  if (worker.connected) worker.ending.add(endingKey(job.id, lease));
  release(state, lease);
  state.toWorker(worker, { type: 'cancel', jobId: job.id, seq, attempt });
}

/** A worker keeps the answer to an attempt until the leader has acknowledged it. */
export function addAnswered(
  state: HubState,
  job: Job,
  worker: Worker,
  { seq, attempt }: Attempt,
  { counted, begun }: Pick<Answered, 'counted' | 'begun'>,
): Answered {
  const key = attemptKey({ seq, attempt });
  const before = job.answered.get(key);
  if (before !== undefined) removeAnswered(state, before);
  if (counted) job.leader.unacknowledged += 1;
  charge(job.leader, answeredRecordBytes);
  const answered: Answered = { job, worker, seq, attempt, asked: false, counted, begun };
  job.answered.set(key, answered);
  worker.answered.add(answered);
  countInHand(state, worker, job, 1);
  return answered;
}

/**
 * A leader that never acknowledges would fill the hub: while it leaves as many unacknowledged as it may, nothing more of it is
 * given out. Who only acknowledges late, as over a slow link, goes on in a moment.
 */
export function weighAnswers(state: HubState, leader: Leader): void {
  const { maxUnacknowledgedPerLeader } = leader.connection.limits;
  const isOwing = leader.unacknowledged >= (leader.isOwing ? maxUnacknowledgedPerLeader / 2 : maxUnacknowledgedPerLeader);
  if (isOwing === leader.isOwing) return;
  leader.isOwing = isOwing;
  holdBack(state, leader);
}

/** Whether anything of the leader is given out has changed. */
export function holdBack(state: HubState, leader: Leader): void {
  for (const job of leader.jobs.values()) {
    if (isDue(job)) state.placement.enterTurn(job);
    else state.placement.leaveTurn(job);
  }
  if (leader.connection.congested || leader.isOwing) return;
  for (const { needClass } of leader.jobs.values()) serve(state, needClass);
}

/** Asks the worker for an answer that its leader may not have got. */
export function askAgain(state: HubState, answered: Answered): void {
  answered.asked = true;
  const { job, worker, seq, attempt } = answered;
  job.asked.set(seq, answered);
  state.toWorker(worker, { type: 'resend', jobId: job.id, seq, attempt });
}

export function removeAnswered(state: HubState, answered: Answered): void {
  answered.worker.answered.delete(answered);
  const { job } = answered;
  if (job.asked.get(answered.seq) === answered) job.asked.delete(answered.seq);
  job.answered.delete(attemptKey(answered));
  charge(job.leader, -answeredRecordBytes);
  countInHand(state, answered.worker, job, -1);
  if (answered.counted) job.leader.unacknowledged -= 1;
}

/**
 * The leader says that it has the answer. While that is asked for again it has been told something else of the attempt before, as
 * that it was lost; what comes now it acknowledges as well.
 */
export function acknowledged(state: HubState, job: Job, attempt: Attempt): void {
  if (job.answered.get(attemptKey(attempt))?.asked !== true) acknowledge(state, job, attempt);
}

/** The leader has the answer: its worker need not keep it. */
export function acknowledge(state: HubState, job: Job, attempt: Attempt): void {
  const answered = job.answered.get(attemptKey(attempt));
  if (answered === undefined) return;
  removeAnswered(state, answered);
  weighAnswers(state, job.leader);
  const { seq, attempt: number } = answered;
  state.toWorker(answered.worker, { type: 'acknowledge', jobId: job.id, seq, attempt: number });
}

/** The attempt is not wanted any more, wherever it is. */
export function cancel(state: HubState, job: Job, attempt: Attempt): void {
  acknowledge(state, job, attempt);
  dropQueued(state, job, attempt);
  const lease = job.leases.get(attempt);
  if (lease === undefined) return;
  cancelLease(state, lease);
  // It may have kept another suspect from the worker.
  serveWorker(state, lease.worker);
}

/** Takes a batch out of the queue, if it is there. */
export function dropQueued(state: HubState, job: Job, attempt: Attempt): void {
  const dropped = job.queue.remove(attempt);
  if (dropped === undefined) return;
  state.countBatches(job.leader, -1, -dropped.payload.byteLength, -besideBytesOf(dropped));
  state.placement.leaveTurn(job);
  if (dropped.alone) freeReserved(state);
}

/** An answer that nobody waits for, or not yet: it may free a slot all the same. Anything else is counted. */
function answeredToNobody(state: HubState, worker: Worker, jobId: string, answered: Attempt): void {
  const claim = worker.claims.get(jobId);
  const begun = claim?.running.find((each) => each.seq === answered.seq && each.attempt === answered.attempt);
  if (claim !== undefined && begun !== undefined) {
    const running = claim.running.filter((each) => each !== begun);
    worker.claims.set({ jobId, running, held: [...claim.held, begun] });
  } else if (!worker.ending.delete(endingKey(jobId, answered))) state.counters.staleResults += 1;
  state.placement.place(worker);
}

function leaseOf(job: Job | undefined, worker: Worker, attempt: Attempt): Lease | undefined {
  const lease = job?.leases.get(attempt);
  return lease?.worker === worker ? lease : undefined;
}

/** The answer, if the worker was asked for it again; it is asked once. */
function takeAsked(job: Job | undefined, worker: Worker, attempt: Attempt): Answered | undefined {
  const answered = job?.answered.get(attemptKey(attempt));
  if (answered?.worker !== worker || !answered.asked) return undefined;
  answered.asked = false;
  const { asked } = answered.job;
  if (asked.get(answered.seq) === answered) asked.delete(answered.seq);
  return answered;
}

/** Whether a worker is back with an attempt of the batch, or with the answer to it, that had been given up. */
export function isFound({ leases, asked }: Job, seq: number): boolean {
  return asked.has(seq) || leases.ofSeq(seq).some(({ adopted }) => adopted);
}

/**
 * What was to be executed in place of an attempt that is found is not any more, as far as it waits: at the hub, or at a worker
 * behind others.
 *
 * @returns the numbers of such attempts
 */
export function dropInPlace(state: HubState, job: Job, seq: number): number[] {
  const dropped = job.queue.attemptsOf(seq);
  for (const attempt of dropped) dropQueued(state, job, { seq, attempt });
  for (const lease of job.leases.ofSeq(seq)) {
    if (lease.adopted || !waitsAtWorker(lease)) continue;
    cancelLease(state, lease);
    dropped.push(lease.attempt);
  }
  return dropped;
}

/** Whether its worker has others before it for all of its slots. */
function waitsAtWorker(lease: Lease): boolean {
  let before = 0;
  for (const other of lease.worker.leases) {
    if (other === lease) break;
    before += 1;
  }
  return before >= lease.worker.slots;
}

/** An attempt that its leader has under way is found with a worker. */
export function adoptLease(
  state: HubState,
  job: Job,
  worker: Worker,
  { seq, attempt, bytes, suspect, alone }: Attempt & Pick<Lease, 'bytes' | 'suspect' | 'alone'>,
): void {
  state.counters.adopted += 1;
  const lease = { seq, attempt, bytes, besideBytes: 0, job, worker, chargedMs: 0, cheap: false, suspect, alone };
  addLease(state, { ...lease, adopted: true });
}
