/** What a worker has in hand, and whether it has room for more. */
import { batchesAhead } from '../../src/core/batches-ahead.js';
import { maxBatchesAhead, maxSharedBatchesAhead } from '../../src/limits.js';
import type { HubJob, HubWorker } from './records.js';

/**
 * How many batches a worker has in hand: leases; cancelled attempts that have not ended; and attempts of jobs that nobody has
 * opened yet. Batches that wait for jobs of their own do not count.
 */
export function inHand({ leases, waiting, ending, claims }: HubWorker): number {
  return leases.size - waiting + ending.size + claims.running;
}

export function hasFreeSlot(worker: HubWorker): boolean {
  return inHand(worker) < worker.slots && worker.loners === 0 && !worker.reserved && !worker.connection.congested;
}

/**
 * Whether anything may be sent ahead. It may not when slow batches hold all slots, or are found to. It may not beside a suspect
 * batch, either. When the worker is lost then, the next batch could have killed it, while the answer to the suspect was still on
 * its way. Nobody could tell.
 */
export function hasSpareRoom(worker: HubWorker): boolean {
  const { slots, dear, suspects, reserved, shared, connection } = worker;
  const { congested, stuck } = connection;
  const taken = inHand(worker);
  const most = (1 + (shared ? maxSharedBatchesAhead : maxBatchesAhead)) * slots;
  return taken >= slots && taken < most && dear < slots && suspects === 0 && !reserved && !congested && !stuck;
}

/** Whether a worker without a free slot may be sent a batch of the job ahead. */
export function takesAhead(worker: HubWorker, job: HubJob): boolean {
  return hasSpareRoom(worker) && inHand(worker) < (1 + batchesAhead(job.cost.meanMs)) * worker.slots;
}

/** Whether the job's batches are so short that one may wait at a worker. */
export function isCheap({ cost }: HubJob): boolean {
  return batchesAhead(cost.meanMs) > 0;
}
