import type { ErrorCode } from '../../src/errors/paladin-error.js';

/** What happens at a hub's door. */
export type HubEvent =
  /** A peer was taken. */
  | {
      readonly type: 'joined';
      readonly role: string;
      readonly id: string;
      readonly name: string;
      readonly address: string;
    }
  /** A peer has gone; with a code when it was disconnected for what it did. */
  | {
      readonly type: 'left';
      readonly role: string;
      readonly id: string;
      readonly name: string;
      readonly address: string;
      readonly reason: string;
      readonly code?: ErrorCode;
    }
  /** Somebody was not let in. What it showed is not told. */
  | {
      readonly type: 'refused';
      readonly role: string;
      readonly address: string;
      readonly code: ErrorCode;
      readonly reason: string;
    }
  /** The hub can be reached from elsewhere, and these roles need show nothing. */
  | { readonly type: 'exposed'; readonly roles: readonly string[]; readonly reason: string }
  /** Connections cannot be taken, since the process or its machine has no room for them; or it has again. */
  | { readonly type: 'outOfRoom'; readonly code: string; readonly reason: string }
  | { readonly type: 'roomAgain'; readonly reason: string }
  /** Whoever is asked for authorization failed to answer. */
  | { readonly type: 'authorizationFailed'; readonly role: string; readonly address: string; readonly error: unknown };
