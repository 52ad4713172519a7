import { PaladinError } from '../errors/paladin-error.js';
import { maxPeerNameLength } from '../limits.js';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is not a text, or longer than a hub takes */
export function checkPeerName(where: string, name: unknown): void {
  if (name === undefined || (typeof name === 'string' && name.length <= maxPeerNameLength)) return;
  const got = typeof name === 'string' ? `${name.length} characters` : typeof name;
  throw new PaladinError(
    'INVALID_INPUT',
    `${where}: expected name to be a string of at most ${maxPeerNameLength} characters, got ${got}`,
  );
}
