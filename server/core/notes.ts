/** What the scheduler notes of what happens, as people read it. */
import { duration, grouped } from '../../src/core/job/in-words.js';
import { printable } from '../../src/protocol/printable.js';
import type { JobOutcome } from '../../src/protocol/messages.js';
import type { HubState } from './hub-state.js';
import { nameOfJob, nameOfPeer } from './names-of.js';
import type { HubJob, HubLeader, HubWorker } from './records.js';

export function noteJoined(
  { happenings, now }: HubState,
  role: 'leader' | 'worker',
  peer: HubLeader | HubWorker,
  isBack: boolean,
): void {
  happenings.add(role, 'joined', now, () => `${role} ${nameOfPeer(peer)} ${isBack ? 'is back' : 'has joined'}`);
}

/** A worker is gone for good. `isLost`: nobody had told it to go, and it did not say that it goes. */
export function noteWorkerGone({ happenings, now }: HubState, worker: HubWorker, isLost: boolean, reason: string): void {
  const had = worker.leases.size === 1 ? '1 batch' : `${grouped(worker.leases.size)} batches`;
  happenings.add('worker', isLost ? 'lost' : 'left', now, () => {
    const why = reason === '' ? '' : `: ${printable(reason)}`;
    return `worker ${nameOfPeer(worker)} ${isLost ? `is lost, with ${had}` : 'has left'}${why}`;
  });
}

export function noteLeaderGone({ happenings, now, awayLeaders }: HubState, leader: HubLeader): void {
  const isLost = awayLeaders.has(leader);
  happenings.add('leader', isLost ? 'lost' : 'left', now, () => {
    return `leader ${nameOfPeer(leader)} ${isLost ? 'did not come back' : 'has left'}`;
  });
}

/** @param outcome how it has ended at its leader; undefined: its leader has not said so */
export function noteJobEnd({ happenings, now }: HubState, job: HubJob, outcome: JobOutcome | undefined): void {
  happenings.add('job', 'job', now, () => {
    const { progress, leader, openedAt } = job;
    const code = outcome?.code === undefined ? '' : `: ${outcome.code}`;
    const done = progress === undefined ? '' : `; it had done ${grouped(progress.done)} elements`;
    const end = outcome === undefined ? 'has ended' : jobEnds[outcome.how];
    return `job ${nameOfJob(job)} of leader ${nameOfPeer(leader)} ${end} after ${duration(now - openedAt)}${code}${done}`;
  });
}

const jobEnds: Readonly<Record<JobOutcome['how'], string>> = {
  completed: 'has completed',
  cancelled: 'was cancelled',
  failed: 'has failed',
};

export function noteRefusedJob({ happenings, now }: HubState, leader: HubLeader, message: string): void {
  happenings.add('job', 'refused', now, () => `a job of leader ${nameOfPeer(leader)} was refused: ${message}`);
}
