import type { SessionEffect, SessionEvent } from '../core/worker-session-events.js';
import type { Machine } from '../core/machine.js';
import type { Outcome } from '../protocol/outcome.js';
import { printableTexts } from '../protocol/printable-texts.js';
import { watching } from '../watching.js';

/** What a worker does: what `onActivity` is called with. Its `type` says what. There are two for each batch. */
export type WorkerActivity =
  /** The hub has told what a job is, whose batches may follow. */
  | { readonly type: 'jobKnown'; readonly jobId: string; readonly stages: readonly string[] }
  /** The job is over, or nothing of it is here and it takes room. */
  | { readonly type: 'jobForgotten'; readonly jobId: string }
  /** A batch of `count` units is being executed. */
  | ({ readonly type: 'batchBegun'; readonly first: number; readonly count: number } & BatchHere)
  /** It was executed: so many units, and so many of them failed. */
  | ({ readonly type: 'batchDone'; readonly done: number; readonly failed: number; readonly elapsedMs: number } & BatchHere)
  /** It came to nothing. */
  | ({ readonly type: 'batchLost'; readonly cause: string; readonly reason: string } & BatchHere)
  /** An operation of it waits for a job of its own, and takes no slot; or it goes on. */
  | ({ readonly type: 'batchWaits' | 'batchGoesOn' } & BatchHere);

/** Which batch of which job it is, and which attempt of it. */
export interface BatchHere {
  /** The id of the job. */
  readonly jobId: string;
  /** The batch's number within its job, from 0. */
  readonly seq: number;
  /** Which dispatch of the batch it is, from 1. */
  readonly attempt: number;
}

/** The worker's machine, with somebody who is told what it does. */
export function tellActivity(
  session: Machine<SessionEvent, SessionEffect>,
  onActivity: (activity: WorkerActivity) => void,
): Machine<SessionEvent, SessionEffect> {
  const tell = (activity: WorkerActivity): void => onActivity(printableTexts(activity));
  /** The batches that are being executed, by run. */
  const running = new Map<number, BatchHere>();
  return watching(
    session,
    (event) => {
      if (event.type === 'received' && event.message.type === 'job') {
        const { jobId, description } = event.message;
        tell({ type: 'jobKnown', jobId, stages: description.stages.map(({ operation, version }) => `${operation}@${version}`) });
      }
      const batch = 'run' in event ? running.get(event.run) : undefined;
      if (batch === undefined) return;
      if (event.type === 'waits') tell({ type: 'batchWaits', ...batch });
      if (event.type === 'goesOn') tell({ type: 'batchGoesOn', ...batch });
      if (event.type === 'settled') {
        running.delete(event.run);
        tell(settled(batch, event.outcome));
      }
    },
    (effect) => {
      if (effect.type === 'forget') tell({ type: 'jobForgotten', jobId: effect.jobId });
      if (effect.type !== 'run') return;
      const { seq, attempt, first, count } = effect.batch;
      const batch = { jobId: effect.jobId, seq, attempt };
      running.set(effect.run, batch);
      tell({ type: 'batchBegun', ...batch, first, count });
    },
  );
}

function settled(batch: BatchHere, outcome: Outcome): WorkerActivity {
  if (outcome.type === 'lost') return { type: 'batchLost', ...batch, cause: outcome.loss.cause, reason: outcome.loss.reason };
  const { done, failures, elapsedMs } = outcome.result;
  return { type: 'batchDone', ...batch, done, failed: failures.length, elapsedMs };
}
