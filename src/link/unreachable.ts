import { PaladinError } from '../errors/paladin-error.js';
import { defaultPort } from '../limits.js';
import { nodeModule } from '../platform.js';
import { addressOf, pathOf } from './hub-url.js';
import { answersPages, speaksTls } from './seen-over-http.js';

/** Why no connection to a hub could be made. */
export interface Unreachable {
  /** What happened, and what to do about it where one can tell. */
  readonly reason: string;
  /** Whether it does not pass by itself: what answers there is no hub, or cannot be trusted. */
  readonly isLasting: boolean;
  /** Whether to look more closely (see {@link lookCloser}) would tell more. */
  readonly isUnclear?: boolean;
}

/** Codes of certificates whose signer is not trusted. */
const unknownSigner: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export function whyUnreachable(hub: URL, error: Error): Unreachable {
  const { code, message } = rootOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return passing(`${message}: nobody listens there; ${howToStart(hub)}`);
    case 'ENOTFOUND':
      return passing(`${message}: there is no host of this name; correct the hub's url`);
    case 'EAI_AGAIN':
      return passing(`${message}: the name of the host cannot be looked up now; is this machine connected to its network?`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return passing(`${message}: no way leads there from this machine; correct the hub's url, or the network`);
    case 'ECONNRESET':
      return {
        ...passing(
          `${message}: what listens there hangs up; a hub without room for further connections does, and its log says so`,
        ),
        isUnclear: true,
      };
    case 'EMFILE':
    case 'ENFILE':
      return passing(`${message}; this program, or its machine, has no file descriptors left (ulimit -n)`);
    // The first that came over the websocket is none of its packets.
    case 'parser error':
      return noHubThere;
    case 'EPROTO':
      return lasting(whyNoTls(message));
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return lasting(`${message}; the hub's url must have a name for which its certificate is made`);
    case 'CERT_HAS_EXPIRED':
      return lasting(`${message}; whoever runs the hub can give it a new one (--tls-cert, read again at SIGHUP)`);
    default:
      return unknownSigner.has(code) ? lasting(`${message}; ${howToTrust}`) : whyNoWebsocket(hub, code, message);
  }
}

/** Looks for a reason where the error of the connection tells too little. */
export async function lookCloser(hub: URL, seen: Unreachable): Promise<Unreachable> {
  if (nodeModule('process') === undefined) return await whyNotInPage(hub);
  if (hub.protocol !== 'http:' || !(await speaksTls(hub))) return seen;
  const [what] = seen.reason.split(/[:;]/u, 1);
  return lasting(`${what}; what answers speaks TLS: the hub's url begins with https://`);
}

/** What is said of a server that opens a websocket, and does not greet as a hub does. */
export const noHubThere: Unreachable = lasting('what answers there is no hub; correct the url');

/** What is said of a server that sends a web page for the path of the hub. A proxy before a hub that is away may do so, too. */
export const onlyPagesThere: Unreachable = passing(
  'what answers there sends a web page where a hub would answer: correct the url, or let the server pass /socket.io on to the hub',
);

/** What is said of a server that answers over HTTP, and not as a hub does, while it has not opened a websocket. */
export const noWebsocketYet: string =
  'what answers there has not opened a websocket yet, and its /healthz is not that of a hub: correct the url, ' +
  'or see why a proxy before the hub is slow';

/**
 * What is said while nothing has come of an attempt to connect.
 *
 * @param isTaken whether something has taken the connection; undefined: nobody can tell
 */
export function nothingSaid(isTaken: boolean | undefined): string {
  if (isTaken === undefined) return 'nothing there has said anything: is it a hub?';
  if (isTaken) return 'something takes the connection there and says nothing: is it a hub?';
  return "nothing there has taken the connection; correct the hub's url, or see whether a firewall lets it through";
}

/** What is said when there is no hub, and nobody waits for one. */
export function noHubAnswers(hub: URL, reason: string): PaladinError {
  return new PaladinError('HUB_UNREACHABLE', `no hub answers at ${addressOf(hub)}: ${reason}`);
}

/** What is said when the time to wait for a hub is over. */
export function noHubAnswered(hub: URL, withinMs: number, reason: string): PaladinError {
  return new PaladinError('HUB_UNREACHABLE', `no hub answered at ${addressOf(hub)} within ${withinMs} ms: ${reason}`);
}

function passing(reason: string): Unreachable {
  return { reason, isLasting: false };
}

function lasting(reason: string): Unreachable {
  return { reason, isLasting: true };
}

const howToTrust =
  "to trust the hub's certificate, start this program with NODE_EXTRA_CA_CERTS set to its file, or to that of who signed it";

function howToStart({ protocol, hostname, port }: URL): string {
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (!isHere) return "start a hub there, or correct the hub's url";
  const isTls = protocol === 'https:' || protocol === 'wss:';
  const usual = isTls ? 443 : 80;
  const flag = port === String(defaultPort) ? '' : ` --port ${port === '' ? usual : port}`;
  return `start a hub with: paladin hub${flag}${isTls ? ' --tls-cert <path> --tls-key <path>' : ''}`;
}

/** What answers speaks no HTTP, or it speaks HTTP and opens no websocket. */
function whyNoWebsocket(hub: URL, code: unknown, message: string): Unreachable {
  if (typeof code === 'string' && code.startsWith('HPE_')) {
    return { ...lasting(`${message}: what answers there speaks no HTTP, so it is no hub; correct the url`), isUnclear: true };
  }
  const status = /^Unexpected server response: (?<status>\d+)/u.exec(message)?.groups?.['status'];
  // Browsers tell nothing.
  if (status === undefined) return { reason: message, isLasting: false, isUnclear: nodeModule('process') === undefined };
  if (status.startsWith('3')) return lasting(`${message}: what answers sends on to another address; pass that one`);
  const reason = `${message}; no hub listens under ${pathOf(hub) || '/'} there, or a proxy before it does not let websockets pass`;
  // A proxy says so while its hub is away, or busy.
  const mayPass = /^(?:5|408|429)/u.test(status);
  // Some servers with TLS say by 400 that they were asked without.
  return { reason, isLasting: !mayPass, isUnclear: status === '400' };
}

/** Browsers do not tell a page why a connection fails. What is likely can be told all the same. */
async function whyNotInPage(hub: URL): Promise<Unreachable> {
  const own: unknown = Reflect.get(globalThis, 'location');
  const protocol: unknown = typeof own === 'object' && own !== null ? Reflect.get(own, 'protocol') : undefined;
  if (protocol === 'https:' && hub.protocol === 'http:' && !/^(?:localhost|127\.|\[::1\])/u.test(hub.hostname)) {
    return lasting('a page that came over https may connect over https alone: give the hub a certificate (--tls-cert)');
  }
  if (await answersPages(hub)) {
    return passing(
      `what answers there opens no websocket: no hub listens under ${pathOf(hub) || '/'}, or a proxy before it does not let websockets pass`,
    );
  }
  const others = `the page's Content-Security-Policy forbids it, or the browser does not trust the hub's certificate`;
  return passing(`browsers do not say why; nobody listens there, or ${others}; ${addressOf(hub)}/healthz in a tab shows more`);
}

/** What went wrong at first, such as `connect ECONNREFUSED 127.0.0.1:7400`; socket.io wraps it twice. */
function rootOf(error: Error): { readonly code: unknown; readonly message: string } {
  const root = fieldOf(fieldOf(error, 'description'), 'error');
  const code = fieldOf(root, 'code') ?? fieldOf(error, 'code');
  const message = fieldOf(root, 'message');
  if (typeof message === 'string' && message !== '') return { code, message };
  // Where a name has several addresses and nobody answers at any of them, there is only the code.
  return { code, message: typeof code === 'string' ? `connect ${code}` : error.message };
}

/** OpenSSL also says where in its sources the error was found. It reads an answer without TLS as a strange record. */
function whyNoTls(message: string): string {
  const reason = /:SSL routines:[^:]*:(?<reason>[^:]+)/u.exec(message)?.groups?.['reason'] ?? message.trim();
  const isPlain = reason === 'wrong version number' || reason === 'packet length too long';
  return isPlain ? `what answers does not speak TLS (${reason}); if the hub does not, its url begins with http://` : reason;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
