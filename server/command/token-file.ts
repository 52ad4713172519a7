import { readFileSync } from 'node:fs';
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { Token } from '../../src/link/check-token.js';
import { roles, type HubTokens, type Role } from '../network/tokens.js';
import { messageOf } from '../../src/errors/thrown.js';

/**
 * The token that a peer shows: the given one, or at each connection the one in the file.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when both are given, or when the file cannot be read, or is empty
 */
export function tokenShown(token: string | undefined, file: string | undefined): { readonly token?: Token } {
  if (token !== undefined && file !== undefined) {
    const expected = 'expected --token (PALADIN_TOKEN) or --token-file (PALADIN_TOKEN_FILE)';
    throw new PaladinError('INVALID_INPUT', `${expected}, got both: leave one of them out`);
  }
  if (file === undefined) return token === undefined ? {} : { token };
  // A mistake in the file is told at once, not only once there is a hub.
  tokenIn(file);
  return { token: () => tokenIn(file) };
}

function tokenIn(file: string): string {
  const token = read(file).trim();
  if (token === '') throw new PaladinError('INVALID_INPUT', `expected a token in the file ${file}, got an empty one`);
  return token;
}

/**
 * Reads the tokens of a hub: a role and a token on each line, `#` begins a comment.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when the file cannot be read, or when a line is something else. Also when there is
 *   no token: then the hub would let anybody in.
 */
export function readTokens(path: string): Partial<Record<Role, string[]>> {
  const tokens: Partial<Record<Role, string[]>> = {};
  read(path)
    .split('\n')
    .forEach((line, at) => {
      const words = line
        .replace(/(^|\s)#.*/u, '')
        .trim()
        .split(/\s+/u);
      if (words[0] === '') return;
      const role = roles.find((each) => each === words[0]);
      const [, token] = words;
      if (role === undefined || token === undefined || words.length > 2) {
        const expected = `expected a role (${roles.join(', ')}) and a token`;
        throw new PaladinError('INVALID_INPUT', `${path}, line ${at + 1}: ${expected}`);
      }
      (tokens[role] ??= []).push(token);
    });
  if (Object.keys(tokens).length === 0) {
    const expected = `expected at least one line with a role (${roles.join(', ')}) and a token`;
    throw new PaladinError('INVALID_INPUT', `${path}: ${expected}, got none`);
  }
  return tokens;
}

/** All tokens of each role. */
export function together(...several: readonly HubTokens[]): HubTokens {
  const lists = roles.map((role) => [role, several.flatMap((tokens) => tokens[role] ?? [])] as const);
  return Object.fromEntries(lists.filter(([, tokens]) => tokens.length > 0));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PaladinError('INVALID_INPUT', `the token file cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
