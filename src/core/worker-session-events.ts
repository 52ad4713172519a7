import type { Batch, BatchLoss, HubToWorker, JobAttempt, JobDescription, Offers, WorkerToHub } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

export type SessionEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'received'; readonly message: HubToWorker }
  /** What the worker has to offer, at first and when it changes. */
  | { readonly type: 'offers'; readonly slots: number; readonly offers: Offers }
  /** The executor has settled a run. */
  | { readonly type: 'settled'; readonly run: number; readonly outcome: Outcome }
  /** A run waits for a job of its own, and gives its slot up. */
  | { readonly type: 'waits'; readonly run: number }
  /** It goes on, and takes a slot again. */
  | { readonly type: 'goesOn'; readonly run: number }
  /** End in good order, within so many milliseconds. `broken`: why nothing can be executed any more, if that is the reason. */
  | { readonly type: 'drain'; readonly withinMs?: number; readonly broken?: string }
  /** The deadline has come. */
  | { readonly type: 'tick' };

/** What a worker has begun and not brought to an end. */
export interface Undone {
  /** Batches that it executes. */
  readonly batches: number;
  /** Results that it keeps, since their leaders may not have them. */
  readonly results: number;
}

/** What people want to know of a batch that runs. */
export interface BatchOfRun extends JobAttempt {
  readonly description: JobDescription;
  /** The name of its stage chain. */
  readonly chain: string;
}

/** What each of the first slots does, and what the time since the last report went to. */
export type SlotsReport = readonly {
  /** What it executes; undefined: nothing. */
  readonly batch: BatchOfRun | undefined;
  readonly forMs: number;
  /** The chain that took most of the time; undefined: none ran. */
  readonly most: string | undefined;
  /** The share of the time that it executed anything, from 0 to 1. */
  readonly busy: number;
}[];

export type SessionEffect =
  /** The hub wants to know what the slots do. */
  | { readonly type: 'tell'; readonly slots: SlotsReport }
  | { readonly type: 'send'; readonly message: WorkerToHub }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly jobId: string;
      readonly description: JobDescription;
      readonly batch: Batch;
    }
  /** Abort the attempt. */
  | ({ readonly type: 'abort' } & JobAttempt)
  /** Abort the attempt, and tell the hub of this loss. Who executes it adds how far it was, where that is known. */
  | { readonly type: 'handBack'; readonly jobId: string; readonly loss: BatchLoss }
  /** Abort what is running of the job, and forget what was set up for it. */
  | { readonly type: 'forget'; readonly jobId: string }
  /** The worker is drained. `undone`, `reason`: what it leaves, and why. */
  | { readonly type: 'drained'; readonly undone?: Undone; readonly reason?: string };
