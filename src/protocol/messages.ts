/**
 * What travels between leader, hub and worker.
 *
 * A batch and its result carry their values as bytes (`payload`) that only the serializer of the job reads; the hub passes them
 * on unread. Leader and hub call a job by a number of the leader's; hub and worker by its id, which is unique among all jobs.
 */
import type { OnFatal, RetryStrategy } from '../errors/retry.js';
import type { ErrorCode } from '../errors/paladin-error.js';

/** The version of this protocol; hub and peer must speak the same. */
export const protocolVersion = 12;

/** One operator of a stage chain. Only the last can be a fold. */
export interface StageDescription {
  readonly kind: 'map' | 'fold';
  readonly operation: string;
  readonly version: number;
  /** The arguments as encoded by the job's serializer; absent when there are none. */
  readonly args?: Uint8Array;
  /** How long one element may take in this stage, in milliseconds; absent: any time. */
  readonly timeoutMs?: number;
}

/** What a worker must know of a job before its batches; sent once per worker, and again when the hub had it forget the job. */
export interface JobDescription {
  readonly stages: readonly StageDescription[];
  /** The name of the serializer of arguments, inputs and outputs. */
  readonly serializer: string;
  /**
   * Of a part of a chain that was divided: the job of the whole chain, and which of its stages is the first here. Keys are named
   * after these.
   */
  readonly part?: { readonly of: number; readonly from: number };
}

/** What a worker offers to jobs. */
export interface Offers {
  /** Its operations and monoids, as `name@version`. */
  readonly operations: readonly string[];
  /** The names of its serializers. */
  readonly serializers: readonly string[];
  /** The labels that it carries. */
  readonly labels: readonly string[];
  /**
   * Whether it also offers each operation and serializer that any job names. Only a worker of the leader's own process can: it takes
   * them from the job itself. It never travels.
   */
  readonly everything?: boolean;
}

/**
 * A contiguous index range of one job's tasks travelling together. It holds units, in order: elements to be sent through all
 * stages, or partials of adjacent ranges to be combined by the fold.
 */
export interface Batch {
  /** The batch's number within its job. */
  readonly seq: number;
  /** Which dispatch this is, from 1. */
  readonly attempt: number;
  /** The index of the first element. */
  readonly first: number;
  /** How many units it holds. */
  readonly count: number;
  readonly units: 'elements' | 'partials';
  /**
   * Whether a worker was lost that executed it. A worker is given one such at a time, so that only the one that kills is killed
   * with again.
   */
  readonly suspect: boolean;
  /** Whether that happened again: now a worker is to execute nothing beside it, so that it is known who is to blame. */
  readonly alone: boolean;
  /** After about how much execution time the worker hands in what is done and gives back the rest; 0: only when all is done. */
  readonly budgetMs: number;
  /** Sent on purpose though another attempt is under way; absent: the leader knows of none. */
  readonly beside?: boolean;
  /**
   * How often each of its units was begun before in vain, as far as the leader knows; absent: never. `tried` counts the tries of
   * the whole chain, `unreached` those of them that a stage did not see: a stage's own tries are the difference.
   */
  readonly tried?: number;
  /** Of an element that failed: how many of these tries ended before each stage (see `describeUnreached`); absent: none did. */
  readonly unreached?: Uint8Array;
  /**
   * How many elements the job had before it counted from 0 again; absent: none. With an index it tells a task apart from all
   * others of the job.
   */
  readonly origin?: number;
  /**
   * Of partials: for how many elements each stands, and how often its combination was begun before in vain (see `describeParts`).
   */
  readonly parts?: Uint8Array;
  /** Elements: as the serializer encoded them. Partials: joined encodings of one value each (see `joinParts`). */
  readonly payload: Uint8Array;
}

/** One dispatch of a batch, by whoever speaks of it without its payload. */
export interface Attempt {
  readonly seq: number;
  readonly attempt: number;
}

/** An attempt of some job, as hub and worker call it. */
export interface JobAttempt extends Attempt {
  readonly jobId: string;
}

/** What a leader believes that the hub, or a worker behind it, has of one of its batches. */
export interface UnderWay extends Attempt {
  /** Of the payload. */
  readonly bytes: number;
  /** For how many milliseconds it is worth waiting for a worker that may have it, rather than to execute it again. */
  readonly worthMs: number;
  /** As of the batch. */
  readonly suspect: boolean;
  /** As of the batch; absent: it is not. */
  readonly alone?: boolean;
}

/** An attempt, and the proof that it was given to the worker that speaks of it. */
export interface Ticketed extends Attempt {
  readonly ticket: number;
  /** Of one that runs: whether it waits for a job of its own, and so takes no slot. */
  readonly waiting?: boolean;
}

/** What a worker has of a job as it connects; of many attempts in several of these. */
export interface Possession {
  readonly jobId: string;
  /** What it is executing. */
  readonly running: readonly Ticketed[];
  /** The answers that it keeps until their leader has acknowledged them. */
  readonly held: readonly Ticketed[];
}

/** One unit that failed. */
export interface UnitFailure {
  /** Which unit of the batch, from 0. */
  readonly offset: number;
  /** In which stage of the chain, from 0. */
  readonly stage: number;
  readonly code: Extract<
    ErrorCode,
    'OPERATION_FAILED' | 'INVALID_INPUT' | 'TASK_TIMEOUT' | 'NOT_SERIALIZABLE' | 'PAYLOAD_TOO_LARGE' | 'PROTOCOL'
  >;
  /** What the error said of itself; `thrown`: neither transient nor fatal. */
  readonly kind: 'transient' | 'fatal' | 'thrown';
  readonly retry?: RetryStrategy;
  readonly onFatal?: OnFatal;
  /** One line for the message of the error. */
  readonly message: string;
  /** The thrown value in full, as `encodeError` wrote it; empty when nothing was thrown. */
  readonly error: Uint8Array;
}

/** What became of a batch that was executed. */
export interface BatchResult {
  readonly seq: number;
  readonly attempt: number;
  /** How many units, from the first, are settled here; those after it were not executed and are given back. */
  readonly done: number;
  /** The settled units that failed, by ascending offset. All others succeeded. */
  readonly failures: readonly UnitFailure[];
  /** How long the execution took, in milliseconds. */
  readonly elapsedMs: number;
  /**
   * Of a chain that ends in a map: the outputs of the succeeded units, in order, as the serializer encoded them. Of one that ends
   * in a fold: a partial for each run of succeeded units between failed ones, in order, joined (see `joinParts`).
   */
  readonly payload: Uint8Array;
}

/** A batch that came to nothing, because its worker or thread went away. */
export interface BatchLoss {
  readonly seq: number;
  readonly attempt: number;
  /**
   * `death`: its thread died while executing it. `gone`: the connection to its worker was lost while it had it, so the worker may
   * have died of it, or have been cut off. `timeout`: its thread was terminated since the unit at `offset` ran past its timeout.
   * `cancelled`: its job was cancelled. `returned`: its execution had not begun, so nobody in it is to blame. `wasted`: it was
   * begun, and nobody in it is to blame that nothing came of it: its worker had been told to go, its answer was not kept, or its
   * thread died by the doing of a module or of an earlier batch.
   */
  readonly cause: 'death' | 'gone' | 'timeout' | 'cancelled' | 'returned' | 'wasted';
  /** Of `gone`: whether the worker had nothing else that it may have died of. */
  readonly alone?: boolean;
  /** The unit that was executing, where that is known. */
  readonly offset?: number;
  /** In which stage, where that is known. */
  readonly stage?: number;
  /** Why, as in `while it was executing, its thread exited with code 3`. */
  readonly reason: string;
  /** Of `death` and `wasted`: the error that its thread died of, where there was one, as `encodeError` wrote it. */
  readonly error?: Uint8Array;
}

/** The limits that a hub announces to those who connect. */
export interface HubLimits {
  /** The most bytes that a batch's payload, arguments or a result may have: up to 2^31. Default 32 MiB. */
  readonly maxPayloadBytes: number;
  /** The most jobs that one leader may have open. Default 1,024. */
  readonly maxJobsPerLeader: number;
  /** The most jobs that one leader may open in a second. Leaders of this package open half as many. Default 10,000. */
  readonly maxJobsOpenedPerSecond: number;
  /** The most batches that one leader may have at the hub. Default 16,384. */
  readonly maxBatchesPerLeader: number;
  /** The most payload bytes that one leader may have at the hub; at least twice `maxPayloadBytes`. Default 256 MiB. */
  readonly maxBytesPerLeader: number;
  /**
   * The most bytes of descriptions that the open jobs of one leader may have: arguments, names, labels, and the records of a job.
   * Default 256 MiB.
   */
  readonly maxDescriptionBytesPerLeader: number;
}

export type LeaderToHub =
  /**
   * First after a welcome: the jobs that live, and are opened next. The hub closes whatever others it has of the leader. `more`:
   * others follow, of which the same is true, and before which nothing is to be closed.
   */
  | { readonly type: 'resume'; readonly jobs: readonly number[]; readonly more?: boolean }
  | {
      readonly type: 'open';
      readonly job: number;
      /**
       * Of this the hub makes the tickets of the job's attempts. Only leader and hub know it, the one that comes after a restart
       * as well.
       */
      readonly secret: string;
      readonly description: JobDescription;
      /** A job's share of the slots doubles with each step; 0 is normal, from -10 to 10. */
      readonly priority: number;
      /** Labels that a worker must carry to be given the job's batches. */
      readonly labels: readonly string[];
      /** How many slots the leader knows of, from a job with the same needs; 0: of none. The hub answers if there are others. */
      readonly slots: number;
      /**
       * Of a job that was open before the connection was lost: the hub answers for each attempt that is under way, sooner or
       * later.
       */
      readonly resumed?: readonly UnderWay[];
      /** Further ones follow, in messages `underWay`; until the last of them the job is not open yet. */
      readonly more?: boolean;
    }
  | { readonly type: 'underWay'; readonly job: number; readonly attempts: readonly UnderWay[]; readonly more?: boolean }
  | { readonly type: 'batch'; readonly job: number; readonly batch: Batch }
  /** The leader has the answer to the attempt; the worker need not keep it any longer. */
  | { readonly type: 'acknowledge'; readonly job: number; readonly seq: number; readonly attempt: number }
  /** The attempt is not wanted any more: dropped where it is queued, aborted where it runs, and not answered. */
  | { readonly type: 'cancel'; readonly job: number; readonly seq: number; readonly attempt: number }
  /** Nothing of the job has come back for long: the hub answers with `queued` if workers have nothing of it. */
  | { readonly type: 'ask'; readonly job: number }
  /** The job has ended, in whatever way: what is queued is dropped, what is running is aborted. */
  | { readonly type: 'close'; readonly job: number };

export type HubToLeader =
  /** `id`: what the hub calls the peer. */
  | { readonly type: 'welcome'; readonly id: string; readonly epoch: string; readonly limits: HubLimits }
  | {
      readonly type: 'capacity';
      readonly job: number;
      /** How many slots there are for the job now. */
      readonly slots: number;
      /** How many batches of it are with workers; they may come back though there are no slots, from workers that drain. */
      readonly leased: number;
      /** What stands in the way when there are no slots. */
      readonly missing: string;
      /** The operation that nobody offers, if it is that. */
      readonly operation?: string;
      /** No worker offers the whole chain, but each stage is on offer, and so many from the first on by one worker. */
      readonly divideAt?: number;
    }
  | { readonly type: 'result'; readonly job: number; readonly workerId: string; readonly result: BatchResult }
  /** `workerId`: empty when no worker had it. */
  | { readonly type: 'lost'; readonly job: number; readonly workerId: string; readonly loss: BatchLoss }
  /**
   * A worker that had been given up is back, and still executes the attempt, or keeps the answer to it, so that it is under way
   * again. The attempts in its place that were waiting, at the hub or at a worker, are not any more.
   */
  | {
      readonly type: 'adopted';
      readonly job: number;
      readonly workerId: string;
      readonly seq: number;
      readonly attempt: number;
      readonly inPlaceOf: readonly number[];
    }
  /**
   * All that the hub has of the job waits for its turn: others have all of the slots that there are for it. `stillMs`: for how
   * long none of these was given anything.
   */
  | { readonly type: 'queued'; readonly job: number; readonly slots: number; readonly stillMs: number }
  /** The hub ends the job. */
  | { readonly type: 'refused'; readonly job: number; readonly code: ErrorCode; readonly message: string }
  /** The hub is shutting down. */
  | { readonly type: 'goodbye'; readonly reason: string };

export type HubToWorker =
  /** `id`: what the hub calls the peer. */
  | { readonly type: 'welcome'; readonly id: string; readonly epoch: string; readonly limits: HubLimits }
  | { readonly type: 'job'; readonly jobId: string; readonly description: JobDescription }
  /** With the ticket the worker proves to whatever hub it comes back to that the attempt is its own. */
  | { readonly type: 'assign'; readonly jobId: string; readonly ticket: number; readonly batch: Batch }
  /** The leader has the answer: it need not be kept. */
  | ({ readonly type: 'acknowledge' } & JobAttempt)
  /** The answer may be lost: send it again. */
  | ({ readonly type: 'resend' } & JobAttempt)
  /** Drop the attempt, or abort it. */
  | ({ readonly type: 'cancel' } & JobAttempt)
  /** Forget the job, and abort what is running of it: it has ended, or nothing of it is here and its description takes room. */
  | { readonly type: 'close'; readonly jobId: string }
  | { readonly type: 'goodbye'; readonly reason: string };

export type WorkerToHub =
  /** First after connecting: what the worker has; in several messages when that is much, with `more` in all but the last. */
  | {
      readonly type: 'report';
      readonly jobs: readonly Possession[];
      /** What was cancelled, and still holds a slot. */
      readonly ending: readonly JobAttempt[];
      readonly more?: boolean;
    }
  /** Next, and again when slots or offers change. */
  | { readonly type: 'offer'; readonly slots: number; readonly offers: Offers }
  /** Each attempt is answered, by a result or as lost; also one that was cancelled, once it has come to an end. */
  | { readonly type: 'result'; readonly jobId: string; readonly result: BatchResult }
  | { readonly type: 'lost'; readonly jobId: string; readonly loss: BatchLoss }
  /** An operation of the attempt waits for a job of its own: the attempt takes no slot until it goes on. */
  | ({ readonly type: 'waits' } & JobAttempt)
  | ({ readonly type: 'goesOn' } & JobAttempt)
  /**
   * No more batches, please; those not begun come back as lost. `broken`: why the worker can execute nothing any more, if it is
   * that.
   */
  | { readonly type: 'draining'; readonly broken?: string }
  /**
   * The worker has answered for everything, and would go: the hub's goodbye tells it that all has arrived. (What is sent right
   * before a socket.io disconnection is dropped by the other side.)
   */
  | { readonly type: 'leaving' };

/**
 * What a hub holds. Of long lists an observer is told the first entries, which are there longest. Of many names it is told the first
 * ones, and how many more there are. A hub's own program sees all.
 */
export interface HubStatus {
  /** A random text, made at each start of a hub: another one says that the hub was started anew. */
  readonly epoch: string;
  /** For how long the hub has run, in milliseconds. */
  readonly uptimeMs: number;
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
  }[];
  /** How often things have happened since the hub started, by names of what. */
  readonly counters: Readonly<Record<string, number>>;
}

export type HubToObserver = { readonly type: 'status'; readonly status: HubStatus };
export type ObserverToHub = { readonly type: 'status' };
