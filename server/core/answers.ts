/** Workers keep answers until their leaders have acknowledged them. */
import type { Attempt } from '../../src/protocol/messages.js';
import { serve } from './assigning.js';
import { answeredRecordBytes, charge } from './charges.js';
import { countInHand } from './describing.js';
import type { HubState } from './hub-state.js';
import { attemptKey, isDue, type Answered, type HubJob, type HubLeader, type HubWorker } from './records.js';

/** A worker keeps the answer to an attempt until the leader has acknowledged it. */
export function addAnswered(
  state: HubState,
  job: HubJob,
  worker: HubWorker,
  { seq, attempt }: Attempt,
  { counted, begun }: Pick<Answered, 'counted' | 'begun'>,
): Answered {
  const key = attemptKey({ seq, attempt });
  const before = job.answered.get(key);
  if (before !== undefined) removeAnswered(state, before);
  if (counted) job.leader.unacknowledged += 1;
  charge(job.leader, answeredRecordBytes);
  const answered: Answered = { job, worker, seq, attempt, asked: false, counted, begun };
  job.answered.set(key, answered);
  worker.answered.add(answered);
  countInHand(state, worker, job, 1);
  return answered;
}

/**
 * A leader that never acknowledges would fill the hub. So nothing more of a leader is given out while it leaves as many answers
 * unacknowledged as it may. A leader that only acknowledges late, for example over a slow link, goes on in a moment.
 */
export function weighAnswers(state: HubState, leader: HubLeader): void {
  const { maxUnacknowledgedPerLeader } = leader.connection.limits;
  const isOwing = leader.unacknowledged >= (leader.isOwing ? maxUnacknowledgedPerLeader / 2 : maxUnacknowledgedPerLeader);
  if (isOwing === leader.isOwing) return;
  leader.isOwing = isOwing;
  holdBack(state, leader);
}

/** Begins or stops giving out the leader's batches. */
export function holdBack(state: HubState, leader: HubLeader): void {
  for (const job of leader.jobs.values()) {
    if (isDue(job)) state.placement.enterTurn(job);
    else state.placement.leaveTurn(job);
  }
  if (leader.connection.congested || leader.isOwing) return;
  for (const { needClass } of leader.jobs.values()) serve(state, needClass);
}

/** Asks the worker for an answer that its leader may not have got. */
export function askAgain(state: HubState, answered: Answered): void {
  answered.asked = true;
  const { job, worker, seq, attempt } = answered;
  job.asked.set(seq, answered);
  state.toWorker(worker, { type: 'resend', jobId: job.id, seq, attempt });
}

/** The answer, if the worker was asked for it again; it is asked once. */
export function takeAsked(job: HubJob | undefined, worker: HubWorker, attempt: Attempt): Answered | undefined {
  const answered = job?.answered.get(attemptKey(attempt));
  if (answered?.worker !== worker || !answered.asked) return undefined;
  answered.asked = false;
  const { asked } = answered.job;
  if (asked.get(answered.seq) === answered) asked.delete(answered.seq);
  return answered;
}

/**
 * The leader says that it has the answer. While an answer is asked for again, the leader may mean an earlier one, for example
 * that the attempt was lost. It will also acknowledge the answer that comes.
 */
export function acknowledged(state: HubState, job: HubJob, attempt: Attempt): void {
  if (job.answered.get(attemptKey(attempt))?.asked !== true) acknowledge(state, job, attempt);
}

/** The leader has the answer: its worker need not keep it. */
export function acknowledge(state: HubState, job: HubJob, attempt: Attempt): void {
  const answered = job.answered.get(attemptKey(attempt));
  if (answered === undefined) return;
  removeAnswered(state, answered);
  weighAnswers(state, job.leader);
  const { seq, attempt: number } = answered;
  state.toWorker(answered.worker, { type: 'acknowledge', jobId: job.id, seq, attempt: number });
}

export function removeAnswered(state: HubState, answered: Answered): void {
  answered.worker.answered.delete(answered);
  const { job } = answered;
  if (job.asked.get(answered.seq) === answered) job.asked.delete(answered.seq);
  job.answered.delete(attemptKey(answered));
  charge(job.leader, -answeredRecordBytes);
  countInHand(state, answered.worker, job, -1);
  if (answered.counted) job.leader.unacknowledged -= 1;
}
