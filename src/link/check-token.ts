import { PaladinError } from '../errors/paladin-error.js';
import { maxTokenLength } from '../limits.js';

/**
 * A token of 1 to 8,192 characters, or a function that returns the token to show at each connection. The function may read it
 * from a file, or ask whoever issues tokens that expire.
 */
export type Token = string | (() => string | Promise<string>);

/** @throws {@link PaladinError} `INVALID_INPUT` when it is neither a text that can be a token nor a function */
export function checkToken(where: string, token: Token | undefined): void {
  if (token === undefined || typeof token === 'function') return;
  if (typeof token !== 'string') throw invalid(where, typeof token);
  checkTokenText(where, token);
}

/**
 * @throws {@link PaladinError} `INVALID_INPUT` when it is longer than any token, or empty: then a variable may not have been set
 */
export function checkTokenText(where: string, token: string): void {
  if (token === '') throw invalid(where, 'an empty one');
  if (token.length > maxTokenLength) throw invalid(where, `${token.length} characters; is it the content of another file?`);
}

function invalid(where: string, got: string): PaladinError {
  const expected = `token to be a string that is not empty, of at most ${maxTokenLength} characters, or a function that returns one`;
  return new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${got}`);
}
