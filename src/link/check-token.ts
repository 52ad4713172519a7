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

/**
 * The text of a token, which the function returns where it is one. Undefined: there is none.
 *
 * @throws what the function throws, or an error when the text is none that can be a token
 */
export async function textOf(token: Token | undefined): Promise<string | undefined> {
  const shown: unknown = typeof token === 'function' ? await token() : token;
  if (shown === undefined) return undefined;
  if (typeof shown !== 'string') throw new TypeError(`expected the token to be a string, got ${typeof shown}`);
  checkTokenText('it', shown);
  return shown;
}

function invalid(where: string, got: string): PaladinError {
  const expected = `token to be a string that is not empty, of at most ${maxTokenLength} characters, or a function that returns one`;
  return new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${got}`);
}
