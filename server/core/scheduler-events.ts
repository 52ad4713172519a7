import type { ErrorCode } from '../../src/errors/paladin-error.js';
import type { HubLimits, HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';

/** What the hub admits: what it announces, and what it holds against a leader that goes beyond. */
export interface SchedulerConfig {
  /** Random at each start, so that peers can tell a restarted hub. */
  readonly epoch: string;
  readonly limits: HubLimits;
}

/**
 * How a peer left. `closed`: it closed the connection itself, or broke the protocol, and does not come back. `lost`: the connection broke;
 * the peer may have died, or be back in a moment. `silent`: it gave no sign of life for so long that it was cut off.
 */
export type Departure = 'closed' | 'lost' | 'silent';

export type SchedulerEvent =
  | { readonly type: 'leaderJoined'; readonly leaderId: string; readonly name: string }
  | { readonly type: 'leaderLeft'; readonly leaderId: string; readonly how: Departure }
  | { readonly type: 'leaderSent'; readonly leaderId: string; readonly message: LeaderToHub }
  | { readonly type: 'workerJoined'; readonly workerId: string; readonly name: string }
  | { readonly type: 'workerLeft'; readonly workerId: string; readonly reason: string; readonly how: Departure }
  | { readonly type: 'workerSent'; readonly workerId: string; readonly message: WorkerToHub }
  /** A peer was disconnected at the door. */
  | { readonly type: 'expelled' }
  /** The hub is about to close. */
  | { readonly type: 'closing'; readonly reason: string }
  /** The deadline has come. */
  | { readonly type: 'tick' };

export type SchedulerEffect =
  | { readonly type: 'toLeader'; readonly leaderId: string; readonly message: HubToLeader }
  | { readonly type: 'toWorker'; readonly workerId: string; readonly message: HubToWorker }
  /** The peer has broken the protocol and is to be disconnected. */
  | {
      readonly type: 'expel';
      readonly role: 'leader' | 'worker';
      readonly id: string;
      readonly code: ErrorCode;
      readonly reason: string;
    };
