/** Gives queued batches to workers. A batch that is to be executed alone waits for a worker that comes to rest for it. */
import { sharedForMs } from '../../src/limits.js';
import type { Attempt, Batch } from '../../src/protocol/messages.js';
import { besideBytesOf } from './charges.js';
import { chargeFor, mayRestFor, takePaid } from './charging.js';
import { introduce } from './describing.js';
import type { HubState } from './hub-state.js';
import { addLease, tellLost } from './leasing.js';
import {
  endingKey,
  isDue,
  isInTurn,
  type HubJob,
  type HubLeader,
  type Lease,
  type NeedClass,
  type HubWorker,
} from './records.js';
import { hasFreeSlot, inHand, isCheap } from './worker-room.js';

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
export function serveWorker(state: HubState, worker: HubWorker): void {
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

/**
 * Whether nothing is sent ahead to the worker, because a batch waits for one of its slots to be free. Else that batch would wait
 * for ever.
 */
function isHeldBack({ stalled }: HubState, worker: HubWorker): boolean {
  if (stalled.size === 0 || hasFreeSlot(worker)) return false;
  for (const job of stalled) if (canExecute(worker, job)) return true;
  return false;
}

function canExecute({ offerClass }: HubWorker, { needClass }: HubJob): boolean {
  return offerClass !== undefined && needClass.offerClasses.has(offerClass);
}

/** The job may have something that a worker is free for. */
export function unstall(state: HubState, job: HubJob): void {
  job.stalled = false;
  state.stalled.delete(job);
  if (isDue(job)) state.placement.enterTurn(job);
}

/** Gives the job's next batch to the worker that was matched, or to another one where that one must not have it. */
function assign(state: HubState, job: HubJob, matched: HubWorker): void {
  let isForSuspects = true;
  let isForLoners = true;
  for (const batch of job.queue.inOrder()) {
    // When one batch of a kind finds no worker, the others of this kind find none.
    if (batch.alone ? !isForLoners : batch.suspect && !isForSuspects) continue;
    const others = job.leases.ofSeq(batch.seq).map(({ worker }) => worker);
    const worker = findWorker(job, batch, others, matched);
    if (worker !== undefined) {
      give(state, job, batch, worker);
      return;
    }
    if (others.length > 0) {
      // It would gain nothing to execute the batch twice at one worker.
      dropQueued(state, job, batch);
      const reason = 'the only workers for it have it already';
      tellLost(state, job, undefined, { seq: batch.seq, attempt: batch.attempt, cause: 'returned', reason });
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
 * The matched worker, or another free one where that one has the batch already. A suspect batch goes to a free slot of a
 * worker that has no other suspect. A batch that is to be executed alone goes to a worker that is idle.
 */
function findWorker(job: HubJob, batch: Batch, others: readonly HubWorker[], matched: HubWorker): HubWorker | undefined {
  const { suspect, alone } = batch;
  const ending = endingKey(job.id, batch);
  const suits = (worker: HubWorker): boolean =>
    // The worker would think that a cancelled attempt which is sent again is a repeated message.
    !worker.ending.has(ending) &&
    !others.includes(worker) &&
    !(suspect && (worker.suspects > 0 || !hasFreeSlot(worker))) &&
    !(alone && inHand(worker) > 0);
  if (suits(matched)) return matched;
  for (const { free } of job.needClass.offerClasses) for (const worker of free) if (suits(worker)) return worker;
  return undefined;
}

function give(state: HubState, job: HubJob, batch: Batch, worker: HubWorker): void {
  takeQueued(state, job, batch);
  const chargedMs = chargeFor(job, batch, worker);
  state.placement.takeTurn(job, takePaid(job, batch, chargedMs));
  hand(state, batch, { job, worker, chargedMs });
  if (batch.alone) freeReserved(state);
}

/** Takes a batch that is about to be given to a worker out of the queue. */
function takeQueued(state: HubState, job: HubJob, batch: Batch): void {
  job.tally ??= state.tally.of(job.description.stages);
  state.tally.begins(job.tally, batch);
  state.tally.gave(job.tally, state.now - (job.queue.sinceOf(batch) ?? state.now));
  job.queue.remove(batch);
}

function hand(state: HubState, batch: Batch, { job, worker, chargedMs }: Pick<Lease, 'job' | 'worker' | 'chargedMs'>): void {
  const { seq, attempt, units, count, suspect, alone, payload } = batch;
  const elements = units === 'elements' ? count : 0;
  const bytes = payload.byteLength;
  const besideBytes = besideBytesOf(batch);
  const cheap = isCheap(job);
  introduce(state, worker, job);
  noteLeader(state, worker, job.leader);
  addLease(state, { seq, attempt, elements, bytes, besideBytes, job, worker, chargedMs, cheap, suspect, alone, adopted: false });
  const ticket = state.config.ticketOf(job.secret, worker.id, batch);
  state.toWorker(worker, { type: 'assign', jobId: job.id, ticket, batch });
}

/** The worker is given something of this leader. */
function noteLeader({ now }: HubState, worker: HubWorker, { id }: HubLeader): void {
  if (worker.servedLeader !== '' && worker.servedLeader !== id) worker.sharedUntil = now + sharedForMs;
  worker.servedLeader = id;
  worker.shared = now < worker.sharedUntil;
  worker.givenAt = now;
  if (worker.offerClass !== undefined) worker.offerClass.givenAt = now;
}

/**
 * Lets the worker that has the least in hand come to rest, for a batch that is to be executed alone. It does not if a worker
 * comes to rest already, or if it is not the job's turn.
 */
function reserveWorker(state: HubState, job: HubJob): void {
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

export function endReservation(state: HubState, worker: HubWorker): void {
  worker.reserved = false;
  state.reserved.delete(worker);
  state.placement.place(worker);
}

/** A worker that was reserved has come to rest: it gets a batch that is to be executed alone, if one still waits. */
function serveReserved(state: HubState, worker: HubWorker): void {
  endReservation(state, worker);
  for (const job of state.stalled) {
    const batch = job.queue.nextLoner;
    if (batch === undefined || !canExecute(worker, job)) continue;
    unstall(state, job);
    if (!isInTurn(job)) continue;
    giveOutOfTurn(state, job, batch, worker);
    // Other batches that it has queued may find a worker, or wait again.
    serve(state, job.needClass);
    return;
  }
}

/** Gives out a job's batch although the turn of another job may be next. */
function giveOutOfTurn(state: HubState, job: HubJob, batch: Batch, worker: HubWorker): void {
  takeQueued(state, job, batch);
  const chargedMs = chargeFor(job, batch, worker);
  state.placement.charge(job, takePaid(job, batch, chargedMs));
  hand(state, batch, { job, worker, chargedMs });
  state.placement.leaveTurn(job);
}

/** Takes a batch out of the queue, if it is there. */
export function dropQueued(state: HubState, job: HubJob, attempt: Attempt): void {
  const dropped = job.queue.remove(attempt);
  if (dropped === undefined) return;
  state.countBatches(job.leader, -1, -dropped.payload.byteLength, -besideBytesOf(dropped));
  state.tally.dropped += 1;
  state.placement.leaveTurn(job);
  if (dropped.alone) freeReserved(state);
}
