/**
 * Attempts whose operations wait for jobs of their own, and so take no slot.
 *
 * Their workers are given other batches meanwhile, also beside a batch that is suspect or was to be alone. What it waits for
 * might need the very slot. When a worker like this dies, a batch that executed is to blame if no other did. A batch that waited
 * is not to blame while anything executed beside it. A batch that was to be alone is an exception: then these deaths count a
 * little. Else a batch that kills by a job of its own would never be found.
 */
import { maxWaitingBatches } from '../../src/limits.js';
import type { Attempt } from '../../src/protocol/messages.js';
import type { HubState } from './hub-state.js';
import type { HubJob, Lease, HubWorker } from './records.js';

export type WaitOfLease = Pick<Lease, 'waiting' | 'hasWaited' | 'waitingSince' | 'waitedMs'>;

/** Counts what a lease takes of its worker, once or not any more. */
export function countLease({ worker, suspect, alone, cheap }: Lease, by: 1 | -1): void {
  if (suspect) worker.suspects += by;
  if (alone) worker.loners += by;
  if (!cheap) worker.dear += by;
}

/** A worker says whether an attempt waits for a job of its own. */
export function changeWaiting(
  state: HubState,
  worker: HubWorker,
  job: HubJob | undefined,
  attempt: Attempt,
  isWaiting: boolean,
): void {
  const lease = job?.leases.get(attempt);
  // The attempt may have been cancelled, or be of a job that nobody has opened yet. Then it keeps its slot until it is over.
  if (lease?.worker !== worker || lease.waiting === isWaiting) return;
  if (!isWaiting) endWait(state, lease);
  else if (worker.waiting < maxWaitingBatches) beginWait(state, lease);
  else return;
  state.placement.place(worker);
}

function beginWait({ now }: HubState, lease: Lease): void {
  countLease(lease, -1);
  lease.worker.waiting += 1;
  lease.waiting = true;
  lease.hasWaited = true;
  lease.waitingSince = now;
  // An attempt that waits does not show what batches of its job cost.
  lease.job.cost.end(lease.id);
}

/** The lease takes a slot again. */
export function endWait({ now }: HubState, lease: Lease): void {
  countLease(lease, 1);
  lease.worker.waiting -= 1;
  lease.waiting = false;
  lease.waitedMs += now - lease.waitingSince;
}
