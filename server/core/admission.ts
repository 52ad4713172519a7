/** What a hub holds peers to. */
import type { HubLimits, Offers } from '../../src/protocol/messages.js';
import type { Leader } from './records.js';
import type { SchedulerLimits } from './scheduler-events.js';

/** What of the limits peers are told. */
export function announced(limits: SchedulerLimits): HubLimits {
  const { maxPayloadBytes, maxJobsPerLeader, maxBatchesPerLeader, maxBytesPerLeader } = limits;
  return { maxPayloadBytes, maxJobsPerLeader, maxBatchesPerLeader, maxBytesPerLeader };
}

/** What stands against a further batch of so many bytes; undefined: nothing. A lone batch is admitted whatever its size. */
export function batchExceeds({ batches, bytes, limits }: Leader, more: number): string | undefined {
  const { maxBatchesPerLeader, maxBytesPerLeader } = limits;
  if (batches >= maxBatchesPerLeader) return `more than ${maxBatchesPerLeader} batches at the hub (maxBatchesPerLeader)`;
  if (bytes + more > maxBytesPerLeader && batches > 0) {
    return `more than ${maxBytesPerLeader} payload bytes at the hub (maxBytesPerLeader)`;
  }
  return undefined;
}

/**
 * What stands against a further job. Those that are opened, other than after a loss of the connection, are counted against a bucket that fills
 * up with time (a token bucket).
 */
export function jobExceeds(leader: Leader, isResumed: boolean, now: number): string | undefined {
  const { maxJobsPerLeader, maxJobsOpenedPerSecond } = leader.limits;
  if (leader.jobs.size >= maxJobsPerLeader) return `more than ${maxJobsPerLeader} jobs open at once (maxJobsPerLeader)`;
  if (isResumed) return undefined;
  const filled = leader.mayOpen + ((now - leader.mayOpenAt) * maxJobsOpenedPerSecond) / 1_000;
  leader.mayOpen = Math.min(maxJobsOpenedPerSecond, filled);
  leader.mayOpenAt = now;
  if (leader.mayOpen < 1) return `more than ${maxJobsOpenedPerSecond} jobs opened in a second (maxJobsOpenedPerSecond)`;
  leader.mayOpen -= 1;
  return undefined;
}

/** What stands against what a worker offers. */
export function offerExceeds(slots: number, { operations, labels }: Offers, limits: SchedulerLimits): string | undefined {
  const { maxSlotsPerWorker, maxOperationsPerWorker } = limits;
  if (slots > maxSlotsPerWorker) return `more than ${maxSlotsPerWorker} slots, ${slots} (maxSlotsPerWorker)`;
  const names = Math.max(operations.length, labels.length);
  if (names > maxOperationsPerWorker) {
    return `more than ${maxOperationsPerWorker} operations or labels, ${names} (maxOperationsPerWorker)`;
  }
  return undefined;
}
