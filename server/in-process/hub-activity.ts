import type { HubToLeader, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { jobIdOf } from '../../src/protocol/job-id.js';
import type { SchedulerEffect, SchedulerEvent } from '../core/scheduler-events.js';

/** What a hub does for its peers: what `onActivity` is called with. Its `type` says what. There are several for each batch. */
export type HubActivity =
  /** A leader has opened a job. `isBack`: it goes on with what it has under way. */
  | {
      readonly type: 'jobOpened';
      readonly jobId: string;
      readonly stages: readonly string[];
      readonly priority: number;
      readonly isBack: boolean;
    }
  /** A job finds no worker. */
  | { readonly type: 'jobWaits'; readonly jobId: string; readonly missing: string }
  /** A job is over, or has left its place. */
  | { readonly type: 'jobClosed'; readonly jobId: string }
  /** The hub has ended a job. */
  | { readonly type: 'jobRefused'; readonly jobId: string; readonly code: string; readonly reason: string }
  /** A worker has said what it offers. */
  | { readonly type: 'workerOffers'; readonly workerId: string; readonly slots: number; readonly operations: readonly string[] }
  /** A worker takes no more batches. `broken`: why it cannot execute any. */
  | { readonly type: 'workerDraining'; readonly workerId: string; readonly broken?: string }
  /** A batch of `count` units has come, or was given to a worker. */
  | ({ readonly type: 'batchQueued'; readonly first: number; readonly count: number } & BatchOfJob)
  | ({ readonly type: 'batchAssigned'; readonly workerId: string; readonly first: number; readonly count: number } & BatchOfJob)
  /** A worker has answered. `done`: so many units were executed. */
  | ({
      readonly type: 'batchAnswered';
      readonly workerId: string;
      readonly done: number;
      readonly failed: number;
      readonly elapsedMs: number;
    } & BatchOfJob)
  /** A batch came to nothing. `workerId`: empty where no worker had it. */
  | ({ readonly type: 'batchLost'; readonly workerId: string; readonly cause: string; readonly reason: string } & BatchOfJob)
  /** A leader does not want a batch any more. */
  | ({ readonly type: 'batchCancelled' } & BatchOfJob);

/** Which batch of which job it is, and which attempt of it. */
export interface BatchOfJob {
  /** The id of the job, unique among all jobs. */
  readonly jobId: string;
  /** The number of the batch within its job. */
  readonly seq: number;
  /** Which dispatch it is, from 1. */
  readonly attempt: number;
}

/** What the event says of jobs and workers; undefined: nothing of that kind. */
export function activityIn(event: SchedulerEvent): HubActivity | undefined {
  if (event.type === 'leaderSent') return saidByLeader(event.leaderId, event.message);
  return event.type === 'workerSent' ? saidByWorker(event.workerId, event.message) : undefined;
}

/** What the hub does; undefined: nothing of that kind. */
export function activityOf(effect: SchedulerEffect): HubActivity | undefined {
  if (effect.type === 'toLeader') return toldLeader(effect.leaderId, effect.message);
  if (effect.type !== 'toWorker' || effect.message.type !== 'assign') return undefined;
  const { jobId, batch } = effect.message;
  const { seq, attempt, first, count } = batch;
  return { type: 'batchAssigned', jobId, seq, attempt, workerId: effect.workerId, first, count };
}

function saidByLeader(leaderId: string, message: LeaderToHub): HubActivity | undefined {
  if (!('job' in message)) return undefined;
  const jobId = jobIdOf(leaderId, message.job);
  switch (message.type) {
    case 'open': {
      const { description, priority, resumed } = message;
      const stages = description.stages.map(({ operation, version }) => `${operation}@${version}`);
      return { type: 'jobOpened', jobId, stages, priority, isBack: resumed !== undefined };
    }
    case 'close':
      return { type: 'jobClosed', jobId };
    case 'batch': {
      const { seq, attempt, first, count } = message.batch;
      return { type: 'batchQueued', jobId, seq, attempt, first, count };
    }
    case 'cancel':
      return { type: 'batchCancelled', jobId, seq: message.seq, attempt: message.attempt };
    default:
      return undefined;
  }
}

function saidByWorker(workerId: string, message: WorkerToHub): HubActivity | undefined {
  switch (message.type) {
    case 'offer':
      return { type: 'workerOffers', workerId, slots: message.slots, operations: message.offers.operations };
    case 'draining':
      return { type: 'workerDraining', workerId, ...(message.broken === undefined ? {} : { broken: message.broken }) };
    default:
      return undefined;
  }
}

function toldLeader(leaderId: string, message: HubToLeader): HubActivity | undefined {
  if (!('job' in message)) return undefined;
  const jobId = jobIdOf(leaderId, message.job);
  switch (message.type) {
    case 'capacity':
      return message.slots > 0 ? undefined : { type: 'jobWaits', jobId, missing: message.missing };
    case 'refused':
      return { type: 'jobRefused', jobId, code: message.code, reason: message.message };
    case 'result': {
      const { workerId, result } = message;
      const { seq, attempt, done, failures, elapsedMs } = result;
      return { type: 'batchAnswered', jobId, seq, attempt, workerId, done, failed: failures.length, elapsedMs };
    }
    case 'lost': {
      const { workerId, loss } = message;
      const { seq, attempt, cause, reason } = loss;
      return { type: 'batchLost', jobId, seq, attempt, workerId, cause, reason };
    }
    default:
      return undefined;
  }
}
