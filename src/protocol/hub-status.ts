/** What a hub tells those who watch it. */
import type { Offers, ReportedProgress } from './messages.js';
import type { Verdict, Vitals } from './overview.js';

/**
 * What a hub holds. Of long lists an observer is told the first entries, which are there longest. Of many names it is told the
 * first ones, and how many more there are. A hub's own program sees all.
 */
export interface HubStatus {
  /** A random text, made at each start of a hub: another one says that the hub was started anew. */
  readonly epoch: string;
  /** For how long the hub has run, in milliseconds. */
  readonly uptimeMs: number;
  /** How the hub is, in one sentence without a full stop: the most important thing that can be said of it. */
  readonly verdict: Verdict;
  /** How many there are in all, listed or not. */
  readonly totals: { readonly leaders: number; readonly workers: number; readonly slots: number; readonly jobs: number };
  /** The leaders, also those that are waited for. */
  readonly leaders: readonly {
    /** The id that the hub gives it. */
    readonly leaderId: string;
    /** Its name, for people. */
    readonly name: string;
    /** How many jobs it has open. */
    readonly jobs: number;
    /** Whether its connection is lost, and it is waited for. */
    readonly away: boolean;
  }[];
  /** The workers, also those that are waited for. */
  readonly workers: readonly {
    /** The id that the hub gives it. */
    readonly workerId: string;
    /** Its name, for people. */
    readonly name: string;
    /** How many batches it executes at once. */
    readonly slots: number;
    /** How many batches it has. */
    readonly leased: number;
    /** How many cancelled batches it has not said to be over. */
    readonly ending: number;
    /** Whether it takes no more batches, and is about to leave. */
    readonly draining: boolean;
    /** Whether its connection is lost, and it is waited for. */
    readonly away: boolean;
    /** What it offers to jobs. */
    readonly offers: Offers;
    /** The batches that it has had for longest: three at the most. */
    readonly oldest: readonly {
      /** The id of the job. */
      readonly jobId: string;
      /** The name of the operation of each stage. */
      readonly stages: readonly string[];
      /** For how long it has had it, in milliseconds. */
      readonly forMs: number;
    }[];
    /**
     * What its first slots execute, as the worker sees it; absent: it has said nothing since somebody watches. An operation, or
     * the whole chain where the worker does not know the stage.
     */
    readonly executing?: readonly { readonly operation: string; readonly forMs: number }[];
    /** How its process is; absent where it has not said so. */
    readonly vitals?: Vitals;
  }[];
  /** The open jobs. */
  readonly jobs: readonly {
    /** Its id, unique among all jobs. */
    readonly jobId: string;
    /** The name of the operation of each stage. */
    readonly stages: readonly string[];
    /** Its priority, from -10 to 10. */
    readonly priority: number;
    /** How many batches wait at the hub. */
    readonly queued: number;
    /** How many batches workers have. */
    readonly leased: number;
    /** How many answers workers keep until the leader has acknowledged them. */
    readonly unacknowledged: number;
    /** How many slots there are for it. */
    readonly slots: number;
    /** Why it does not get on, as far as the hub knows, in one sentence; empty where it does. */
    readonly waitsFor: string;
    /** What its leader said of it last; absent: it has said nothing since somebody watches. */
    readonly progress?: ReportedProgress;
  }[];
  /** What came of the elements of each operation since the hub started. */
  readonly operations: readonly {
    /** Its name; `other` for all beyond the first 250. */
    readonly name: string;
    /** Elements that it was through with, failed ones included. */
    readonly elements: number;
    /** How often it failed. */
    readonly failures: number;
    /** Elements of which it was begun once more, after it had failed or a worker was lost. */
    readonly retries: number;
  }[];
  /** How often things have happened since the hub started, by names of what. */
  readonly counters: Readonly<Record<string, number>>;
}

export type HubToObserver = { readonly type: 'status'; readonly status: HubStatus };
export type ObserverToHub = { readonly type: 'status' };
