/**
 * Whether anybody watches the hub, and what leaders say of their jobs then. `doing.ts` has what workers say.
 *
 * Rules.
 * 1. Peers are asked to say how things are while somebody watches, and for `watchedForMs` after that. Then they are told to stop.
 * 2. Of each job the last report is kept, and it goes with the job. When nobody watches any more, all reports go: they are old.
 * 3. A leader speaks of its own jobs alone. What it says of others is passed over.
 */
import { reportEveryMs, watchedForMs } from '../../src/limits.js';
import type { Attempt, LeaderToHub } from '../../src/protocol/messages.js';
import { askAnew, askedOf, checkDoing, forgetDoing } from './doing.js';
import type { HubState } from './hub-state.js';
import { oldestLease } from './oldest-lease.js';
import { slotsFor, type HubJob, type HubLeader, type HubWorker } from './records.js';

/** Somebody looks. */
export function watch(state: HubState): void {
  const begins = state.watchedUntil === undefined;
  state.watchedUntil = state.now + watchedForMs;
  if (begins) tellAll(state, true);
}

/** Nobody has looked for long, if that is so. */
export function endWatch(state: HubState): void {
  if (state.watchedUntil === undefined || state.now < state.watchedUntil) return;
  state.watchedUntil = undefined;
  for (const job of state.jobs.values()) job.progress = undefined;
  forgetDoing(state.workers.values());
  tellAll(state, false);
}

/** A leader has just joined: it is asked, too. */
export function askLeader(state: HubState, leader: HubLeader): void {
  if (state.watchedUntil !== undefined) state.toLeader(leader, { type: 'watch', everyMs: reportEveryMs });
}

/** A worker has just joined. */
export function askWorker(state: HubState, worker: HubWorker): void {
  if (state.watchedUntil === undefined) return;
  state.toWorker(worker, { type: 'watch', ...askedOf(state.askedFor) });
  askAnew(state);
}

/** A leader says how far its jobs are. */
export function reported(state: HubState, leader: HubLeader, { jobs }: Extract<LeaderToHub, { type: 'progress' }>): void {
  // It may have been sent before the leader was told to stop.
  if (state.watchedUntil === undefined) return;
  for (const { job: number, progress } of jobs) {
    const job = leader.jobs.get(number);
    if (job !== undefined) job.progress = progress;
  }
}

/**
 * A leader wants to know where an attempt is. What was answered, or is looked for, is nowhere. Where it is queued behind others
 * of the same job, the leader is told of the one that a worker has had longest: that holds the job up.
 */
export function locate(state: HubState, job: HubJob, { seq, attempt }: Attempt): void {
  const { number, leader, leases, queue, needClass } = job;
  const isQueued = queue.has({ seq, attempt });
  const lease = leases.get({ seq, attempt }) ?? (isQueued ? oldestLease(job) : undefined);
  const slots = slotsFor(needClass);
  if (lease !== undefined) {
    const { worker, givenAt } = lease;
    const place = { workerId: worker.id, workerName: worker.connection.name, forMs: state.now - givenAt };
    state.toLeader(leader, { type: 'located', job: number, seq: lease.seq, attempt: lease.attempt, slots, ...place });
  } else if (isQueued) state.toLeader(leader, { type: 'located', job: number, seq, attempt, slots, forMs: 0 });
}

/** @throws an Error when an invariant does not hold */
export function checkWatch(state: HubState): void {
  checkDoing(state);
  const { watchedUntil, jobs } = state;
  if (watchedUntil !== undefined) return;
  for (const { id, progress } of jobs.values()) {
    if (progress !== undefined) throw new Error(`invariant broken: nobody watches, and it is kept how far job ${id} is`);
  }
}

function tellAll(state: HubState, isWatched: boolean): void {
  const everyMs = isWatched ? reportEveryMs : 0;
  for (const leader of state.leaders.values()) state.toLeader(leader, { type: 'watch', everyMs });
  state.askedFor = Math.max(1, state.workers.size);
  const asked = isWatched ? askedOf(state.askedFor) : { everyMs: 0, mostSlots: 1 };
  for (const worker of state.workers.values()) state.toWorker(worker, { type: 'watch', ...asked });
}
