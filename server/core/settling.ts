/** Attempts come to an end: they are answered, come to nothing, or are not wanted any more. */
import type { Attempt, BatchLoss, BatchResult } from '../../src/protocol/messages.js';
import { addAnswered, weighAnswers, takeAsked, acknowledge } from './answers.js';
import { serveWorker, dropQueued } from './assigning.js';
import { usedBy } from './charging.js';
import type { HubState } from './hub-state.js';
import { release, loseLease, cancelLease, namedWorker, tellLost } from './leasing.js';
import { endingKey, type HubJob, type Lease, type HubWorker } from './records.js';

/** A worker has executed an attempt: by its lease, or by what is known of the answers that it keeps. */
export function settle(state: HubState, worker: HubWorker, jobId: string, result: BatchResult): void {
  const job = state.jobs.get(jobId);
  const lease = leaseOf(job, worker, result);
  setStuck(state, worker, false);
  if (job !== undefined && lease !== undefined) {
    release(state, lease);
    const sinceMs = state.now - lease.givenAt;
    // A lease that this hub gave cannot have taken longer than since then, whatever the worker says.
    const elapsedMs = lease.adopted ? result.elapsedMs : Math.min(result.elapsedMs, sinceMs);
    // One that was adopted was given by another hub.
    job.tally ??= state.tally.of(job.description.stages);
    state.tally.answered(job.tally, lease.elements, result, elapsedMs);
    state.slotTime.answered(state.now - (lease.slotSince ?? state.now) - lease.waitedMs - elapsedMs, state.now);
    job.cost.observe(elapsedMs, sinceMs - elapsedMs - lease.waitedMs, state.now);
    // Before the lease was adopted, the slot was of no use to anybody: the worker was away.
    state.placement.settle(lease, usedBy(lease, Math.min(elapsedMs, sinceMs)));
    addAnswered(state, job, worker, result, { counted: true, begun: true });
    weighAnswers(state, job.leader);
    tellResult(state, job, worker, result);
  } else if (job !== undefined && takeAsked(job, worker, result) !== undefined) tellResult(state, job, worker, result);
  else answeredToNobody(state, worker, jobId, result);
  serveWorker(state, worker);
}

/** A worker says that an attempt came to nothing. */
export function lose(state: HubState, worker: HubWorker, jobId: string, loss: BatchLoss): void {
  const job = state.jobs.get(jobId);
  const stages = job?.description.stages.length ?? Infinity;
  const { stage = 0 } = loss;
  if (stage >= stages) {
    state.expel('worker', worker.id, `it has lost a batch in stage ${stage} of ${stages}`);
    return;
  }
  const lease = leaseOf(job, worker, loss);
  // A worker gives back what waited when its slots are full for long: with its batches, or with cancelled ones that go on.
  setStuck(state, worker, loss.cause === 'returned');
  if (job !== undefined && lease !== undefined) {
    addAnswered(state, job, worker, loss, { counted: true, begun: loss.cause !== 'returned' });
    weighAnswers(state, job.leader);
    loseLease(state, lease, loss);
  } else {
    const asked = takeAsked(job, worker, loss);
    // A worker that did not keep its word has forgotten which it was.
    const cause = asked?.begun === false ? 'returned' : loss.cause;
    if (asked === undefined) answeredToNobody(state, worker, jobId, loss);
    else tellLost(state, asked.job, worker, { ...loss, cause });
  }
  serveWorker(state, worker);
}

/** The attempt is not wanted any more, wherever it is. */
export function cancel(state: HubState, job: HubJob, attempt: Attempt): void {
  acknowledge(state, job, attempt);
  dropQueued(state, job, attempt);
  const lease = job.leases.get(attempt);
  if (lease === undefined) return;
  cancelLease(state, lease);
  // It may have kept another suspect from the worker.
  serveWorker(state, lease.worker);
}

/** Whether the worker is sent nothing ahead until something of it ends. */
function setStuck({ placement }: HubState, worker: HubWorker, isStuck: boolean): void {
  const { connection } = worker;
  if (connection.stuck === isStuck) return;
  connection.stuck = isStuck;
  placement.place(worker);
}

/** An answer that nobody waits for, or not yet. It may still free a slot. Any other answer is counted. */
function answeredToNobody(state: HubState, worker: HubWorker, jobId: string, answered: Attempt): void {
  const claim = worker.claims.get(jobId);
  const begun = claim?.running.find((each) => each.seq === answered.seq && each.attempt === answered.attempt);
  if (claim !== undefined && begun !== undefined) {
    const running = claim.running.filter((each) => each !== begun);
    worker.claims.set({ jobId, running, held: [...claim.held, begun] });
  } else if (!worker.ending.delete(endingKey(jobId, answered))) state.counters.staleResults += 1;
  state.placement.place(worker);
}

function leaseOf(job: HubJob | undefined, worker: HubWorker, attempt: Attempt): Lease | undefined {
  const lease = job?.leases.get(attempt);
  return lease?.worker === worker ? lease : undefined;
}

function tellResult(state: HubState, job: HubJob, worker: HubWorker, result: BatchResult): void {
  state.counters.results += 1;
  const who = result.failures.length === 0 ? { workerId: worker.id } : namedWorker(worker);
  state.toLeader(job.leader, { type: 'result', job: job.number, ...who, result });
}
