/** What the hub does when its time has come: it gives up peers that stay away, and goes on with what it put off. */
import { leaderGraceMs, listWithinMs } from '../../src/limits.js';
import { serve } from './assigning.js';
import { giveUpNext } from './awaited.js';
import { explainNext, fitNext, tellNext } from './capacity.js';
import { closeClosed } from './claiming.js';
import type { HubState } from './hub-state.js';
import { leaderGone } from './leaders-back.js';
import { endWatch } from './watch.js';
import { workerGone } from './workers-back.js';

/** When something is to be done next. */
export function nextDeadline(state: HubState): number | undefined {
  let next = givesUpAt(state);
  // Asked after each event, while thousands of jobs may be awaiting.
  if (state.awaiting.size > 0) next = Math.min(next, state.awaitedUntil);
  if (state.watchedUntil !== undefined) next = Math.min(next, state.watchedUntil);
  if (state.unexplained > 0) next = Math.min(next, state.explainAt);
  // What there was no room for is due at once.
  if (state.untold.size > 0) next = Math.min(next, state.now);
  if (!state.placement.fitting.isDone) next = Math.min(next, state.now);
  return next === Infinity ? undefined : next;
}

/** When a peer is given up next; Infinity: none is. */
function givesUpAt(state: HubState): number {
  const { awayLeaders, awayWorkers, claiming, unfinished, startedAt, recovering } = state;
  let next = claiming.size > 0 && recovering ? startedAt + leaderGraceMs : Infinity;
  for (const { awayUntil } of awayLeaders) next = Math.min(next, awayUntil);
  for (const { awayUntil } of awayWorkers) next = Math.min(next, awayUntil);
  for (const { until } of unfinished.values()) {
    next = Math.min(next, until);
    break;
  }
  return next;
}

/** Does what is due by now. */
export function onTime(state: HubState): void {
  const givesUp = givesUpAt(state) <= state.now;
  if (state.recovering && state.now >= state.startedAt + leaderGraceMs) endRecovery(state);
  if (givesUp) giveUp(state);
  endWatch(state);
  giveUpNext(state);
  fitNext(state);
  if (state.unexplained > 0 && state.explainAt <= state.now) explainNext(state);
  tellNext(state);
}

/** Leaders that have not come yet come no more. */
function endRecovery(state: HubState): void {
  state.recovering = false;
  for (const worker of state.claiming) closeClosed(state, worker, worker.claims);
}

/** Gives up whoever has been away for too long. */
function giveUp(state: HubState): void {
  for (const { role, id, until } of state.unfinished.values()) {
    if (until > state.now) break;
    state.expel(role, id, `the rest of what it has took longer than ${listWithinMs} ms`, 'LIMIT_EXCEEDED');
  }
  for (const leader of state.awayLeaders) if (leader.awayUntil <= state.now) leaderGone(state, leader);
  for (const worker of state.awayWorkers) {
    if (worker.awayUntil <= state.now) workerGone(state, worker, worker.awayReason, false);
  }
  for (const needClass of state.placement.fitting.needClasses) serve(state, needClass);
}
