/**
 * Which jobs each worker knows by their descriptions, with the arguments of their operations.
 *
 * Rules.
 * 1. A worker is told what a job is before it is given a batch of it.
 * 2. A worker keeps up to `maxDescriptionBytesPerWorker` of idle jobs: it has no batch and no answer of them. Beyond that it is
 *    told to forget the idle jobs that were used longest ago. One idle job stays, however large, so that a lone job is not told
 *    again and again. Jobs in use do not count. Else one leader's large arguments in use would make it forget all others'.
 * 3. A job pays for a large description in its turn, each time that a worker is told.
 */
import type { HubState } from './hub-state.js';
import type { HubJob, HubWorker } from './records.js';

/** Descriptions up to this size travel with a batch for nothing. */
const freeBytes = 64 * 1024;

/** How many bytes of a larger description cost a millisecond, as over a link of 100 MB/s. */
const bytesPerMs = 100_000;

/** The worker is about to be given a batch of the job: it is told what the job is, unless it knows. */
export function introduce(state: HubState, worker: HubWorker, job: HubJob): void {
  if (worker.jobs.has(job)) return;
  know(state, worker, job);
  state.toWorker(worker, { type: 'job', jobId: job.id, description: job.description });
  if (job.bytes > freeBytes) state.placement.charge(job, (job.bytes - freeBytes) / bytesPerMs);
}

/** The worker knows the job. */
export function know(state: HubState, worker: HubWorker, job: HubJob): void {
  if (worker.jobs.has(job)) return;
  worker.jobs.set(job, { inHand: 0 });
  worker.idleBytes += job.bytes;
  job.workers.add(worker);
  lookAt(state, worker);
}

/** The worker does not know the job any more. */
export function unknow(worker: HubWorker, job: HubJob): void {
  const known = worker.jobs.get(job);
  if (known === undefined) return;
  worker.jobs.delete(job);
  if (known.inHand === 0) worker.idleBytes -= job.bytes;
  job.workers.delete(worker);
}

/** The worker has one thing more of the job, or fewer: a batch, or an answer. */
export function countInHand(state: HubState, worker: HubWorker, job: HubJob, by: 1 | -1): void {
  const { jobs, connection } = worker;
  const { limits } = connection;
  const known = jobs.get(job);
  if (known === undefined) return;
  if (known.inHand === 0) worker.idleBytes -= job.bytes;
  known.inHand += by;
  if (known.inHand > 0) return;
  worker.idleBytes += job.bytes;
  if (worker.idleBytes > limits.maxDescriptionBytesPerWorker / 2) {
    // Used last, it is behind the others.
    jobs.delete(job);
    jobs.set(job, known);
  }
  lookAt(state, worker);
}

/** The worker may know too much of idle jobs. What it has to forget is seen when the event in hand is over. */
function lookAt(state: HubState, worker: HubWorker): void {
  if (worker.idleBytes > worker.connection.limits.maxDescriptionBytesPerWorker) state.crowded.add(worker);
}

/** Has workers that know too much forget the jobs of which they have nothing. */
export function makeRoom(state: HubState): void {
  for (const worker of state.crowded) {
    for (const [job, { inHand }] of worker.jobs) {
      if (worker.idleBytes <= worker.connection.limits.maxDescriptionBytesPerWorker) break;
      if (inHand > 0) continue;
      // The last one stays.
      if (worker.idleBytes === job.bytes) break;
      unknow(worker, job);
      state.toWorker(worker, { type: 'close', jobId: job.id });
    }
  }
  state.crowded.clear();
}
