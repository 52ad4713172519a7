import type { IncomingHttpHeaders } from 'node:http';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxPeerNameLength } from '../../src/limits.js';
import { limitNames, limitsFrom, type LimitOptions, type Limits } from '../limits.js';
import { checkOptions, type Known } from '../../src/errors/options.js';
import type { Role } from './tokens.js';

/** Who asks to be let in. */
export interface Handshake {
  /** What it would be. */
  readonly role: Role;
  /** The token that it shows, if any. */
  readonly token: string | undefined;
  /** The name that it gives itself. */
  readonly name: string;
  /** From where it comes. */
  readonly address: string;
  /** Of its request. */
  readonly headers: IncomingHttpHeaders;
}

/** What somebody is let in for. */
export interface Grant {
  /** What it is: it is refused when it would be something else. */
  readonly role: Role;
  /** What it is called in status and logs. Default: the name that it gives itself. */
  readonly name?: string | undefined;
  /** Limits of its own, in place of the hub's. */
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

/** The limits that can differ from peer to peer. */
export type PeerLimits = Omit<Limits, (typeof hubLimits)[number]>;

/**
 * Decides who is let in, and as what: by a JSON Web Token, for example. It throws, or returns nothing, to refuse; what a
 * `PaladinError` with the code `UNAUTHORIZED` says is told to whoever is refused, of other errors nothing.
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
 * @throws {@link PaladinError} `UNAUTHORIZED` when it is nothing, or something else than was asked for; `INVALID_INPUT` when it makes no sense
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
