/** The options of a hub, and the configuration that is made of them once they are checked. */
import { callerContext } from '../../src/caller-context.js';
import { guarded } from '../../src/guarded.js';
import { describe } from '../../src/errors/describe.js';
import { checkCallbacks, checkOptions, isList, type Known } from '../../src/errors/options.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { holds } from '../../src/errors/thrown.js';
import { defaultPort } from '../../src/limits.js';
import { printableTexts } from '../../src/protocol/printable-texts.js';
import { limitNames, limitsFrom, type LimitOptions, type Limits } from '../limits.js';
import { isLoopback } from '../../src/http/loopback-host.js';
import { Addresses } from './addresses.js';
import type { Authorize } from './authorization.js';
import type { HubActivity } from '../in-process/hub-activity.js';
import type { HubEvent } from './hub-events.js';
import { Tokens, type HubTokens, type Role } from './tokens.js';

/** What peers must show; may be exchanged while a hub runs. */
export interface TokenOptions {
  /**
   * What leaders, workers and observers must show: one token, or one of several, of 1 to 8,192 characters each. Default: nothing.
   */
  readonly token?: string | readonly string[] | undefined;
  /** What each role must show, in place of `token`. Default: `token`. */
  readonly tokens?: HubTokens | undefined;
}

/** A certificate and its key, as PEM. */
export interface TlsOptions {
  /** The certificate, with those of who signed it behind it. Required. */
  readonly cert: string | Uint8Array;
  /** Its key, without a passphrase. Required. */
  readonly key: string | Uint8Array;
}

/**
 * Options of `startHub`. Each of the {@link Limits} is an option, too. An option that is `undefined` counts as not given.
 */
export interface HubOptions extends TokenOptions, LimitOptions {
  /** The port to listen on: a whole number from 0 to 65,535; 0 is any free port. Default 7400. */
  readonly port?: number | undefined;
  /**
   * The address or name to listen on: 1 to 253 characters. On any address but loopback each role needs a token, or `authorize`
   * decides. Default `127.0.0.1`: only programs on this machine can connect.
   */
  readonly host?: string | undefined;
  /**
   * The path under which it answers, such as `/bus`, where it shares an address with others behind a proxy. It begins with a
   * slash. Default: none.
   */
  readonly path?: string | undefined;
  /** Decides who is let in, in place of tokens. Default: tokens decide. */
  readonly authorize?: Authorize | undefined;
  /** Whether a hub may start that can be reached from elsewhere although a role needs no token. Default false. */
  readonly insecure?: boolean | undefined;
  /** The certificate and key with which it speaks TLS; then its url begins with `https`. Default: it speaks no TLS. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Addresses and networks of proxies, such as `10.0.0.0/8`. The hub believes what they say of where a connection comes from
   * (`X-Forwarded-For`). A hub behind a proxy can be reached from elsewhere, whatever address it listens on. Default: none.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The web origins from which pages may connect, such as `https://example.org`; `*` is any. Default: none. */
  readonly origins?: readonly string[] | undefined;
  /**
   * Called with each connection that is made, lost or refused, and with each job that is over. Default: nobody is told, but the
   * process warns of a hub that is open to others, and of one without room for connections.
   */
  readonly onEvent?: ((event: HubEvent) => void) | undefined;
  /**
   * Called with what happens to jobs and batches, several times for each batch: for logs, and to look into a hub. Default: nobody
   * is told, and it costs nothing.
   */
  readonly onActivity?: ((activity: HubActivity) => void) | undefined;
}

const known: Known<HubOptions> = {
  // Each limit is an option.
  ...(Object.fromEntries(limitNames.map((name) => [name, true])) as Known<Limits>),
  token: true,
  tokens: true,
  port: true,
  host: true,
  path: true,
  authorize: true,
  insecure: true,
  tls: true,
  trustedProxies: true,
  origins: true,
  onEvent: true,
  onActivity: true,
};

const noWorkers = 'a hub executes nothing: startWorker({ hub, modules, threads }) does, or the command paladin worker.';
const hints = { workers: noWorkers, threads: noWorkers, modules: noWorkers };

/** What a hub is run with. */
export interface HubConfig {
  readonly port: number;
  readonly host: string;
  /** Empty, or begins with a slash. */
  readonly path: string;
  readonly limits: Limits;
  readonly addresses: Addresses;
  readonly tokens: Tokens;
  readonly authorize: Authorize | undefined;
  readonly insecure: boolean;
  readonly tls: TlsOptions | undefined;
  readonly origins: readonly string[];
  /** Why the hub is open to others without a token; undefined: it is not. */
  readonly exposure: string | undefined;
  /** Tells whoever runs the hub. It calls within the context of whoever started it. */
  readonly report: (event: HubEvent) => void;
  /** Whether it is to be told of jobs that are over. */
  readonly reportsJobs: boolean;
  /** Tells whoever runs the hub what happens to jobs, in the same way; undefined: nobody wants to know. */
  readonly onActivity: ((activity: HubActivity) => void) | undefined;
}

/**
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong, or when the hub would be open to others and `insecure`
 *   does not say so
 */
export function hubConfigFrom(options: HubOptions): HubConfig {
  checkOptions('startHub', options, known, hints);
  const { port = defaultPort, host = '127.0.0.1', origins = [], trustedProxies = [], insecure = false } = options;
  const { authorize, tls, onEvent, onActivity } = options;
  check(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port to be a whole number from 0 to 65535', port);
  const isHost = typeof host === 'string' && host !== '' && host.length <= longestHost;
  check(isHost, 'host to be an address to listen on, such as 127.0.0.1 or 0.0.0.0', host);
  check(areTexts(origins), 'origins to be a list of web origins, such as https://example.org', origins);
  const other = origins.find((origin) => !isOrigin(origin));
  check(other === undefined, "each of the origins to be as browsers send it, such as https://example.org, or '*'", other);
  check(areTexts(trustedProxies), 'trustedProxies to be a list of addresses and networks, such as 10.0.0.0/8', trustedProxies);
  check(onEvent === undefined || typeof onEvent === 'function', 'onEvent to be a function', onEvent);
  checkCallbacks('startHub', options, ['onActivity']);
  check(authorize === undefined || typeof authorize === 'function', 'authorize to be a function', typeof authorize);
  checkOptions('startHub: tls', tls, { cert: true, key: true });
  const path = pathFrom(options.path);
  const limits = limitsFrom('startHub', options);
  const addresses = new Addresses('startHub', trustedProxies);
  const tokens = new Tokens('startHub', options.token, options.tokens);
  const given = options.token !== undefined || Object.keys(options.tokens ?? {}).length > 0;
  check(authorize === undefined || !given, 'either tokens or authorize', 'both');
  const exposure = exposureOf(host, trustedProxies, authorize === undefined ? tokens.open : []);
  if (exposure !== undefined && !insecure) throw new PaladinError('INVALID_INPUT', `startHub: ${exposure}; ${howToSecure}`);
  const context = callerContext();
  return {
    port,
    host,
    path,
    limits,
    addresses,
    tokens,
    insecure,
    tls,
    origins,
    exposure,
    reportsJobs: onEvent !== undefined,
    onActivity:
      onActivity &&
      ((activity) => {
        context.run(() => {
          onActivity(printableTexts(activity));
        });
      }),
    authorize: authorize && ((handshake) => context.run(() => authorize(handshake))),
    report: (happened) => {
      const event = printableTexts(happened);
      if (onEvent !== undefined) {
        context.run(() => {
          guarded(() => onEvent(event));
        });
      } else if (event.type === 'exposed' || event.type === 'outOfRoom') process.emitWarning(event.reason, 'PaladinWarning');
    },
  };
}

/** The longest name that DNS has. */
const longestHost = 253;

/** The path as urls have it: without a slash at its end, and empty where there is none. */
function pathFrom(given: unknown = ''): string {
  const path = typeof given === 'string' ? given.replace(/\/+$/u, '') : undefined;
  const isPath = path === '' || (path?.startsWith('/') && new URL(`http://hub${path}`).pathname === path);
  check(isPath === true, 'path to begin with a slash, such as /bus, and to be as it stands in a url', given);
  return path ?? '';
}

const howToSecure =
  'set tokens (--token, or --leader-token, --worker-token and --observer-token) or authorize; or, where nobody else can reach it, insecure (--insecure)';

/** Why others can reach the hub without a token; undefined where they cannot. */
function exposureOf(host: string, trustedProxies: readonly string[], open: readonly Role[]): string | undefined {
  if (open.length === 0 || (isLoopback(host) && trustedProxies.length === 0)) return undefined;
  const where = isLoopback(host) ? 'behind a proxy' : `on ${host}`;
  return `${where} anybody who can reach the hub may come as ${open.join(', ')}, without a token`;
}

/**
 * Whether it is an origin as browsers send it. Other texts would let nobody in: those without a scheme, with a path or the usual
 * port, in capitals, or for many hosts by a `*`.
 */
function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  // No page has these schemes, or its origin says nothing.
  if (text.includes('*') || /^(?:wss?|ftp|file):/u.test(text)) return false;
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  // Node knows no origin of some schemes, such as those of browser extensions.
  return origin === text || (origin === 'null' && /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]+$/u.test(text));
}

function areTexts(given: unknown): boolean {
  return isList(given) && holds(() => given.every((each) => typeof each === 'string'));
}

/** @throws {@link PaladinError} `INVALID_INPUT` */
export function check(isRight: boolean, expected: string, got: unknown): void {
  if (!isRight) throw new PaladinError('INVALID_INPUT', `startHub: expected ${expected}, got ${describe(got)}`);
}
