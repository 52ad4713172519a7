import { maxBatchesAhead } from '../../../src/limits.js';
import { fail, type Checker } from './checker.js';

/**
 * No queue is longer than it may be: of a worker, and of a leader at the hub. (The machines check their own after every step.)
 */
export const bounds: Checker = ({ options, cluster }) => {
  const most = (1 + maxBatchesAhead) * options.mostSlots;
  for (const { guest } of cluster.workers) {
    const { waiting, running } = guest.load;
    // What waits for another job takes no slot.
    if (running > options.mostSlots && !options.nests) fail(`worker ${guest.id} executes ${running} batches`);
    if (waiting > most) fail(`${waiting} batches wait at worker ${guest.id}`);
  }
  const { maxJobsPerLeader, maxBatchesPerLeader } = options.limits;
  for (const { leaderId, jobs } of cluster.hub.status()?.leaders ?? []) {
    if (jobs > maxJobsPerLeader) fail(`leader ${leaderId} has ${jobs} jobs at the hub`);
    const queued = (cluster.hub.status()?.jobs ?? [])
      .filter(({ jobId }) => jobId.startsWith(`${leaderId}:`))
      .reduce((sum, job) => sum + job.queued, 0);
    if (queued > maxBatchesPerLeader) fail(`leader ${leaderId} has ${queued} batches queued at the hub`);
  }
};
