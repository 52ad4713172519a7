import type { HubStatus, Offers } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';
import { slotsFor, type Job, type Leader, type Worker } from './records.js';

/** What an observer is told of a leader. */
export function leaderStatus({ id, name, jobs, connected }: Leader): HubStatus['leaders'][number] {
  return { leaderId: id, name, jobs: jobs.size, away: !connected };
}

/** What an observer is told of a worker. */
export function workerStatus(worker: Worker): HubStatus['workers'][number] {
  const { id, name, slots, leases, ending, draining, connected, offers } = worker;
  return {
    workerId: id,
    name,
    slots,
    leased: leases.size,
    ending: ending.size,
    draining,
    away: !connected,
    offers: shown(offers),
  };
}

function shown({ operations, serializers, labels }: Offers): Offers {
  return { operations: operations.map(printable), serializers: serializers.map(printable), labels: labels.map(printable) };
}

/** The most stages of a job that are named. */
const mostStages = 20;

/** What an observer is told of a job. */
export function jobStatus({ id, description, priority, queue, leases, answered, needClass }: Job): HubStatus['jobs'][number] {
  const stages = description.stages.slice(0, mostStages).map((stage) => printable(stage.operation));
  if (description.stages.length > mostStages) stages.push(`and ${description.stages.length - mostStages} more`);
  const slots = slotsFor(needClass);
  return { jobId: id, stages, priority, queued: queue.size, leased: leases.size, unacknowledged: answered.size, slots };
}
