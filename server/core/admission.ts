/** The limits that the hub's scheduler holds peers to. */
import { maxHeldAnswers, maxResumed } from '../../src/limits.js';
import type { Batch, HubLimits, Offers } from '../../src/protocol/messages.js';
import { batchRecordBytes, besideBytesOf, type Charged } from './charges.js';
import type { HubState } from './hub-state.js';
import { takeFrom } from './allowance.js';
import type { HubLeader, LeaderConnection, HubWorker, WorkerConnection } from './records.js';
import type { SchedulerLimits } from './scheduler-events.js';

/** The limits that peers are told. */
export function announced(limits: SchedulerLimits): HubLimits {
  const { maxPayloadBytes, maxJobsPerLeader, maxJobsOpenedPerSecond } = limits;
  const { maxBatchesPerLeader, maxBytesPerLeader, maxDescriptionBytesPerLeader } = limits;
  return {
    maxPayloadBytes,
    maxJobsPerLeader,
    maxJobsOpenedPerSecond,
    maxBatchesPerLeader,
    maxBytesPerLeader,
    maxDescriptionBytesPerLeader,
  };
}

/** Why a further batch is not admitted; undefined: it is. A lone batch is admitted whatever its size. */
export function batchExceeds(state: HubState, leader: HubLeader, batch: Batch): string | undefined {
  const more = batch.payload.byteLength;
  const { batches, bytes, descriptionBytes, connection } = leader;
  const { maxBatchesPerLeader, maxBytesPerLeader } = connection.limits;
  if (batches >= maxBatchesPerLeader) return `more than ${maxBatchesPerLeader} batches at the hub (maxBatchesPerLeader)`;
  if (bytes + more > maxBytesPerLeader && batches > 0) {
    return `more than ${maxBytesPerLeader} payload bytes at the hub (maxBytesPerLeader)`;
  }
  return (
    hubExceeds(state, bytes + descriptionBytes, more) ?? recordsExceed(state, leader, batchRecordBytes + besideBytesOf(batch))
  );
}

/**
 * Why a peer may not have so many bytes more of records; undefined: it may. Once all is taken, only those with much get no more.
 */
export function recordsExceed(
  { leaders, workers, config }: HubState,
  { recordBytes, allRecords }: Charged,
  more: number,
): string | undefined {
  const { maxRecordBytes } = config.limits;
  if (allRecords.bytes + more <= maxRecordBytes) return undefined;
  if (recordBytes + more <= maxRecordBytes / (2 * (leaders.size + workers.size))) return undefined;
  return `more than ${maxRecordBytes} bytes of records of all peers at the hub (maxRecordBytes)`;
}

/**
 * Why a leader may not have so many bytes more; undefined: it may. Once all is taken, leaders that would have more than half of
 * an equal share get no more.
 */
function hubExceeds({ bytes, leaders, config }: HubState, ofLeader: number, more: number): string | undefined {
  const { maxBytes } = config.limits;
  if (bytes + more <= maxBytes || ofLeader + more <= maxBytes / (2 * leaders.size)) return undefined;
  return `more than ${maxBytes} bytes of all leaders at the hub (maxBytes)`;
}

/**
 * Why a further job is not admitted; undefined: it is. Jobs that are opened again after a loss of the connection do not count in
 * the pace.
 */
export function jobExceeds(state: HubState, leader: HubLeader, isResumed: boolean, bytes: number): string | undefined {
  const { maxJobsPerLeader, maxJobsOpenedPerSecond, maxDescriptionBytesPerLeader } = leader.connection.limits;
  if (leader.jobs.size >= maxJobsPerLeader) return `more than ${maxJobsPerLeader} jobs open at once (maxJobsPerLeader)`;
  if (leader.descriptionBytes + bytes > maxDescriptionBytesPerLeader) {
    return `more than ${maxDescriptionBytesPerLeader} bytes of arguments and labels at the hub (maxDescriptionBytesPerLeader)`;
  }
  const exceeded = hubExceeds(state, leader.bytes + leader.descriptionBytes, bytes);
  if (exceeded !== undefined || isResumed) return exceeded;
  // A network that stood still may deliver the openings of all open jobs at once, and of jobs that have ended since.
  const pace = { perSecond: maxJobsOpenedPerSecond, most: maxJobsOpenedPerSecond + maxJobsPerLeader };
  if (takeFrom(leader.openings, pace, state.now)) return undefined;
  return `more than ${maxJobsOpenedPerSecond} jobs opened in a second (maxJobsOpenedPerSecond)`;
}

/** Why a leader names too many jobs that it goes on with; undefined: it does not. */
export function resumedExceeds({ listed, limits }: LeaderConnection): string | undefined {
  const most = Math.max(maxResumed, limits.maxJobsPerLeader);
  return listed.size > most ? `more than ${most} jobs to go on with (maxJobsPerLeader)` : undefined;
}

/** Why a leader names too many attempts under way; undefined: it does not. */
export function underWayExceeds({ underWay, limits }: LeaderConnection): string | undefined {
  const most = Math.max(maxResumed, limits.maxBatchesPerLeader);
  return underWay > most ? `more than ${most} batches under way (maxBatchesPerLeader)` : undefined;
}

/**
 * Why a worker says that it has too much; undefined: it does not. It executes no more than it has slots for, and keeps a bounded
 * number of answers.
 */
export function saidExceeds({ said, limits }: WorkerConnection): string | undefined {
  // It has at least one batch of each job that it speaks of.
  const most = 2 * (maxHeldAnswers + limits.maxSlotsPerWorker);
  return said.count > most ? `more than ${most} batches and jobs that it has (maxSlotsPerWorker)` : undefined;
}

/** Why a worker offers too much; undefined: it does not. */
export function offerExceeds(
  { limits }: WorkerConnection,
  slots: number,
  { operations, serializers, labels }: Offers,
): string | undefined {
  const { maxSlotsPerWorker, maxOperationsPerWorker } = limits;
  if (slots > maxSlotsPerWorker) return `more than ${maxSlotsPerWorker} slots, ${slots} (maxSlotsPerWorker)`;
  const names = Math.max(operations.length, serializers.length, labels.length);
  if (names <= maxOperationsPerWorker) return undefined;
  return `more than ${maxOperationsPerWorker} operations, serializers or labels, ${names} (maxOperationsPerWorker)`;
}

/**
 * To look through so many characters of names takes the hub a fraction of a millisecond. An offer with more counts several times.
 */
const charsPerChange = 10_000;

/** Why a worker may not offer something else now; undefined: it may. */
export function changeExceeds({ connection, offerings }: HubWorker, now: number, offers: Offers): string | undefined {
  const { maxOffersPerSecond } = connection.limits;
  const { operations, serializers, labels } = offers;
  let chars = 0;
  for (const names of [operations, serializers, labels]) for (const name of names) chars += name.length;
  if (takeFrom(offerings, { perSecond: maxOffersPerSecond }, now, 1 + Math.floor(chars / charsPerChange))) return undefined;
  return `more than ${maxOffersPerSecond} changes of what it offers in a second (maxOffersPerSecond)`;
}
