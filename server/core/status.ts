import type { HubStatus } from '../../src/protocol/messages.js';
import { slotsFor, type Job, type Leader, type Worker } from './records.js';

/** What an observer is told of a leader. */
export function leaderStatus({ id, name, jobs }: Leader): HubStatus['leaders'][number] {
  return { leaderId: id, name, jobs: jobs.size };
}

/** What an observer is told of a worker. */
export function workerStatus({ id, name, slots, leases, draining, offers }: Worker): HubStatus['workers'][number] {
  return { workerId: id, name, slots, leased: leases.size, draining, offers };
}

/** What an observer is told of a job. */
export function jobStatus({ id, description, priority, queue, leases, needClass }: Job): HubStatus['jobs'][number] {
  const stages = description.stages.map((stage) => stage.operation);
  return { jobId: id, stages, priority, queued: queue.size, leased: leases.size, slots: slotsFor(needClass) };
}
