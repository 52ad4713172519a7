import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxPeerNameLength } from '../../src/limits.js';
import { limitNames, limitsFrom, type LimitOptions, type Limits } from '../limits.js';
import { checkOptions, type Known } from '../../src/errors/options.js';
import type { Role } from './tokens.js';

/** The headers of a request, by their names in small letters. A header that may come several times is a list. */
export interface RequestHeaders {
  /** The credentials, if a proxy or a program of your own sends any. */
  readonly authorization?: string | undefined;
  /** The cookies, as one text: those of pages. */
  readonly cookie?: string | undefined;
  /** The name and port that the peer has asked. */
  readonly host?: string | undefined;
  /** Where the page comes from that asks; programs other than browsers send none. */
  readonly origin?: string | undefined;
  /** Any other header. */
  readonly [name: string]: string | readonly string[] | undefined;
}

/** What a peer says that asks to be let in. */
export interface Handshake {
  /** The role that it asks for. */
  readonly role: Role;
  /** The token that it shows, if any: at most 8,192 characters. */
  readonly token: string | undefined;
  /** The name that it gives itself: at most 200 characters. */
  readonly name: string;
  /** The address from which it comes. */
  readonly address: string;
  /** The headers of its request. */
  readonly headers: RequestHeaders;
}

/** What a peer is let in as. */
export interface Grant {
  /** The role that it has. A peer that asked for another role is refused. Required. */
  readonly role: Role;
  /** What it is called in status and logs: at most 200 characters. Default: the name that it gives itself. */
  readonly name?: string | undefined;
  /** Limits of its own, in place of the hub's. Default: the hub's. */
  readonly limits?: Pick<LimitOptions, keyof PeerLimits> | undefined;
}

/** The limits that are the hub's alone. */
const hubLimits = [
  'maxConnections',
  'maxConnectionsPerAddress',
  'authenticateWithinMs',
  'partsWithinMs',
  'maxPayloadBytes',
  'maxBytes',
  'maxRecordBytes',
  'maxAllUnreadBytes',
] as const;

/** The limits that can differ from peer to peer. The others are the hub's alone. */
export type PeerLimits = Omit<Limits, (typeof hubLimits)[number]>;

/**
 * Decides who is let in, and as what: by a JSON Web Token, for example. It refuses when it throws or returns nothing. A peer that
 * is refused is told the message of a `PaladinError` with the code `UNAUTHORIZED`, and nothing of other errors.
 */
export type Authorize = (handshake: Handshake) => Grant | undefined | Promise<Grant | undefined>;

// The limits that are not the hub's alone.
const ownLimits = Object.fromEntries(
  limitNames.filter((name) => !hubLimits.some((each) => each === name)).map((name) => [name, true]),
) as Known<PeerLimits>;

/**
 * Checks what `authorize` granted.
 *
 * @returns the name and the limits of the peer
 * @throws {@link PaladinError} `UNAUTHORIZED` when nothing was granted, or another role than was asked for. `INVALID_INPUT` when
 *   the grant makes no sense.
 */
export function checkGrant(
  grant: Grant | undefined,
  { role, name }: Handshake,
  hubLimits: Limits,
): { readonly name: string; readonly limits: Limits } {
  // It may come from JavaScript.
  const given: unknown = grant;
  if (grant === undefined || typeof given !== 'object' || given === null) {
    throw new PaladinError('UNAUTHORIZED', 'it is not authorized');
  }
  const {
    role: granted,
    name: called = name,
    limits,
  } = checkOptions('authorize', grant, { role: true, name: true, limits: true });
  if (granted !== role) throw new PaladinError('UNAUTHORIZED', `it is authorized as ${granted}, not as ${role}`);
  if (typeof called !== 'string' || called.length > maxPeerNameLength) {
    const expected = `name to be a string of at most ${maxPeerNameLength} characters`;
    throw new PaladinError('INVALID_INPUT', `authorize: expected ${expected}`);
  }
  return { name: called, limits: limitsFrom('authorize', checkOptions('authorize: limits', limits, ownLimits), hubLimits) };
}
