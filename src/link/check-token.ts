import { PaladinError } from '../errors/paladin-error.js';
import type { Token } from './socket-dial.js';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is neither a text nor a function; an empty text is a variable that was not set */
export function checkToken(where: string, token: Token | undefined): void {
  if (token === undefined || typeof token === 'function' || (typeof token === 'string' && token !== '')) return;
  const got = typeof token === 'string' ? 'an empty one' : typeof token;
  throw new PaladinError(
    'INVALID_INPUT',
    `${where}: expected token to be a string that is not empty, or a function that returns one, got ${got}`,
  );
}
