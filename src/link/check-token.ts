import { PaladinError } from '../errors/paladin-error.js';
import type { Token } from './socket-dial.js';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is neither a text nor a function */
export function checkToken(where: string, token: Token | undefined): void {
  if (token === undefined || typeof token === 'string' || typeof token === 'function') return;
  throw new PaladinError(
    'INVALID_INPUT',
    `${where}: expected token to be a string, or a function that returns one, got ${typeof token}`,
  );
}
