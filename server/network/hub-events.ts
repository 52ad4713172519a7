import type { JobEnd } from '../core/job-accounts.js';
import type { ErrorCode } from '../../src/errors/paladin-error.js';

/** Something that happened at a hub's door, or to a job: what `onEvent` is called with. Its `type` says what. */
export type HubEvent =
  /** A peer was let in. */
  | {
      readonly type: 'joined';
      readonly role: string;
      readonly id: string;
      readonly name: string;
      readonly address: string;
    }
  /**
   * A peer has gone. The reason is for people, as in `the worker left`. There is a code when it was disconnected for what it did.
   */
  | {
      readonly type: 'left';
      readonly role: string;
      readonly id: string;
      readonly name: string;
      readonly address: string;
      readonly reason: string;
      readonly code?: ErrorCode;
    }
  /** A peer was not let in. Its token is not told. */
  | {
      readonly type: 'refused';
      readonly role: string;
      readonly address: string;
      readonly code: ErrorCode;
      readonly reason: string;
    }
  /** The hub can be reached from elsewhere, and these roles need no token. */
  | { readonly type: 'exposed'; readonly roles: readonly string[]; readonly reason: string }
  /** Connections cannot be taken, because the process or its machine has no room for them. */
  | { readonly type: 'outOfRoom'; readonly code: string; readonly reason: string }
  /** There is room again. */
  | { readonly type: 'roomAgain'; readonly reason: string }
  /** A job is over at the hub, with what came of it. */
  | ({ readonly type: 'jobEnded' } & JobEnd)
  /** `authorize` threw another error than a refusal, took too long, or granted what makes no sense. The peer was refused. */
  | { readonly type: 'authorizationFailed'; readonly role: string; readonly address: string; readonly error: unknown };
