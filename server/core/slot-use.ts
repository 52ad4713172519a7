/** Keeps the count of what all slots do in step with each worker. */
import type { HubWorker, Lease } from './records.js';
import { noSlots, type SlotTime, type SlotUse } from './slot-time.js';
import { inHand } from './worker-room.js';

/** What the slots of a worker do now. */
export function slotUseOf(worker: HubWorker): SlotUse {
  if (worker.isGone) return noSlots;
  const busy = Math.min(worker.slots, inHand(worker));
  const rest = worker.slots - busy;
  return isPaused(worker) ? { busy, starved: 0, paused: rest } : { busy, starved: rest, paused: 0 };
}

/** Whether it is given nothing, whatever is queued. */
function isPaused({ connected, draining, reserved, connection }: HubWorker): boolean {
  return !connected || draining || reserved || connection.congested || connection.stuck;
}

/** Something of the worker may have changed. */
export function countSlots(slotTime: SlotTime, worker: HubWorker, now: number): void {
  const after = slotUseOf(worker);
  const before = worker.slotUse;
  if (before.busy === after.busy && before.starved === after.starved && before.paused === after.paused) return;
  slotTime.change(before, after, now);
  worker.heat.advance(before.busy, before.busy + before.starved + before.paused, now);
  worker.slotUse = after;
}

/** A lease was added: it has a slot from now on, or from when another one leaves one. */
export function takeSlot(lease: Lease, now: number): void {
  lease.slotSince = inHand(lease.worker) <= lease.worker.slots ? now : undefined;
}

/** A lease is about to be removed. Its slot goes to one that was sent ahead, if there is any. */
export function leaveSlot(lease: Lease, now: number): void {
  const { worker } = lease;
  const { vacated } = worker;
  if (lease.slotSince === undefined) {
    lease.slotSince = vacated.count === 0 ? now : vacated.sumMs / vacated.count;
    if (vacated.count > 0) {
      vacated.count -= 1;
      vacated.sumMs -= lease.slotSince;
    }
  }
  if (inHand(worker) <= worker.slots) return;
  vacated.count += 1;
  vacated.sumMs += now;
}

/** @throws an Error when the count is not what all workers come to */
export function checkSlots(slotTime: SlotTime, workers: Iterable<HubWorker>): void {
  slotTime.validate();
  let sum = noSlots;
  for (const worker of workers) {
    const { busy, starved, paused } = slotUseOf(worker);
    const counted = worker.slotUse;
    if (busy !== counted.busy || starved !== counted.starved || paused !== counted.paused) {
      throw new Error(`invariant broken: the slots of worker ${worker.id} are counted otherwise`);
    }
    sum = { busy: sum.busy + busy, starved: sum.starved + starved, paused: sum.paused + paused };
  }
  const { busy, starved, paused } = slotTime.now;
  if (busy === sum.busy && starved === sum.starved && paused === sum.paused) return;
  throw new Error('invariant broken: the slots that are counted are not those of all workers');
}
