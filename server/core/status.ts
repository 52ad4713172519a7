import type { HubStatus } from '../../src/protocol/messages.js';
import { slotsFor, type Job, type Leader, type Worker } from './records.js';

/** What an observer is told of a leader. */
export function leaderStatus({ id, name, jobs, connected }: Leader): HubStatus['leaders'][number] {
  return { leaderId: id, name, jobs: jobs.size, away: !connected };
}

/** What an observer is told of a worker. */
export function workerStatus(worker: Worker): HubStatus['workers'][number] {
  const { id, name, slots, leases, ending, draining, connected, offers } = worker;
  return { workerId: id, name, slots, leased: leases.size, ending: ending.size, draining, away: !connected, offers };
}

/** What an observer is told of a job. */
export function jobStatus({ id, description, priority, queue, leases, answered, needClass }: Job): HubStatus['jobs'][number] {
  const stages = description.stages.map((stage) => stage.operation);
  const slots = slotsFor(needClass);
  return { jobId: id, stages, priority, queued: queue.size, leased: leases.size, unacknowledged: answered.size, slots };
}
