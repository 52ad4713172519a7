/**
 * Which jobs each worker knows by their descriptions, with the arguments of their operations.
 *
 * Rules.
 * 1. A worker is told what a job is before it is given a batch of it.
 * 2. What it knows beyond `maxDescriptionBytesPerWorker` is of jobs of which it has something: a batch, or an answer that it keeps. Others it is told
 *    to forget, the one used longest ago first. One of these stays, however large, so that a job alone is not told again and again.
 * 3. A job pays for a large description in its turn, each time that a worker is told.
 */
import type { HubState } from './hub-state.js';
import type { Job, Worker } from './records.js';

/** Descriptions up to this size travel with a batch for nothing. */
const freeBytes = 64 * 1024;

/** What a description costs beyond, as over a link that carries 100 MB/s. */
const bytesPerMs = 100_000;

/** The worker is about to be given a batch of the job: it is told what the job is, unless it knows. */
export function describe(state: HubState, worker: Worker, job: Job): void {
  const { jobs, limits } = worker;
  const known = jobs.get(job);
  if (known === undefined) {
    know(state, worker, job);
    state.toWorker(worker, { type: 'job', jobId: job.id, description: job.description });
    if (job.bytes > freeBytes) state.placement.charge(job, (job.bytes - freeBytes) / bytesPerMs);
  } else if (worker.knownBytes > limits.maxDescriptionBytesPerWorker / 2) {
    // Used last, it is behind the others.
    jobs.delete(job);
    jobs.set(job, known);
  }
}

/** The worker knows the job. */
export function know(state: HubState, worker: Worker, job: Job): void {
  if (worker.jobs.has(job)) return;
  worker.jobs.set(job, { inHand: 0 });
  worker.knownBytes += job.bytes;
  job.workers.add(worker);
  lookAt(state, worker);
}

/** The worker does not know the job any more. */
export function unknow(worker: Worker, job: Job): void {
  if (!worker.jobs.delete(job)) return;
  worker.knownBytes -= job.bytes;
  job.workers.delete(worker);
}

/** The worker has one thing more of the job, or fewer: a batch, or an answer. */
export function countInHand(state: HubState, worker: Worker, job: Job, by: 1 | -1): void {
  const known = worker.jobs.get(job);
  if (known === undefined) return;
  known.inHand += by;
  if (known.inHand === 0) lookAt(state, worker);
}

/** The worker may know too much. What it has to forget is seen when the event in hand is over. */
function lookAt(state: HubState, worker: Worker): void {
  if (worker.knownBytes > worker.limits.maxDescriptionBytesPerWorker) state.crowded.add(worker);
}

/** Has workers that know too much forget the jobs of which they have nothing. */
export function makeRoom(state: HubState): void {
  for (const worker of state.crowded) {
    const idle = idleOf(worker);
    // The last one stays.
    idle.pop();
    for (const job of idle) {
      if (worker.knownBytes <= worker.limits.maxDescriptionBytesPerWorker) break;
      unknow(worker, job);
      state.toWorker(worker, { type: 'close', jobId: job.id });
    }
  }
  state.crowded.clear();
}

/** The jobs that the worker knows and has nothing of, the one used longest ago first. */
function idleOf({ jobs }: Worker): Job[] {
  return [...jobs].filter(([, { inHand }]) => inHand === 0).map(([job]) => job);
}

/** Throws when what a worker knows is not counted right, or is too much. */
export function checkKnown(worker: Worker): void {
  const { id, jobs, knownBytes, leases, answered, limits, connected } = worker;
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`invariant broken: ${what}`);
  };
  const counted = new Map<Job, number>();
  for (const { job } of [...leases, ...answered]) counted.set(job, (counted.get(job) ?? 0) + 1);
  for (const job of counted.keys()) check(jobs.has(job), `worker ${id} has something of job ${job.id}, which it does not know`);
  let bytes = 0;
  for (const [job, { inHand }] of jobs) {
    check(job.leader.jobs.get(job.number) === job, `worker ${id} remembers job ${job.id}, which is closed`);
    check(job.workers.has(worker), `job ${job.id} does not know that worker ${id} knows it`);
    check(inHand === (counted.get(job) ?? 0), `worker ${id} has ${counted.get(job) ?? 0} of job ${job.id}, ${inHand} counted`);
    bytes += job.bytes;
  }
  check(bytes === knownBytes, `worker ${id} knows ${bytes} bytes of jobs, ${knownBytes} counted`);
  const isTooMuch = connected && bytes > limits.maxDescriptionBytesPerWorker && idleOf(worker).length > 1;
  check(!isTooMuch, `worker ${id} knows ${bytes} bytes of jobs of which it has nothing`);
}
