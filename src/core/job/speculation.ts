import { leastSpeculationMs, speculationFactor } from '../../limits.js';
import type { BatchRecord } from './batch-ledger.js';
import { expectedMs } from './expected-time.js';
import type { JobState } from './job-state.js';

/**
 * The batches that are to be executed a second time beside the first, the slowest one first. There are none before the end of a
 * job, when slots would be idle otherwise. (Backup tasks of MapReduce, Dean and Ghemawat 2004: they cut the time that one slow
 * worker adds to a job.)
 */
export function stragglers(state: JobState, now: number): BatchRecord[] {
  if (idleSlots(state) <= 0) return [];
  return candidates(state)
    .filter((record) => now >= slowFrom(state, record))
    .toSorted((a, b) => a.sentAt - b.sentAt)
    .slice(0, idleSlots(state));
}

/** When the next batch is slow enough; undefined: nothing to look after. */
export function nextStragglerAt(state: JobState): number | undefined {
  // What waits for room at the hub goes first, and is woken when there is some.
  if (state.blocked || idleSlots(state) <= 0) return undefined;
  const next = candidates(state).reduce((least, record) => Math.min(least, slowFrom(state, record)), Infinity);
  return next === Infinity ? undefined : next;
}

/** Slots that nothing else of the job is for, as far as the hub admits more batches. */
function idleSlots({ config, connected, source, uncut, ledger, slots }: JobState): number {
  const atItsEnd = config.speculate && connected && source.state !== 'open' && uncut === 0;
  return atItsEnd ? Math.min(slots - ledger.sent, config.limits().freeBatches) : 0;
}

function candidates({ ledger, config }: JobState): BatchRecord[] {
  const { freeBytes } = config.limits();
  return [...ledger.sentBatches()].filter(
    ({ underWay, speculated, payload }) => underWay.length === 1 && !speculated && payload.byteLength <= freeBytes,
  );
}

/** When the batch counts as slow. That is never while nobody knows what batches of its kind take. */
function slowFrom(state: JobState, record: BatchRecord): number {
  return record.sentAt + Math.max(leastSpeculationMs, speculationFactor * expectedMs(state, record));
}
