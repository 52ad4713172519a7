import type { ErrorCode, PaladinError } from '../../errors/paladin-error.js';
import type { OnFatal, RetryStrategy } from '../../errors/retry.js';
import type { Attempt, Batch, BatchLoss, BatchResult, NamedWorker } from '../../protocol/messages.js';
import type { Serializer } from '../../serializer/serializer.js';
import type { Range } from '../fold/partial.js';

/** What the leader knows of one stage beyond its description: how its failures are treated. */
export interface StagePolicy {
  readonly kind: 'map' | 'fold';
  readonly operation: string;
  readonly timeoutMs: number | undefined;
  /** For errors that are neither transient nor fatal by class, and for transient ones without a strategy of their own. */
  readonly retry: RetryStrategy | undefined;
  readonly onFatal: OnFatal;
}

/** Why an element is not sent. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly cause?: unknown;
}

/**
 * Some stages of a chain that was divided, `to` excluded, and what their job begins with. Only the machine knows what that is.
 */
export interface PartOfJob {
  readonly from: number;
  readonly to: number;
  readonly inherited: object;
}

/** What a job is made of. */
export interface JobConfig {
  /** The stage chain; only the last may be a fold. */
  readonly stages: readonly StagePolicy[];
  /** The fold's identity; there when the last stage is a fold. */
  readonly empty: (() => unknown) | undefined;
  /** Looks at each element before it is sent, and says why it is refused, if it is; absent where all are sent. */
  readonly refuse?: ((value: unknown) => Refusal | undefined) | undefined;
  /** Emit in source order, or in completion order. */
  readonly ordered: boolean;
  readonly batch: 'auto' | number;
  /** The most elements in batches but not yet emitted (of a fold: not yet in a partial). */
  readonly window: number;
  readonly serializer: Serializer;
  readonly noWorkerTimeoutMs: number;
  /**
   * What more is known of why there is no worker, for people. Absent, or undefined: nothing. It gets the operation that no worker
   * can ever offer, where there is one.
   */
  readonly awaited?: ((unknown?: string) => string | undefined) | undefined;
  /** After how long without a worker its owner is warned; absent: never. */
  readonly warnAfterMs?: number | undefined;
  readonly maxDeaths: number;
  /** Whether its owner can go on with two jobs in its place. */
  readonly divisible?: boolean;
  /** What it begins with, where it is a part of a chain that was divided. */
  readonly part?: PartOfJob;
  /** Whether idle slots may execute slow batches a second time, near the end. */
  readonly speculate: boolean;
  /** Numbers from 0 (inclusive) to 1, for the jitter of retries. */
  readonly random: () => number;
  /** What the hub admits at present. */
  readonly limits: () => JobLimits;
}

/** What a job may send. */
export interface JobLimits {
  readonly maxPayloadBytes: number;
  /** The job's share of the batches that its leader may have at the hub. */
  readonly maxBatches: number;
  /** How many more batches and bytes the hub takes from the leader's jobs together. A first batch always goes. */
  readonly freeBatches: number;
  readonly freeBytes: number;
}

export type JobEvent =
  | SourceEvent
  | PlaceEvent
  | AnswerEvent
  /** The subscriber wants no outputs until it says so. */
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  /** The hub, or the leader itself, ends the job. */
  | { readonly type: 'refused'; readonly error: PaladinError }
  /** The subscriber has had enough. */
  | { readonly type: 'cancelled' }
  /** Somebody wants to know how far it is. */
  | { readonly type: 'looked' }
  /** The deadline has come. */
  | { readonly type: 'tick' };

/** What the source says. */
export type SourceEvent =
  /** The source emitted these, in order. From the part before, these are the elements from `first` on. */
  | { readonly type: 'elements'; readonly values: readonly unknown[]; readonly first?: number }
  /** A stage of the part before has left an element out. */
  | { readonly type: 'leftOut'; readonly index: number; readonly stage: number }
  | { readonly type: 'sourceCompleted' }
  | { readonly type: 'sourceFailed'; readonly error: unknown }
  /** All elements are settled, and the next one is to be the first again. */
  | { readonly type: 'rewound' };

/** What becomes of its place at the hub, and how many slots there are for it. */
export type PlaceEvent =
  /** The job is open at the hub (again). */
  | { readonly type: 'connected' }
  /** Another job needs its place at the hub: it leaves, if nothing of it is under way. */
  | { readonly type: 'placeWanted' }
  /** The connection to the hub is gone. What was under way stays so until the hub, back again, answers for it. */
  | { readonly type: 'disconnected' }
  | {
      readonly type: 'capacity';
      readonly slots: number;
      readonly leased: number;
      readonly missing: string;
      readonly operation?: string;
      readonly divideAt?: number;
      readonly forGood?: boolean;
    };

/** What became of an attempt. */
export type AnswerEvent =
  | ({ readonly type: 'result'; readonly result: BatchResult } & NamedWorker)
  | ({ readonly type: 'lost'; readonly loss: BatchLoss } & NamedWorker)
  /** Where an attempt is: with a worker for so long, or in the hub's queue, because others have all of so many slots. */
  | {
      readonly type: 'located';
      readonly seq: number;
      readonly attempt: number;
      readonly workerId?: string;
      readonly workerName?: string;
      readonly forMs: number;
      readonly slots: number;
    }
  | {
      readonly type: 'adopted';
      readonly workerId: string;
      readonly seq: number;
      readonly attempt: number;
      readonly inPlaceOf: readonly number[];
    };

/** Whether further elements come. */
export type SourceState = { readonly state: 'open' | 'completed' } | { readonly state: 'failed'; readonly error: unknown };

export type JobEffect = JobStep | JobEnd;

/** What a job that goes on has done. */
export type JobStep =
  | { readonly type: 'send'; readonly batch: Batch }
  /** The answer to the attempt is taken, or not needed. */
  | ({ readonly type: 'acknowledge' } & Attempt)
  /** The attempt is not wanted any more. */
  | ({ readonly type: 'cancel' } & Attempt)
  /** Somebody wants to know where the attempt is. */
  | ({ readonly type: 'locate' } & Attempt)
  /** It is not open at the hub any more, until it is connected again. */
  | { readonly type: 'placeLeft' }
  /** At most once an event. `first`: the index of the first of them, where they go to another part of the chain. */
  | { readonly type: 'emit'; readonly values: readonly unknown[]; readonly first?: number }
  /**
   * An element was left out. `input`: a copy of the element as it was taken in. `index`: where another part of the chain is to
   * know.
   */
  | {
      readonly type: 'skipped';
      readonly stage: number;
      readonly error: PaladinError;
      readonly input: () => unknown;
      readonly index?: number;
    }
  /** An earlier part of the chain has left an element out, which the part after this one is to know. */
  | { readonly type: 'leftOut'; readonly index: number; readonly stage: number }
  /**
   * The elements of a partial were left out, each with an error of its own. There may be ever so many. `input` is known only of
   * an element that was never combined.
   */
  | {
      readonly type: 'partialSkipped';
      readonly stage: number;
      readonly ranges: readonly Range[];
      readonly error: (index: number) => PaladinError;
      readonly input: (() => unknown) | undefined;
    }
  /** A source that can be asked may now be asked for so many more elements. */
  | { readonly type: 'demand'; readonly count: number };

/** The job is over: nothing follows this effect. */
export type JobEnd =
  /**
   * No worker executes the whole chain, but some do a part each. The job is over, and two jobs go on with what it leaves, one
   * behind the other.
   */
  | { readonly type: 'divided'; readonly first: PartOfJob; readonly second: PartOfJob }
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'closed' };
