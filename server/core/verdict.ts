/**
 * How a hub is, in one sentence: the most important thing that can be said of it.
 *
 * Rules, the first that holds.
 * 1. Idle: nobody is connected, or no job is open and nothing was lost lately.
 * 2. Trouble: jobs are open, and no worker is connected. Or a job waits for what no worker offers.
 * 3. Trouble: an element of a job is with a worker for longer than `stuckAfterMs`, and the job waits for it. It may be in an
 *    endless loop.
 * 4. Attention: elements fail nearly as often as others succeed, and are tried again or left out. Only where at least
 *    `leastFailures` do, in a second.
 * 5. Attention: a leader has lost its connection, or does not read. Or the reader of a job is slow.
 * 6. Attention: a job says that it waits for its own elements, or a batch is with a worker for some seconds.
 * 7. Attention: workers were lost in the last minute.
 * 8. Attention: all slots of workers that drain, are away or do not keep up have nothing to do, and something is queued.
 * 9. Well: all slots are busy, or some are, or nothing is to be done.
 * A rule that holds for several jobs names the first, and says how many more there are.
 */
import { duration, grouped } from '../../src/core/job/in-words.js';
import { stillAfterMs } from '../../src/limits.js';
import { printable } from '../../src/protocol/printable.js';
import type { Verdict } from '../../src/protocol/overview.js';
import { shortened } from '../../src/protocol/shortened.js';
import type { HubState } from './hub-state.js';
import { nameOfJob } from './names-of.js';
import { oldestLease } from './oldest-lease.js';
import { slotsFor, type HubJob } from './records.js';
import { whyItWaits } from './why-it-waits.js';

/** A batch that is longer with a worker, and that its job waits for, may never end. Batches are made to take some 20 ms. */
export const stuckAfterMs = 10_000;

/** For how long it is told that workers were lost: as long as people need to look. */
export const lossesToldMs = 60_000;

/** Fewer failures in a second are of no interest, whatever else is done. */
export const leastFailures = 5;

/** Names of jobs may be long. */
const mostChars = 600;

/** The time grows with workers, jobs and what is with workers. */
export function verdictOf(hub: HubState, now: number): Verdict {
  const { state, text } = firstThatHolds(hub, now);
  return { state, text: shortened(text, mostChars) };
}

function firstThatHolds(state: HubState, now: number): Verdict {
  const { workers, leaders, jobs } = state;
  const lost = state.happenings.since('worker', 'lost', now - lossesToldMs);
  if (workers.size === 0 && leaders.size === 0 && lost.length === 0) return { state: 'idle', text: 'nobody is connected' };
  const open = [...jobs.values()];
  return (
    unserved(state, open, now) ??
    stuck(open, now) ??
    failures(state) ??
    heldUp(open, now) ??
    slow(open, now) ??
    losses(lost) ??
    (jobs.size === 0 ? { state: 'idle', text: 'no job is open' } : atWork(state))
  );
}

/** For jobs there is nobody. */
function unserved({ workers }: HubState, open: readonly HubJob[], now: number): Verdict | undefined {
  if (open.length === 0) return undefined;
  if (workers.size === 0) return { state: 'trouble', text: `${many(open.length, 'job')} and no worker: start one` };
  const waiting = open.filter((job) => job.confirmed && slotsFor(job.needClass) === 0 && job.leases.size === 0);
  return named('trouble', waiting, (job) => saidOf(job) ?? whyItWaits(job, now));
}

function stuck(open: readonly HubJob[], now: number): Verdict | undefined {
  const held = open.filter((job) => heldMs(job, now) >= stuckAfterMs && isHeld(job));
  return named('trouble', held, (job) => `${saidOf(job) ?? oldestText(job, now)}: slow, or in an endless loop`);
}

/** Whether the job waits for its own batches, as far as is known: its leader says so, or nothing else of it waits here. */
function isHeld(job: HubJob): boolean {
  if (job.progress !== undefined) return job.progress.state === 'running' && job.progress.waitsFor !== undefined;
  return job.queue.size === 0;
}

function losses(lost: readonly string[]): Verdict | undefined {
  const [first] = lost;
  if (first === undefined) return undefined;
  return { state: 'attention', text: lost.length === 1 ? first : `${many(lost.length, 'worker')} were lost in the last minute` };
}

function failures({ pulse }: HubState): Verdict | undefined {
  const { retried, failed, elements } = pulse.perSecond;
  const bad = Math.max(retried, failed);
  const done = Math.max(0, elements - failed);
  if (bad < leastFailures || bad < done / 2) return undefined;
  const what = retried < failed / 2 ? 'fail' : 'are tried again';
  return { state: 'attention', text: `${grouped(bad)} elements ${what} in a second, and ${grouped(done)} succeed` };
}

function heldUp(open: readonly HubJob[], now: number): Verdict | undefined {
  const byLeader = open.filter(
    ({ leader, progress }) => !leader.connected || leader.connection.congested || leader.isOwing || progress?.state === 'paused',
  );
  return named('attention', byLeader, (job) => (job.leader.connected ? saidOf(job) : undefined) ?? whyItWaits(job, now));
}

function slow(open: readonly HubJob[], now: number): Verdict | undefined {
  const slowOnes = open.filter((job) => isHeld(job) && (job.progress !== undefined || heldMs(job, now) >= stillAfterMs));
  return named('attention', slowOnes, (job) => saidOf(job) ?? oldestText(job, now));
}

function atWork({ slotTime, jobs }: HubState): Verdict {
  const { busy, starved, paused } = slotTime.now;
  let queued = 0;
  for (const { queue } of jobs.values()) queued += queue.size;
  const all = busy + starved + paused;
  if (queued > 0 && busy === 0) {
    return {
      state: 'attention',
      text: `${many(queued, 'batch waits', 'batches wait')}, and no slot is given any: workers drain or are slow`,
    };
  }
  if (queued > 0 && busy === all) {
    const slots = all === 1 ? 'the only slot is' : `all ${grouped(all)} slots are`;
    return { state: 'well', text: `${slots} busy, and ${many(queued, 'batch waits', 'batches wait')}` };
  }
  if (busy > 0) return { state: 'well', text: `${grouped(busy)} of ${many(all, 'slot')} ${busy === 1 ? 'is' : 'are'} busy` };
  return { state: 'well', text: `all is done that ${jobs.size === 1 ? 'the open job has' : 'the open jobs have'} sent` };
}

/** What its leader says of why it waits. */
function saidOf({ progress }: HubJob): string | undefined {
  return progress?.waitsFor === undefined ? undefined : printable(progress.waitsFor);
}

/** For how long a worker has had its oldest batch; 0: none has any. */
function heldMs(job: HubJob, now: number): number {
  return now - (oldestLease(job)?.givenAt ?? now);
}

function oldestText(job: HubJob, now: number): string {
  const worker = oldestLease(job)?.worker;
  const name = worker === undefined || worker.connection.name === '' ? worker?.id : printable(worker.connection.name);
  return `worker ${name ?? ''} has had a batch of it for ${duration(heldMs(job, now))}`;
}

/** The first of the jobs, and how many more there are. */
function named(
  state: Verdict['state'],
  [first, ...others]: readonly HubJob[],
  say: (job: HubJob) => string,
): Verdict | undefined {
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${many(others.length, 'more job')})`;
  return { state, text: `${nameOfJob(first)}: ${say(first)}${more}` };
}

function many(count: number, one: string, several = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : several}`;
}
