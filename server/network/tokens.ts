import { createHash, timingSafeEqual } from 'node:crypto';
import { checkOptions, isList } from '../../src/errors/options.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxTokenLength } from '../../src/limits.js';

/** What a peer can be: a leader subscribes, a worker executes, an observer reads the status. */
export type Role = 'leader' | 'worker' | 'observer';

export const roles: readonly Role[] = ['leader', 'worker', 'observer'];

/**
 * The token that each role must show, or one of several: so tokens can be exchanged one after the other. A role that is absent
 * shows `token`, if there is one.
 */
export type HubTokens = { readonly [R in Role]?: string | readonly string[] | undefined };

/** The tokens that are valid now. Only a digest of each is kept. */
export class Tokens {
  readonly #digests: ReadonlyMap<Role, readonly Buffer[]>;

  /**
   * @param token for all roles
   * @param tokens for some, in its place
   * @throws {@link PaladinError} `INVALID_INPUT` when one is empty, too long or no text
   */
  constructor(where: string, token: string | readonly string[] | undefined, tokens: HubTokens = {}) {
    checkOptions(`${where}: tokens`, tokens, { leader: true, worker: true, observer: true });
    const digests = roles.flatMap((role) => {
      const own = tokens[role] ?? token;
      return own === undefined ? [] : [[role, digestsOf(where, role, own)] as const];
    });
    this.#digests = new Map(digests);
  }

  /** The roles that need no token. */
  get open(): readonly Role[] {
    return roles.filter((role) => !this.#digests.has(role));
  }

  /**
   * Says whether the token, or none, will do for the role. It takes as long for right and wrong tokens.
   *
   * @returns what is wrong with it; undefined when it will do
   */
  objection(role: Role, shown: string | undefined): string | undefined {
    if (!this.#digests.has(role)) return undefined;
    if (shown === undefined) return 'a token is needed and none was shown';
    const digest = digestOf(shown);
    const matching = roles.filter((each) => isAmong(this.#digests.get(each) ?? [], digest));
    if (matching.includes(role)) return undefined;
    const [other] = matching;
    return other === undefined ? 'the token is wrong' : `the token is wrong, it is for the role ${other}`;
  }
}

function digestsOf(where: string, role: Role, given: string | readonly string[]): readonly Buffer[] {
  const list: unknown = typeof given === 'string' ? [given] : given;
  if (!isList(list)) {
    throw new PaladinError('INVALID_INPUT', `${where}: expected the ${role} token to be a string or a list of strings`);
  }
  if (list.length === 0) {
    const expected = `expected at least one ${role} token (--token, --${role}-token) that is not empty, got none`;
    throw new PaladinError('INVALID_INPUT', `${where}: ${expected}`);
  }
  return list.map((token) => {
    if (typeof token !== 'string' || token === '' || token.length > maxTokenLength) {
      const expected = `expected the ${role} token not to be empty, nor longer than ${maxTokenLength} characters`;
      throw new PaladinError('INVALID_INPUT', `${where}: ${expected}`);
    }
    return digestOf(token);
  });
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares with all of them, whichever is equal. So the time tells nothing. */
function isAmong(digests: readonly Buffer[], digest: Buffer): boolean {
  let found = false;
  for (const each of digests) if (timingSafeEqual(each, digest)) found = true;
  return found;
}
