/** Attempts that leaders have under way, and that no worker has spoken of yet. */
import { recoveryWindowMs } from '../../src/limits.js';
import type { UnderWay } from '../../src/protocol/messages.js';
import { tellCapacity } from './capacity.js';
import type { HubState } from './hub-state.js';
import { tellLost } from './leasing.js';
import { awaitNoMore } from './named.js';
import { hasSlots, type HubJob } from './records.js';

/** Gives up attempts that nobody has, as many as there is room for in the event in hand. */
export function giveUpNext(state: HubState): void {
  if (state.awaitedUntil > state.now) return;
  for (const job of state.awaiting) {
    if (state.lostRoom === 0) break;
    if (job.awaitedUntil <= state.now) giveUpAwaited(state, job);
  }
  state.awaitedUntil = Infinity;
  for (const { awaitedUntil } of state.awaiting) state.awaitedUntil = Math.min(state.awaitedUntil, awaitedUntil);
}

/**
 * Tells the leader of awaited attempts that are not worth waiting for any longer. It tells as many as there is room for in the
 * event in hand, and the others in later events. When none is left, none is awaited any more.
 */
export function giveUpAwaited(state: HubState, job: HubJob): void {
  const { awaited } = job;
  job.awaitedUntil = Infinity;
  const lost: UnderWay[] = [];
  for (const attempt of awaited.values()) {
    const until = untilGivenUp(state, attempt);
    if (until > state.now) {
      job.awaitedUntil = Math.min(job.awaitedUntil, until);
      continue;
    }
    if (lost.length === state.lostRoom) {
      job.awaitedUntil = state.now;
      break;
    }
    lost.push(attempt);
  }
  state.lostRoom -= lost.length;
  for (const { seq, attempt } of lost) {
    awaitNoMore(job, { seq, attempt });
    tellLost(state, job, undefined, { seq, attempt, cause: 'returned', reason: 'no worker has it' });
  }
  // Turns are by job: the jobs that wait behind this one come first.
  state.awaiting.delete(job);
  if (awaited.size > 0) state.awaiting.add(job);
  state.awaitedUntil = Math.min(state.awaitedUntil, job.awaitedUntil);
  // If it were told with each piece, the next piece would correct it.
  if (lost.length > 0 && job.awaitedUntil > state.now) tellHopes(state, job);
}

/** Tells the leader how much may still come back, where there are no slots. */
export function tellHopes(state: HubState, job: HubJob): void {
  if (!hasSlots(job.needClass)) tellCapacity(state, job);
}

function untilGivenUp({ startedAt }: HubState, { worthMs }: UnderWay): number {
  return startedAt + Math.min(worthMs, recoveryWindowMs);
}
