/**
 * Attempts whose operations wait for jobs of their own, and so take no slot.
 *
 * Their workers are given others meanwhile, also beside one that is suspect or was to be alone: what it waits for might need the
 * very slot. When such a worker dies, what executed is to blame where nothing else did. What waited is not while anything
 * executed beside it, unless it was to be alone: then such deaths count a little, or one that kills by a job of its own would
 * never be found.
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
  // It may have been cancelled, or be of a job that nobody has opened yet: then it takes its slot until it is over.
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
  // It does not show what its job's batches cost.
  lease.job.cost.end(lease.id);
}

/** The lease takes a slot again. */
export function endWait({ now }: HubState, lease: Lease): void {
  countLease(lease, 1);
  lease.worker.waiting -= 1;
  lease.waiting = false;
  lease.waitedMs += now - lease.waitingSince;
}
