/**
 * What jobs are charged for what is executed for them. Charges go by virtual time (see `Placement`).
 *
 * Rules.
 * 1. A batch is charged what batches of its job usually take. Its result corrects that.
 * 2. A batch that is to be executed alone takes a whole worker. It is charged for all slots of the worker, and its job pays
 *    before the worker comes to rest. So a job cannot take more of a worker than its turns give it.
 * 3. A worker comes to rest for a job only if every job that it executes for, or could execute for, comes later in turn.
 * 4. A leader's new job goes on with the virtual time of a job that the leader has closed. So nobody escapes a charge by a new
 *    job.
 */
import { maxTurnsKept, targetBatchMs } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import type { HubState } from './hub-state.js';
import type { HubJob, HubLeader, Lease, HubWorker } from './records.js';

/** No batch is charged less. Where clocks are coarse, many batches seem to take nothing. Their job would always keep its turn. */
const leastChargeMs = 0.01;

/** What batches of a job usually take; a default where nothing is known. */
function usualMs({ cost }: HubJob): number {
  return Math.max(leastChargeMs, cost.meanMs ?? targetBatchMs);
}

/** What a batch is charged on that worker. */
export function chargeFor(job: HubJob, { alone }: Pick<Batch, 'alone'>, worker: HubWorker): number {
  return alone ? usualMs(job) * worker.slots : usualMs(job);
}

/** What of the charge its job has not paid already. */
export function takePaid(job: HubJob, { alone }: Pick<Batch, 'alone'>, chargedMs: number): number {
  if (!alone) return chargedMs;
  const paidMs = job.paidMs;
  job.paidMs = 0;
  return chargedMs - paidMs;
}

/** What the lease has taken, however many slots that were. */
export function usedBy({ alone, worker }: Lease, elapsedMs: number): number {
  return Math.max(leastChargeMs, elapsedMs) * (alone ? worker.slots : 1);
}

/** Whether the worker may come to rest for the job, which pays for it. */
export function mayRestFor(state: HubState, worker: HubWorker, job: HubJob): boolean {
  if (job.paidMs === 0) {
    job.paidMs = chargeFor(job, { alone: true }, worker);
    state.placement.charge(job, job.paidMs);
  }
  for (const lease of worker.leases) if (lease.job.virtualTime < job.virtualTime) return false;
  return worker.offerClass === undefined || !state.placement.comesBefore(worker.offerClass, job.virtualTime);
}

/** A job is closed. The leader's next job begins as far ahead of the others as this one was. */
export function keepTurn({ placement }: HubState, { leader, virtualTime, weight }: HubJob): void {
  if (virtualTime <= placement.virtualTime) return;
  const { turnsKept } = leader;
  const last = turnsKept.at(-1);
  if (last === undefined || turnsKept.length < maxTurnsKept) turnsKept.push({ virtualTime, weight });
  else last.virtualTime += ((virtualTime - placement.virtualTime) * weight) / last.weight;
}

/** The virtual time with which the leader's new job begins. */
export function takeKeptTurn({ placement }: HubState, { turnsKept }: HubLeader, weight: number): number {
  const now = placement.virtualTime;
  for (let kept = turnsKept.shift(); kept !== undefined; kept = turnsKept.shift()) {
    if (kept.virtualTime > now) return now + ((kept.virtualTime - now) * kept.weight) / weight;
  }
  return now;
}
