/** Adds and removes leases: an attempt is with a worker, and then is not any more. */
import type { Attempt, BatchLoss, NamedWorker } from '../../src/protocol/messages.js';
import { tellCapacity } from './capacity.js';
import { countInHand } from './describing.js';
import type { HubState } from './hub-state.js';
import { endingKey, hasSlots, type HubJob, type Lease, type HubWorker } from './records.js';
import { leaveSlot, takeSlot } from './slot-use.js';
import { countLease, endWait, type WaitOfLease } from './waiting.js';

/** An attempt is with a worker. The caller knows whether it counts in its leader's account already. */
export function addLease(
  state: HubState,
  lease: Omit<Lease, 'id' | 'givenAt' | 'entry' | 'slotSince' | keyof WaitOfLease>,
): void {
  const { seq, attempt, elements, bytes, besideBytes, job, worker, chargedMs, cheap, suspect, alone, adopted } = lease;
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
    elements,
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
    slotSince: undefined,
    ...wait,
  };
  job.leases.add(added);
  worker.leases.add(added);
  takeSlot(added, givenAt);
  countInHand(state, worker, job, 1);
  countLease(added, 1);
  if (!cheap) job.cost.begin(id, givenAt);
  state.placement.place(worker);
}

/** An attempt that its leader has under way is found with a worker. */
export function adoptLease(
  state: HubState,
  job: HubJob,
  worker: HubWorker,
  { seq, attempt, bytes, suspect, alone }: Attempt & Pick<Lease, 'bytes' | 'suspect' | 'alone'>,
): void {
  state.counters.adopted += 1;
  state.tally.adopted += 1;
  const lease = {
    elements: 0,
    seq,
    attempt,
    bytes,
    besideBytes: 0,
    job,
    worker,
    chargedMs: 0,
    cheap: false,
    suspect,
    alone,
  };
  addLease(state, { ...lease, adopted: true });
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
  leaveSlot(lease, state.now);
  job.leases.delete(lease);
  worker.leases.delete(lease);
  state.tally.ended += 1;
  countInHand(state, worker, job, -1);
  if (lease.waiting) endWait(state, lease);
  countLease(lease, -1);
  job.cost.end(id);
  if (!lease.adopted) {
    state.countBatches(job.leader, -1, -bytes, -besideBytes);
  }
  state.placement.place(worker);
}

/** Tells the leader that an attempt came to nothing. */
export function loseLease(state: HubState, lease: Lease, loss: BatchLoss): void {
  const { job, worker } = lease;
  release(state, lease);
  state.placement.settle(lease, 0);
  tellLost(state, job, worker, loss);
}

/** Cancels an attempt at its worker. The slot is free once the worker says that the attempt has come to an end. */
export function cancelLease(state: HubState, lease: Lease): void {
  const { job, worker, seq, attempt } = lease;
  if (worker.connected) worker.ending.add(endingKey(job.id, lease));
  release(state, lease);
  state.toWorker(worker, { type: 'cancel', jobId: job.id, seq, attempt });
}

/** @param worker undefined: no worker had it */
export function tellLost(state: HubState, job: HubJob, worker: HubWorker | undefined, loss: BatchLoss): void {
  state.counters.lost += 1;
  state.tally.lose(loss.cause);
  const who = worker === undefined ? { workerId: '' } : namedWorker(worker);
  state.toLeader(job.leader, { type: 'lost', job: job.number, ...who, loss });
}

/** The worker as a leader is told of it, to whom something has failed. */
export function namedWorker({ id, connection }: HubWorker): NamedWorker {
  return connection.name === '' ? { workerId: id } : { workerId: id, workerName: connection.name };
}
