import { PaladinError } from '../errors/paladin-error.js';
import { asText, holds, readOr, abridged } from '../errors/thrown.js';
import { describe } from '../errors/describe.js';
import { isList } from '../errors/options.js';
import { maxDescribedLength } from '../limits.js';

/** Parts of a url that do not say where the hub is, and where they belong. */
const foreign: readonly (readonly [part: 'username' | 'password' | 'search' | 'hash', what: string])[] = [
  ['username', 'a user: pass what the hub asks for by the option token, --token or PALADIN_TOKEN'],
  ['password', 'a password: pass what the hub asks for by the option token, --token or PALADIN_TOKEN'],
  ['search', 'a query: options are passed beside the url'],
  ['hash', 'a fragment: options are passed beside the url'],
];

/**
 * The hub's address: where it listens, and under which path. `ws` and `wss` mean the same as `http` and `https`.
 *
 * @returns the url; its path is `/`, or does not end with a slash
 * @throws {@link PaladinError} `INVALID_INPUT` when it is no url of these kinds, or says more than where the hub is
 */
export function hubUrl(where: string, url: string | URL): URL {
  const text = textOf(url);
  const parsed = URL.canParse(text) ? new URL(text.replace(/^ws(?=s?:)/iu, 'http')) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw invalid(where, `the hub's url, such as http://127.0.0.1:7400, got ${shownUrl(url)}`);
  }
  const found = foreign.find(([part]) => parsed[part] !== '');
  if (found !== undefined) throw invalid(where, `the hub's url '${addressOf(parsed)}' alone, got it with ${found[1]}`);
  parsed.pathname = parsed.pathname.replace(/\/+$/u, '');
  return parsed;
}

/** The path under which a hub answers: empty, or one that begins with a slash and does not end with one. */
export function pathOf(hub: URL): string {
  return hub.pathname === '/' ? '' : hub.pathname;
}

/** The hub's address for people. */
export function addressOf(hub: URL): string {
  return hub.origin + pathOf(hub);
}

/** The text of a url, or of a URL object of any realm. A list of one text has the same text, but is no url. */
function textOf(url: unknown): string {
  const text = typeof url === 'object' && url !== null ? readOr(url, 'href') : url;
  return typeof text === 'string' ? text : '';
}

/** How a value is shown that is no url, with a guess at what was meant. */
function shownUrl(url: unknown): string {
  if (typeof url === 'string') return `'${abridged(withoutSecrets(url), maxDescribedLength)}'`;
  if (typeof url !== 'object' || url === null) return describe(url);
  if (isList(url)) return `${describe(url)}: pass one url`;
  if (typeof readOr(url, 'then') === 'function') return 'a promise: await it';
  return holds(() => URL.canParse(asText(readOr(url, 'url')))) ? `${describe(url)}: pass its url` : describe(url);
}

/** The text without what may be secret: what stands before an `@`, or behind a `?` or `#`. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/u, '//').replace(/[?#].*/su, '');
}

function invalid(where: string, expected: string): PaladinError {
  return new PaladinError('INVALID_INPUT', `${where}: expected ${expected}`);
}
