import { recoveryWindowMs } from '../../limits.js';
import type { UnderWay } from '../../protocol/messages.js';
import type { BatchRecord } from './batch-ledger.js';
import type { JobState } from './job-state.js';
import type { Coming } from '../fold/outlook.js';

/** How long the batch takes to execute, by those that came back; Infinity before the first of its kind. */
export function expectedMs({ sizing, fold }: JobState, { units, count, width }: BatchRecord): number {
  return units === 'elements' ? sizing.expectedMs(count) : (fold?.combineMs(count, width) ?? Infinity);
}

/** When a batch is expected to come back; undefined: it has not been sent. */
export function comingOf(state: JobState, record: BatchRecord | undefined): Coming | undefined {
  if (record?.state !== 'sent') return undefined;
  const { first, width: count, sentAt } = record;
  return { first, count, sentAt, expectedAt: sentAt + state.sizing.tripMs + expectedMs(state, record) };
}

/**
 * The attempts that the hub must answer for. Each says how long it is worth waiting for a worker that may have it, rather than to
 * execute it again.
 */
export function underWay(state: JobState): UnderWay[] {
  return [...state.ledger.sentBatches()].flatMap((record) => {
    // It is worth as long again as it has taken. Then it costs at most twice as much as if one had known (the problem of renting
    // or buying skis).
    const spentMs = Math.max(0, state.disconnectedAt - record.sentAt);
    const worthMs = Math.min(recoveryWindowMs, Math.max(spentMs, expectedMs(state, record)));
    const { seq, suspect, alone, payload } = record;
    const known = { bytes: payload.byteLength, worthMs, suspect, ...(alone && { alone }) };
    return record.underWay.map((attempt) => ({ seq, attempt, ...known }));
  });
}
