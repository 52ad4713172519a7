/** What a hub holds peers to. */
import { maxHeldAnswers, maxResumed } from '../../src/limits.js';
import type { Batch, HubLimits, Offers } from '../../src/protocol/messages.js';
import { batchRecordBytes, besideBytesOf, namedBytesOf, type Charged } from './charges.js';
import type { HubState } from './hub-state.js';
import { takeFrom } from './allowance.js';
import type { HubLeader, LeaderConnection, HubWorker, WorkerConnection } from './records.js';
import type { SchedulerLimits } from './scheduler-events.js';

/** What of the limits peers are told. */
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

/** What stands against a further batch; undefined: nothing. A lone batch is admitted whatever its size. */
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

/** What stands against so many bytes more of records of a peer; likewise once all is taken. */
export function recordsExceed(
  { records, leaders, workers, config }: HubState,
  { recordBytes }: Pick<Charged, 'recordBytes'>,
  more: number,
): string | undefined {
  const { maxRecordBytes } = config.limits;
  if (records.bytes + more <= maxRecordBytes) return undefined;
  if (recordBytes + more <= maxRecordBytes / (2 * (leaders.size + workers.size))) return undefined;
  return `more than ${maxRecordBytes} bytes of records of all peers at the hub (maxRecordBytes)`;
}

/** What stands against what a leader that is back has named so far. */
export function namedExceeds(state: HubState, leader: HubLeader): string | undefined {
  const named = namedBytesOf(leader.connection);
  const kept = leader.recordBytes - named;
  return recordsExceed(state, { recordBytes: Math.max(0, named - kept) }, 0);
}

/**
 * What stands against so many bytes more of a leader: once all is taken, those that would have more than half of an equal share
 * get no more.
 */
function hubExceeds({ bytes, leaders, config }: HubState, ofLeader: number, more: number): string | undefined {
  const { maxBytes } = config.limits;
  if (bytes + more <= maxBytes || ofLeader + more <= maxBytes / (2 * leaders.size)) return undefined;
  return `more than ${maxBytes} bytes of all leaders at the hub (maxBytes)`;
}

/** What stands against a further job; those that are opened again after a loss of the connection do not count as often. */
export function jobExceeds(state: HubState, leader: HubLeader, isResumed: boolean, bytes: number): string | undefined {
  const { maxJobsPerLeader, maxJobsOpenedPerSecond, maxDescriptionBytesPerLeader } = leader.connection.limits;
  if (leader.jobs.size >= maxJobsPerLeader) return `more than ${maxJobsPerLeader} jobs open at once (maxJobsPerLeader)`;
  if (leader.descriptionBytes + bytes > maxDescriptionBytesPerLeader) {
    return `more than ${maxDescriptionBytesPerLeader} bytes of arguments and labels at the hub (maxDescriptionBytesPerLeader)`;
  }
  const exceeded = hubExceeds(state, leader.bytes + leader.descriptionBytes, bytes);
  if (exceeded !== undefined || isResumed) return exceeded;
  // What a stall delivers at once may be all that a leader may have open, and what is over by then.
  const pace = { perSecond: maxJobsOpenedPerSecond, most: maxJobsOpenedPerSecond + maxJobsPerLeader };
  if (takeFrom(leader.openings, pace, state.now)) return undefined;
  return `more than ${maxJobsOpenedPerSecond} jobs opened in a second (maxJobsOpenedPerSecond)`;
}

/** What stands against the jobs that a leader says it goes on with. */
export function resumedExceeds({ listed, limits }: LeaderConnection): string | undefined {
  const most = Math.max(maxResumed, limits.maxJobsPerLeader);
  return listed.size > most ? `more than ${most} jobs to go on with (maxJobsPerLeader)` : undefined;
}

/** What stands against the attempts that a leader says to be under way. */
export function underWayExceeds({ underWay, limits }: LeaderConnection): string | undefined {
  const most = Math.max(maxResumed, limits.maxBatchesPerLeader);
  return underWay > most ? `more than ${most} batches under way (maxBatchesPerLeader)` : undefined;
}

/** What stands against what a worker says that it has: it executes no more than it has slots for, and keeps so many answers. */
export function saidExceeds({ said, limits }: WorkerConnection): string | undefined {
  // Of each job that it speaks of it has at least one batch.
  const most = 2 * (maxHeldAnswers + limits.maxSlotsPerWorker);
  return said.count > most ? `more than ${most} batches and jobs that it has (maxSlotsPerWorker)` : undefined;
}

/** What stands against what a worker offers. */
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
 * To look through so many characters of names takes the hub a fraction of a millisecond: an offer with more counts several times.
 */
const charsPerChange = 10_000;

/** What stands against it that a worker offers something else now. */
export function changeExceeds({ connection, offerings }: HubWorker, now: number, offers: Offers): string | undefined {
  const { maxOffersPerSecond } = connection.limits;
  const { operations, serializers, labels } = offers;
  let chars = 0;
  for (const names of [operations, serializers, labels]) for (const name of names) chars += name.length;
  if (takeFrom(offerings, { perSecond: maxOffersPerSecond }, now, 1 + Math.floor(chars / charsPerChange))) return undefined;
  return `more than ${maxOffersPerSecond} changes of what it offers in a second (maxOffersPerSecond)`;
}
