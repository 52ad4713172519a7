/**
 * What workers say of their slots while somebody watches, and what the hub keeps of it.
 *
 * Rules.
 * 1. All workers together report at most `maxDoingPerSecond` times a second, and tell of at most `maxSlotsToldInAll` slots. So
 *    the more workers there are, the less often each reports, and of the fewer slots. They are told anew when their number has
 *    doubled or halved.
 * 2. Of each worker the last report is kept, with its connection: one that comes back begins anew. When nobody watches any more,
 *    all reports go.
 * 3. Lanes are kept while all workers have no more than `maxLanes` slots: more are not shown as lanes. A report is the next cell
 *    of each lane. Where reports come late, cells in between are empty. Where they come too soon, they are left out.
 * 4. A worker may say what it likes: a name that it does not tell counts as none, and slots that it does not have are left out.
 */
import { maxDoingPerSecond, maxSlotsTold, maxSlotsToldInAll, reportEveryMs } from '../../src/limits.js';
import type { ReportedDoing } from '../../src/protocol/messages.js';
import type { Cell, Doing } from './lanes.js';
import type { HubState } from './hub-state.js';
import type { HubWorker } from './records.js';

/** How many slots all workers together may have for lanes to be kept. */
export const maxLanes = 64;

/** How many half seconds a lane has: a minute. */
export const laneCells = 120;

const laneMs = 500;

const empty: Cell = { name: undefined, busy: 0 };

/** What workers are asked for. */
export interface Asked {
  readonly everyMs: number;
  readonly mostSlots: number;
}

/** What each of so many workers is asked for. */
export function askedOf(workers: number): Asked {
  const count = Math.max(1, workers);
  return {
    everyMs: Math.max(reportEveryMs, Math.ceil((count * 1_000) / maxDoingPerSecond)),
    mostSlots: Math.max(1, Math.min(maxSlotsTold, Math.floor(maxSlotsToldInAll / count))),
  };
}

/** Workers have come or gone. Asks all anew where they were asked when there were far more or fewer. */
export function askAnew(state: HubState): void {
  const { workers, askedFor, watchedUntil } = state;
  if (watchedUntil === undefined || (workers.size <= 2 * askedFor && 2 * workers.size >= askedFor)) return;
  const { everyMs, mostSlots } = askedOf(askedFor);
  state.askedFor = Math.max(1, workers.size);
  const next = askedOf(state.askedFor);
  if (next.everyMs === everyMs && next.mostSlots === mostSlots) return;
  for (const worker of workers.values()) state.toWorker(worker, { type: 'watch', ...next });
}

/** A worker says what it does. */
export function workerDoes(state: HubState, { connection, slots }: HubWorker, reported: ReportedDoing): void {
  // It may have been sent before the worker was told to stop.
  if (state.watchedUntil === undefined) return;
  const { mostSlots } = askedOf(state.askedFor);
  const kept = { ...reported, slots: reported.slots.slice(0, Math.min(slots, 2 * mostSlots)) };
  const at = Math.floor(state.now / laneMs);
  connection.doing ??= { reported: kept, saidAt: state.now, lanes: [], laneAt: at - 1 };
  const { doing } = connection;
  doing.reported = kept;
  doing.saidAt = state.now;
  const { busy, starved, paused } = state.slotTime.now;
  if (busy + starved + paused > maxLanes) doing.lanes.length = 0;
  else addCells(doing, at);
}

/** Adds a cell to each lane, and empty ones for reports that did not come. */
function addCells(doing: Doing, at: number): void {
  const { lanes, reported } = doing;
  // Reports come half a second after each other, more or less. So two may come in one half second, and none in the next.
  if (doing.laneAt > at) return;
  const missed = Math.min(laneCells, Math.max(0, at - doing.laneAt - 2));
  doing.laneAt = doing.laneAt + 1 + Math.max(0, at - doing.laneAt - 2);
  reported.slots.forEach(({ most, busy }, slot) => {
    const lane = (lanes[slot] ??= []);
    for (let count = 0; count < missed; count += 1) lane.push(empty);
    lane.push({ name: reported.names[most], busy });
    if (lane.length > laneCells) lane.splice(0, lane.length - laneCells);
  });
}

/** Nobody watches any more. */
export function forgetDoing(workers: Iterable<HubWorker>): void {
  for (const { connection } of workers) connection.doing = undefined;
}

/** @throws an Error when more is kept than may be */
export function checkDoing({ watchedUntil, workers }: HubState): void {
  for (const { id, connection } of workers.values()) {
    const { doing } = connection;
    if (doing === undefined) continue;
    if (watchedUntil === undefined) throw new Error(`invariant broken: nobody watches, and it is kept what worker ${id} does`);
    const isLong = doing.lanes.some((lane) => lane.length > laneCells);
    if (isLong) throw new Error(`invariant broken: a lane of worker ${id} is too long`);
    if (doing.reported.slots.length > maxSlotsTold) throw new Error(`invariant broken: worker ${id} has told of too many slots`);
  }
}
