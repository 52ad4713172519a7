import { isA } from '../../src/errors/thrown.js';
import { createHash } from 'node:crypto';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxPeerNameLength, maxTokenLength } from '../../src/limits.js';
import { protocolVersion } from '../../src/protocol/messages.js';
import { int, optional, parseAs, record, ShapeError, text } from '../../src/wire/shape.js';

/** What a peer says of itself. */
export interface PeerIdentity {
  /**
   * The id is made of the key that only the peer knows. So nobody else can come under this id, and those who see it learn nothing
   * of the key.
   */
  readonly id: string;
  readonly name: string;
  readonly token: string | undefined;
}

/** Keys have at least so many characters. Others could guess shorter keys, and come in a peer's place. */
const leastKeyLength = 32;

const handshake = record({
  protocol: int(0),
  key: text(200, leastKeyLength),
  name: text(maxPeerNameLength),
  token: optional(text(maxTokenLength)),
});

/**
 * Reads what a peer shows when it connects.
 *
 * @throws {@link PaladinError} `VERSION` when it speaks another version of the protocol, `PROTOCOL` when it makes no sense
 */
export function readHandshake(auth: unknown): PeerIdentity {
  const protocol: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'protocol') : undefined;
  if (protocol !== protocolVersion) {
    const spoken = typeof protocol === 'number' ? `version ${protocol}` : 'none that can be read';
    throw new PaladinError('VERSION', `the hub speaks version ${protocolVersion} of the protocol, the peer ${spoken}`);
  }
  try {
    const { key, name, token } = parseAs('handshake', handshake, auth);
    return { id: idOf(key), name, token };
  } catch (error) {
    // The message must not repeat a token that is wrong.
    if (isA(error, ShapeError)) throw new PaladinError('PROTOCOL', error.message.replace(/, got .*/su, ''));
    throw error;
  }
}

function idOf(key: string): string {
  return createHash('sha256').update(`paladin-rx peer ${key}`).digest('base64url').slice(0, 22);
}
