/** Makes, feeds and closes jobs. */
import { moveBytes, type MovableBatch } from '../../src/protocol/batch-bytes.js';
import { descriptionBytesOf } from '../../src/protocol/description-bytes.js';
import type { Attempt, Batch, JobDescription, JobOutcome, LeaderToHub } from '../../src/protocol/messages.js';
import { mostUnreachedBytes } from '../../src/protocol/unreached.js';
import { ownBytes } from '../../src/wire/own-bytes.js';
import { bytesOfDescribed } from '../../src/wire/parts.js';
import { batchExceeds, jobExceeds } from './admission.js';
import { holdBack, removeAnswered, weighAnswers } from './answers.js';
import { dropQueued, freeReserved, serve, serveWorker, unstall } from './assigning.js';
import { besideBytesOf } from './charges.js';
import { keepTurn, takeKeptTurn } from './charging.js';
import { isFound } from './claiming.js';
import { unknow } from './describing.js';
import type { HubState } from './hub-state.js';
import { takeBack, tellLost } from './leasing.js';
import { needsOf } from './matching.js';
import { awaitNone, endListing } from './named.js';
import { newJob } from './new-records.js';
import { noteJobEnd, noteRefusedJob } from './notes.js';
import { attemptKey, endingKey, type HubJob, type HubLeader } from './records.js';

/**
 * The job that a leader opens; undefined when a limit stands against it.
 *
 * @param isResumed whether the leader has said that it will open it again
 */
export function createJob(
  state: HubState,
  leader: HubLeader,
  message: Extract<LeaderToHub, { type: 'open' }>,
  isResumed: boolean,
): HubJob | undefined {
  const { job: number, secret, description, priority, labels, resumed } = message;
  const bytes = descriptionBytesOf(description, labels);
  const limit = jobExceeds(state, leader, isResumed && resumed !== undefined, bytes);
  if (limit !== undefined) {
    refuse(state, leader, number, limit);
    return undefined;
  }
  const needClass = state.placement.fitting.needClass(needsOf(description, labels));
  const job = newJob({
    number,
    leader,
    secret,
    description: withOwnBytes(description),
    bytes,
    priority,
    openedAt: state.now,
    needClass,
    virtualTime: takeKeptTurn(state, leader, 2 ** priority),
  });
  state.countDescription(leader, bytes);
  leader.jobs.set(number, job);
  state.jobs.set(job.id, job);
  needClass.jobs.add(job);
  return job;
}

/** A leader sends a batch. */
export function enqueue(state: HubState, leader: HubLeader, number: number, batch: Batch): void {
  const job = leader.jobs.get(number);
  if (job?.confirmed !== true || isKnown(job, batch)) {
    // The hub refused the job while this was on its way, or the message is a repeated one.
    state.counters.strayMessages += 1;
    return;
  }
  const fault = faultOf(job, batch);
  if (fault !== undefined) {
    state.expel('leader', leader.id, fault);
    return;
  }
  if (batch.beside !== true && isFound(job, batch.seq)) {
    // Its leader did not know yet that a worker is back with it.
    const { seq, attempt } = batch;
    tellLost(state, job, undefined, { seq, attempt, cause: 'returned', reason: 'a worker that is back has it already' });
    return;
  }
  if (state.dividing.has(job)) {
    // Its leader does not know yet that no worker offers the whole chain any more.
    returnBatch(state, job, batch);
    return;
  }
  const limit = batchExceeds(state, leader, batch);
  if (limit !== undefined) {
    refuse(state, leader, number, limit);
    closeJob(state, job);
    return;
  }
  state.counters.batches += 1;
  state.countBatches(leader, 1, batch.payload.byteLength, besideBytesOf(batch));
  // A leader that wants a batch executed alone suspects the batch.
  const queued: MovableBatch = { ...batch, suspect: batch.suspect || batch.alone };
  job.queue.push(queued, state.now);
  // If other suspects of the job wait for a worker, it would take long to look through all of them again.
  if (!job.stalled || !queued.suspect) {
    unstall(state, job);
    serve(state, job.needClass);
  }
  // Nothing is kept here of a batch that was given out at once.
  if (job.queue.has(queued)) moveBytes(queued, ownBytes);
}

/** What is wrong with a batch: no leader of this package sends it like this. */
function faultOf({ id, description }: HubJob, { units, count, unreached, parts }: Batch): string | undefined {
  if (units === 'partials') {
    if (unreached !== undefined) return `it has sent partials of job ${id} as if stages came before them`;
    if (parts?.byteLength === bytesOfDescribed(count)) return undefined;
    return `it has sent ${count} partials of job ${id} without saying of each what it stands for`;
  }
  if (parts !== undefined) return `it has sent elements of job ${id} as if they were partials`;
  const stages = description.stages.length;
  if (unreached === undefined || unreached.byteLength <= mostUnreachedBytes(stages)) return undefined;
  return `it has sent a batch of job ${id} with tries in more than its stages, ${stages}`;
}

/** Gives back what is queued of jobs whose leaders were told in the event in hand that they may go on in parts. */
export function returnQueued(state: HubState): void {
  for (const job of state.toldToDivide) {
    for (const batch of state.dividing.has(job) ? job.queue.all() : []) {
      dropQueued(state, job, batch);
      returnBatch(state, job, batch);
    }
  }
  state.toldToDivide.clear();
}

function returnBatch(state: HubState, job: HubJob, { seq, attempt }: Attempt): void {
  tellLost(state, job, undefined, { seq, attempt, cause: 'returned', reason: 'no worker offers the whole chain' });
}

/** Whether the attempt is queued, with a worker, or answered and kept there. */
function isKnown({ leases, queue, answered }: HubJob, attempt: Attempt): boolean {
  return leases.get(attempt) !== undefined || queue.has(attempt) || answered.has(attemptKey(attempt));
}

/**
 * Nothing more is given out of a leader that does not read. Its batches wait in its queue, which is bounded. So the leader is
 * slowed down.
 */
export function congest(state: HubState, leader: HubLeader, congested: boolean): void {
  leader.connection.congested = congested;
  holdBack(state, leader);
}

function withOwnBytes(description: JobDescription): JobDescription {
  const stages = description.stages.map(({ args, ...stage }) =>
    args === undefined ? stage : { ...stage, args: ownBytes(args) },
  );
  const { headers } = description;
  return { ...description, stages, ...(headers && { headers: ownBytes(headers) }) };
}

export function refuse(state: HubState, leader: HubLeader, number: number, what: string): void {
  state.counters.refused += 1;
  const message = `the hub's limit is reached: ${what}`;
  state.toLeader(leader, { type: 'refused', job: number, code: 'LIMIT_EXCEEDED', message });
  noteRefusedJob(state, leader, message);
}

/** Forgets a job here and at its workers. What they execute of it keeps its slots until they say that it has come to an end. */
export function closeJob(state: HubState, job: HubJob, outcome?: JobOutcome): void {
  const { leader, leases, answered, queue, workers } = job;
  noteJobEnd(state, job, outcome);
  const freed = new Set(leases.all().map((lease) => lease.worker));
  for (const lease of leases.all()) {
    if (lease.worker.connected) lease.worker.ending.add(endingKey(job.id, lease));
    takeBack(state, lease);
  }
  for (const each of answered.values()) removeAnswered(state, each);
  state.countBatches(leader, -queue.size, -queue.bytes, -queue.besideBytes);
  state.tally.dropped += queue.size;
  state.countDescription(leader, -job.bytes);
  for (const worker of workers) {
    unknow(worker, job);
    state.toWorker(worker, { type: 'close', jobId: job.id });
  }
  awaitNone(job);
  endListing(job);
  keepTurn(state, job);
  leader.jobs.delete(job.number);
  state.jobs.delete(job.id);
  state.awaiting.delete(job);
  state.unfinished.delete(job);
  state.stalled.delete(job);
  state.dividing.delete(job);
  state.placement.removeJob(job);
  if (job.needClass.jobs.size === 0) {
    state.untold.delete(job.needClass);
    state.changed.delete(job.needClass);
  }
  // The following gives batches to workers, but none of this job.
  weighAnswers(state, leader);
  freeReserved(state);
  for (const worker of freed) serveWorker(state, worker);
}
