import { maxBatchesAhead } from '../../src/limits.js';
import { type Job, type Leader, type NeedClass, type Worker, hasFreeSlot, hasSpareRoom } from './records.js';

/** Throws when a worker's books do not agree. */
export function checkWorker(worker: Worker): void {
  const { id, leases, jobs, slots, dear, offerClass } = worker;
  check(leases.size <= (1 + maxBatchesAhead) * slots, `worker ${id} has ${leases.size} leases for ${slots} slots`);
  check(dear === [...leases].filter((lease) => !lease.cheap).length, `dear leases of worker ${id}`);
  if (offerClass !== undefined) {
    check(offerClass.free.has(worker) === hasFreeSlot(worker), `worker ${id} among the free`);
    check(offerClass.spare.has(worker) === hasSpareRoom(worker), `worker ${id} among the spare`);
  }
  for (const job of jobs) check(job.leader.jobs.get(job.number) === job, `worker ${id} remembers job ${job.id}, which is closed`);
  for (const lease of leases) check(lease.job.leases.get(lease.batch.seq) === lease, `a lease of worker ${id}`);
}

/** Throws when a job's books do not agree. */
export function checkJob(job: Job): void {
  check(job.inTurn === job.queue.size > 0, `job ${job.id} in turn`);
  check(job.leader.jobs.get(job.number) === job, `job ${job.id} and its leader`);
  for (const lease of job.leases.values()) check(lease.worker.leases.has(lease), `a lease of job ${job.id}`);
  const dear = [...job.leases.values()].filter((lease) => !lease.cheap).length;
  check(job.cost.running === dear, `running batches of job ${job.id}`);
}

/** Throws when what is counted of a leader is not what is there, or more than it may have. */
export function checkLeader({ id, jobs, batches, bytes }: Leader, maxBatches: number): void {
  let countedBatches = 0;
  let countedBytes = 0;
  for (const { queue, leases } of jobs.values()) {
    countedBatches += queue.size + leases.size;
    countedBytes += queue.bytes;
    for (const lease of leases.values()) countedBytes += lease.batch.payload.byteLength;
  }
  check(countedBatches === batches, `leader ${id} has ${countedBatches} batches, ${batches} counted`);
  check(countedBytes === bytes, `leader ${id} has ${countedBytes} bytes, ${bytes} counted`);
  check(batches <= maxBatches, `leader ${id} is over its limit`);
}

/** Throws when a batch waits while a worker that could take it has a free slot. */
export function checkNoneWaits({ jobs, offerClasses }: NeedClass): void {
  const waiting = [...jobs].some((job) => job.queue.size > 0);
  const free = [...offerClasses].some((offerClass) => offerClass.free.size > 0);
  check(!(waiting && free), 'a batch waits while a slot is free');
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`invariant broken: ${what}`);
}
