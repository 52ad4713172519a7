/**
 * What travels between leader, hub and worker.
 *
 * A batch and its result carry their values as bytes (`payload`). Only the serializer of the job reads them: the hub passes them
 * on unread. Leader and hub call a job by a number of the leader's. Hub and worker call it by its id, which is unique among all
 * jobs.
 */
import type { OnFatal, RetryStrategy } from '../errors/retry.js';
import type { Vitals } from './overview.js';
import type { ErrorCode } from '../errors/paladin-error.js';

/** The version of this protocol; hub and peer must speak the same. */
export const protocolVersion = 16;

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

/**
 * What a worker must know of a job before its batches. It is sent once to each worker, and again when the hub had let the worker
 * forget the job.
 */
export interface JobDescription {
  readonly stages: readonly StageDescription[];
  /** The name of the serializer of arguments, inputs and outputs. */
  readonly serializer: string;
  /**
   * For a part of a chain that was divided: the job of the whole chain, and which of its stages is the first here. Keys of tasks
   * are made from these.
   */
  readonly part?: { readonly of: number; readonly from: number };
  /** What the job carries from its subscriber to each execution (see `encodeHeaders`); absent: nothing. */
  readonly headers?: Uint8Array;
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
   * Whether it also offers each operation and serializer that any job names. Only a worker of the leader's own process can: it
   * takes them from the job itself. It never travels.
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
   * Whether a worker was lost while it executed the batch. A worker is given one suspect batch at a time. So only the batch that
   * kills is lost with a worker again.
   */
  readonly suspect: boolean;
  /**
   * Whether the batch was lost with a worker again. Now a worker executes nothing beside it, so that it is known what is to
   * blame.
   */
  readonly alone: boolean;
  /** After how much execution time, about, the worker hands in what is done and gives back the rest. 0: only when all is done. */
  readonly budgetMs: number;
  /** Sent on purpose though another attempt is under way; absent: the leader knows of none. */
  readonly beside?: boolean;
  /**
   * How often each of its units was begun before in vain, as far as the leader knows; absent: never. `tried` counts the tries of
   * the whole chain. `unreached` counts those that did not reach a stage. The difference is the number of the stage's own tries.
   */
  readonly tried?: number;
  /** For an element that failed: how many of these tries ended before each stage (see `describeUnreached`); absent: none did. */
  readonly unreached?: Uint8Array;
  /**
   * How many elements the job had before it counted from 0 again; absent: none. With an index it tells a task apart from all
   * others of the job.
   */
  readonly origin?: number;
  /**
   * For partials: how many elements each stands for, and how often its combination was begun before in vain (see
   * `describeParts`).
   */
  readonly parts?: Uint8Array;
  /** What it carries beside the headers of its job, or in their place; absent: nothing. */
  readonly headers?: Uint8Array;
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
  /** How many bytes the payload has. */
  readonly bytes: number;
  /** For how many milliseconds it is worth waiting for a worker that may have it, rather than to execute it again. */
  readonly worthMs: number;
  /** Whether the batch is suspect. */
  readonly suspect: boolean;
  /** Whether the batch is to be executed alone; absent: it is not. */
  readonly alone?: boolean;
}

/** An attempt, and the proof that it was given to the worker that speaks of it. */
export interface Ticketed extends Attempt {
  readonly ticket: number;
  /** For an attempt that runs: whether it waits for a job of its own, and so takes no slot. */
  readonly waiting?: boolean;
}

/** What a worker has of a job when it connects. Many attempts are said in several of these. */
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
  /** How many units, from the first on, are settled here. The units after these were not executed and are given back. */
  readonly done: number;
  /** The settled units that failed, by ascending offset. All others succeeded. */
  readonly failures: readonly UnitFailure[];
  /** How long the execution took, in milliseconds. */
  readonly elapsedMs: number;
  /**
   * For a chain that ends in a map: the outputs of the succeeded units, in order, as the serializer encoded them. For a chain
   * that ends in a fold: a partial for each run of succeeded units between failed ones, in order, joined (see `joinParts`).
   */
  readonly payload: Uint8Array;
}

/** A batch that came to nothing, because its worker or thread went away. */
export interface BatchLoss {
  readonly seq: number;
  readonly attempt: number;
  /**
   * - `death`: its thread died while it executed the batch.
   * - `gone`: the connection to its worker was lost while the worker had it. The worker may have died of it, or have been cut
   *   off.
   * - `timeout`: its thread was terminated because the unit at `offset` ran past its timeout.
   * - `cancelled`: its job was cancelled.
   * - `returned`: its execution had not begun, so no unit in it is to blame.
   * - `wasted`: it was begun, but no unit in it is to blame that nothing came of it. Its worker had been told to go, or its
   *   answer was not kept. Or its thread died by the doing of a module or an earlier batch.
   */
  readonly cause: 'death' | 'gone' | 'timeout' | 'cancelled' | 'returned' | 'wasted';
  /** For `gone`: whether the worker had nothing else that it may have died of. */
  readonly alone?: boolean;
  /** The unit that was executing, where that is known. */
  readonly offset?: number;
  /** In which stage, where that is known. */
  readonly stage?: number;
  /** Why, as in `while it was executing, its thread exited with code 3`. */
  readonly reason: string;
  /** For `death` and `wasted`: the error that its thread died of, if there was one, as `encodeError` wrote it. */
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

/** What a leader says of one of its jobs, while the hub is watched. The words are those of `JobProgress`. */
export interface ReportedProgress {
  /** Its name, for people. */
  readonly name: string;
  /** What it does. */
  readonly state: 'running' | 'waiting' | 'paused';
  /** Elements that it has taken from its source. */
  readonly taken: number;
  /** Elements of which it is known what became of them. */
  readonly done: number;
  /** Outputs that its subscriber was given. */
  readonly emitted: number;
  /** Elements that end it. */
  readonly failed: number;
  /** Elements that were left out. */
  readonly skipped: number;
  /** How often anything was tried again because it had failed. */
  readonly retried: number;
  /** Elements at the hub or at workers. */
  readonly inFlight: number;
  /** Elements done in a second, lately. */
  readonly perSecond: number;
  /** For how long it has been open, in milliseconds. */
  readonly elapsedMs: number;
  /** How many elements there are in all; absent: unknown. */
  readonly total?: number;
  /** How long it goes on, in milliseconds; absent: nobody can tell. */
  readonly remainingMs?: { readonly least: number; readonly most: number };
  /** Why it waits, as one sentence; absent: it does not. */
  readonly waitsFor?: string;
}

/** What a worker says of its slots and its process, while the hub is watched. */
export interface ReportedDoing {
  /** Names that `slots` refer to by their index: of operations, and of stage chains, as `f → g`. */
  readonly names: readonly string[];
  /** The first slots. */
  readonly slots: readonly {
    /** What it executes: the operation of the stage where the worker knows it, else the chain; -1: nothing. */
    readonly operation: number;
    /** For how long it has executed the batch, in milliseconds. */
    readonly forMs: number;
    /** The chain that took most of the time since the last report; -1: none ran. */
    readonly most: number;
    /** The share of that time in which it executed anything, from 0 to 1. */
    readonly busy: number;
  }[];
  /** How its process is; absent where it cannot tell, as in browsers. */
  readonly vitals?: Vitals;
}

export type LeaderToHub =
  /**
   * This comes first after a welcome: the jobs that live, and are opened next. The hub closes the leader's other jobs. `more`:
   * further live jobs follow, and nothing is closed before they have come.
   */
  | { readonly type: 'resume'; readonly jobs: readonly number[]; readonly more?: boolean }
  | {
      readonly type: 'open';
      readonly job: number;
      /**
       * The secret of which the hub makes the tickets of the job's attempts. Only the leader and its hub know it, also a hub that
       * comes after a restart.
       */
      readonly secret: string;
      readonly description: JobDescription;
      /** The job's priority, from -10 to 10: its share of the slots doubles with each step. 0 is normal. */
      readonly priority: number;
      /** Labels that a worker must carry to be given the job's batches. */
      readonly labels: readonly string[];
      /**
       * How many slots the leader knows of, from a job with the same needs; 0: none. The hub answers if the number is another
       * one.
       */
      readonly slots: number;
      /**
       * For a job that was open before the connection was lost: the attempts that are under way. The hub answers for each of
       * them, sooner or later.
       */
      readonly resumed?: readonly UnderWay[];
      /** Whether further attempts follow, in messages `underWay`. The job is not open before the last of them. */
      readonly more?: boolean;
    }
  | { readonly type: 'underWay'; readonly job: number; readonly attempts: readonly UnderWay[]; readonly more?: boolean }
  | { readonly type: 'batch'; readonly job: number; readonly batch: Batch }
  /** The leader has the answer to the attempt; the worker need not keep it any longer. */
  | { readonly type: 'acknowledge'; readonly job: number; readonly seq: number; readonly attempt: number }
  /** The attempt is not wanted any more. It is dropped where it is queued, aborted where it runs, and not answered. */
  | { readonly type: 'cancel'; readonly job: number; readonly seq: number; readonly attempt: number }
  /** Nothing of the job has come back for long: the hub answers with `queued` if workers have nothing of it. */
  | { readonly type: 'ask'; readonly job: number }
  /** Somebody wants to know where the attempt is: the hub answers with `located`, if it has the attempt. */
  | { readonly type: 'locate'; readonly job: number; readonly seq: number; readonly attempt: number }
  /**
   * How far the jobs are, as many as fit into the message. `left`: how many more there are. It is sent while the hub asks for it.
   */
  | {
      readonly type: 'progress';
      readonly jobs: readonly { readonly job: number; readonly progress: ReportedProgress }[];
      readonly left: number;
    }
  /**
   * What is queued of the job is dropped, what is running is aborted. `outcome`: how it has ended. Absent: it may come again, or
   * others go on in its place.
   */
  | { readonly type: 'close'; readonly job: number; readonly outcome?: JobOutcome | undefined };

/** How a job has ended at its leader. `code`: that of the error with which it failed, where this is a `PaladinError`. */
export interface JobOutcome {
  readonly how: 'completed' | 'cancelled' | 'failed';
  readonly code?: ErrorCode | undefined;
}

/** A worker, as leaders are told of it. */
export interface NamedWorker {
  readonly workerId: string;
  /** Its name for people, where it has one and something has failed there. */
  readonly workerName?: string | undefined;
}

export type HubToLeader =
  /** `id`: what the hub calls the peer. */
  | { readonly type: 'welcome'; readonly id: string; readonly epoch: string; readonly limits: HubLimits }
  | {
      readonly type: 'capacity';
      readonly job: number;
      /** How many slots there are for the job now. */
      readonly slots: number;
      /** How many batches of it are with workers. They may come back although there are no slots: from workers that drain. */
      readonly leased: number;
      /** What stands in the way when there are no slots. */
      readonly missing: string;
      /** The operation that nobody offers, if that is what stands in the way. */
      readonly operation?: string;
      /**
       * Set where no worker offers the whole chain, but each stage is on offer: one worker offers so many stages from the first
       * on.
       */
      readonly divideAt?: number;
      /**
       * Whether no worker can come that has what is missing; absent: one may. Only the hub of the leader's own process can say
       * so. It never travels.
       */
      readonly forGood?: boolean;
    }
  | ({ readonly type: 'result'; readonly job: number; readonly result: BatchResult } & NamedWorker)
  /** `workerId`: empty when no worker had it. */
  | ({ readonly type: 'lost'; readonly job: number; readonly loss: BatchLoss } & NamedWorker)
  /**
   * A worker that had been given up is back. It still executes the attempt, or keeps the answer to it. So the attempt is under
   * way again. The attempts in its place that waited at the hub or at a worker are not under way any more.
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
   * All that the hub has of the job waits for its turn: other jobs have all slots that there are for it. `stillMs`: for how long
   * none of these slots was given anything.
   */
  | { readonly type: 'queued'; readonly job: number; readonly slots: number; readonly stillMs: number }
  /**
   * Where an attempt is: with a worker, for so long, or in the queue, because other jobs have all of so many slots. Where the
   * attempt that was asked for is queued behind others of its job, it is of the one that a worker has had longest.
   * `workerName`: empty where the worker has none; absent: no worker has it.
   */
  | {
      readonly type: 'located';
      readonly job: number;
      readonly seq: number;
      readonly attempt: number;
      readonly workerId?: string;
      readonly workerName?: string;
      readonly forMs: number;
      readonly slots: number;
    }
  /** Somebody watches: say so often how things are, at most; 0: nobody does any more. */
  | { readonly type: 'watch'; readonly everyMs: number }
  /** The hub ends the job. */
  | { readonly type: 'refused'; readonly job: number; readonly code: ErrorCode; readonly message: string }
  /** The hub is shutting down. */
  | { readonly type: 'goodbye'; readonly reason: string };

export type HubToWorker =
  /** `id`: what the hub calls the peer. */
  | { readonly type: 'welcome'; readonly id: string; readonly epoch: string; readonly limits: HubLimits }
  | { readonly type: 'job'; readonly jobId: string; readonly description: JobDescription }
  /** The ticket is the proof for any hub that the attempt was given to this worker. */
  | { readonly type: 'assign'; readonly jobId: string; readonly ticket: number; readonly batch: Batch }
  /** The leader has the answer: it need not be kept. */
  | ({ readonly type: 'acknowledge' } & JobAttempt)
  /** The answer may be lost: send it again. */
  | ({ readonly type: 'resend' } & JobAttempt)
  /** Somebody watches: say so often what the first so many slots do, at most; 0: nobody does any more. */
  | { readonly type: 'watch'; readonly everyMs: number; readonly mostSlots: number }
  /** Drop the attempt, or abort it. */
  | ({ readonly type: 'cancel' } & JobAttempt)
  /** Forget the job, and abort what is running of it. It has ended, or nothing of it is here and its description takes room. */
  | { readonly type: 'close'; readonly jobId: string }
  | { readonly type: 'goodbye'; readonly reason: string };

export type WorkerToHub =
  /**
   * This comes first after connecting: what the worker has. When that is much, it comes in several messages, with `more` in all
   * but the last.
   */
  | {
      readonly type: 'report';
      readonly jobs: readonly Possession[];
      /** What was cancelled, and still holds a slot. */
      readonly ending: readonly JobAttempt[];
      readonly more?: boolean;
    }
  /** This comes next, and again when slots or offers change. */
  | { readonly type: 'offer'; readonly slots: number; readonly offers: Offers }
  /** Each attempt is answered, by a result or as lost. An attempt that was cancelled is answered once it has come to an end. */
  | { readonly type: 'result'; readonly jobId: string; readonly result: BatchResult }
  | { readonly type: 'lost'; readonly jobId: string; readonly loss: BatchLoss }
  /** An operation of the attempt waits for a job of its own: the attempt takes no slot until it goes on. */
  | ({ readonly type: 'waits' } & JobAttempt)
  | ({ readonly type: 'goesOn' } & JobAttempt)
  /** What the worker does. It is sent while the hub asks for it. */
  | ({ readonly type: 'doing' } & ReportedDoing)
  /**
   * The worker wants no more batches. Those that it has not begun come back as lost. `broken`: why it can execute nothing any
   * more, if that is the reason.
   */
  | { readonly type: 'draining'; readonly broken?: string }
  /**
   * The worker has answered for everything, and wants to go. The hub's goodbye tells it that all has arrived. This is needed,
   * because the other side drops what is sent right before a disconnection of socket.io.
   */
  | { readonly type: 'leaving' };
