import type { ErrorCode } from '../../src/errors/paladin-error.js';
import type { Attempt, HubLimits, HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';

/** What the hub admits: the limits that it announces to peers, and others that it holds peers to. */
export interface SchedulerLimits extends HubLimits {
  /**
   * Bytes of arguments, names and labels that one worker keeps of jobs of which it has no batch and no answer. Each of its
   * threads that was given a batch of them keeps them once more. Beyond the limit the worker forgets the jobs that were used
   * longest ago, and is told again when more of them comes. What is in use comes on top. Default 64 MiB.
   */
  readonly maxDescriptionBytesPerWorker: number;
  /**
   * Bytes of batches, arguments and labels that all leaders may have at the hub together. Beyond the limit each leader still gets
   * half of an equal share. The unfinished messages of all peers may come to as much again. Default 2 GiB.
   */
  readonly maxBytes: number;
  /**
   * Bytes that the hub keeps for all peers together, beside payloads and descriptions. They are records of batches, of answers,
   * and of what returning workers say. Beyond the limit each peer still gets half of an equal share. What returning leaders name
   * may come to as much again. Default 128 MiB.
   */
  readonly maxRecordBytes: number;
  /** Answers that one leader may leave unacknowledged: from 64. Default 65,536. */
  readonly maxUnacknowledgedPerLeader: number;
  /** Slots that one worker may offer: up to 65,536. Default 4,096. */
  readonly maxSlotsPerWorker: number;
  /** Operations that one worker may offer; also the most serializers, and the most labels. Default 1,000. */
  readonly maxOperationsPerWorker: number;
  /**
   * Changes of its offers that one worker may tell in a second; also the most at once. Each 10,000 characters of names count as
   * one more. Default 20.
   */
  readonly maxOffersPerSecond: number;
}

/** The proof that an attempt was given to a worker; a whole number from 0. */
export type TicketOf = (secret: string, workerId: string, attempt: Attempt) => number;

export interface SchedulerConfig {
  /** Random at each start, so that peers can tell a restarted hub. */
  readonly epoch: string;
  readonly limits: SchedulerLimits;
  readonly ticketOf: TicketOf;
  /** A random number from 0 to below 1; no peer learns it. Default: always 0, so that a hub does the same in each run. */
  readonly random?: () => number;
  /** How much is done in one event of what is done in pieces. Default: as in `limits.ts`. */
  readonly pieces?: Pieces;
}

/** How much is done in one event. */
export interface Pieces {
  /** Jobs that are told of their slots. */
  readonly told: number;
  /** Pairs of classes that are compared. */
  readonly fitted: number;
  /** Attempts that are told as lost, since nobody has them. */
  readonly lost: number;
}

/**
 * How a peer left. `closed`: it closed the connection itself, or broke the protocol, and does not come back. `lost`: the
 * connection broke. The peer may have died, or be back in a moment. `silent`: it gave no sign of life for so long that it was cut
 * off.
 */
export type Departure = 'closed' | 'lost' | 'silent';

export type SchedulerEvent =
  /** `limits`: where they are not the hub's. */
  | { readonly type: 'leaderJoined'; readonly leaderId: string; readonly name: string; readonly limits?: SchedulerLimits }
  | { readonly type: 'leaderLeft'; readonly leaderId: string; readonly how: Departure }
  | { readonly type: 'leaderSent'; readonly leaderId: string; readonly message: LeaderToHub }
  /** So much waits for the peer to read it that more would only fill the hub; or that is over. */
  | { readonly type: 'workerCongested'; readonly workerId: string; readonly congested: boolean }
  | { readonly type: 'leaderCongested'; readonly leaderId: string; readonly congested: boolean }
  | { readonly type: 'workerJoined'; readonly workerId: string; readonly name: string; readonly limits?: SchedulerLimits }
  | { readonly type: 'workerLeft'; readonly workerId: string; readonly reason: string; readonly how: Departure }
  | { readonly type: 'workerSent'; readonly workerId: string; readonly message: WorkerToHub }
  /** All workers have come that ever will: those of a process that lets in no others. */
  | { readonly type: 'complete' }
  /** Somebody looks at what the hub holds. */
  | { readonly type: 'watched' }
  /** Something has happened around the hub, for its log. */
  | { readonly type: 'noted'; readonly kind: 'refused' | 'hub'; readonly text: string }
  /** A peer was disconnected at the door. */
  | { readonly type: 'expelled' }
  /** The hub is about to close. */
  | { readonly type: 'closing'; readonly reason: string }
  /** The deadline has come. */
  | { readonly type: 'tick' };

export type SchedulerEffect =
  | { readonly type: 'toLeader'; readonly leaderId: string; readonly message: HubToLeader }
  | { readonly type: 'toWorker'; readonly workerId: string; readonly message: HubToWorker }
  /** The peer has broken the protocol, or goes beyond a limit, and is to be disconnected. */
  | {
      readonly type: 'expel';
      readonly role: 'leader' | 'worker';
      readonly id: string;
      readonly code: ErrorCode;
      readonly reason: string;
    };
