import { createHash, timingSafeEqual } from 'node:crypto';
import { PaladinError } from '../src/errors/paladin-error.js';
import { protocolVersion } from '../src/protocol/messages.js';
import { int, optional, record, ShapeError, text } from '../src/protocol/shape.js';

/** What each role must show; absent: nothing. */
export interface HubTokens {
  readonly leader?: string;
  readonly worker?: string;
  readonly observer?: string;
}

/** Who a peer says that it is. */
export interface PeerIdentity {
  readonly id: string;
  readonly name: string;
}

const handshake = record({ protocol: int(0), id: text(100, 1), name: text(200), token: optional(text(1_000)) });

/**
 * Reads what a peer shows.
 *
 * @param token what it must show; undefined: nothing
 * @throws {@link PaladinError} `VERSION` when it speaks another version of the protocol, `UNAUTHORIZED` when it does not show the
 *   token, `PROTOCOL` when it makes no sense
 */
export function readHandshake(auth: unknown, token?: string): PeerIdentity {
  const protocol: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'protocol') : undefined;
  if (protocol !== protocolVersion) {
    throw new PaladinError(
      'VERSION',
      `the hub speaks version ${protocolVersion} of the protocol, the peer version ${String(protocol)}`,
    );
  }
  try {
    const { id, name, token: shown } = handshake(auth, 'handshake');
    if (token !== undefined && (shown === undefined || !isEqual(shown, token))) {
      const what = shown === undefined ? 'a token is needed and none was shown' : 'the token is wrong';
      throw new PaladinError('UNAUTHORIZED', `${what}; pass the hub's by the option token, --token or PALADIN_TOKEN`);
    }
    return { id, name };
  } catch (error) {
    if (error instanceof ShapeError) throw new PaladinError('PROTOCOL', error.message);
    throw error;
  }
}

/**
 * One token for all roles, with others for some.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when one is empty
 */
export function checkTokens(token: string | undefined, tokens: HubTokens = {}): HubTokens {
  const all: HubTokens = { ...(token === undefined ? {} : { leader: token, worker: token, observer: token }), ...tokens };
  for (const [role, value] of Object.entries(all)) {
    if (typeof value !== 'string' || value === '') {
      throw new PaladinError('INVALID_INPUT', `startHub: expected the ${role} token not to be empty`);
    }
  }
  return all;
}

/** Compares in a time that does not tell how much is equal. */
function isEqual(a: string, b: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}
