import { PaladinError } from '../errors/paladin-error.js';
import { addressOf, pathOf } from './hub-url.js';

/** Why no connection to a hub could be made, and what to do about it where one can tell. */
export function whyUnreachable(hub: URL, error: Error): string {
  const { code, message } = rootOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `${message}; start a hub with: paladin hub`;
    case 'ECONNRESET':
      return `${message}: what listens there hangs up; a hub without room for further connections does, and its log says so`;
    case 'EMFILE':
    case 'ENFILE':
      return `${message}; this program, or its machine, has no file descriptors left (ulimit -n)`;
    case 'EPROTO':
      return whyNoTls(message);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${message}; to trust the hub's certificate, start this program with NODE_EXTRA_CA_CERTS set to its file, or to that of who signed it`;
    default:
      return message.startsWith('Unexpected server response')
        ? `${message}; no hub listens under ${pathOf(hub) || '/'} there, or a proxy before it does not let websockets pass`
        : message;
  }
}

/** Whether the other side hung up without a word. It may speak another protocol, or have no room. */
export function isHangUp(error: Error): boolean {
  return rootOf(error).code === 'ECONNRESET';
}

/** What is said when the time to wait for a hub is over. */
export function noHubAnswered(hub: URL, withinMs: number, reason: string): PaladinError {
  return new PaladinError('HUB_UNREACHABLE', `no hub answered at ${addressOf(hub)} within ${withinMs} ms: ${reason}`);
}

/** What went wrong at first, such as `connect ECONNREFUSED 127.0.0.1:7400`; socket.io wraps it twice. */
function rootOf(error: Error): { readonly code: unknown; readonly message: string } {
  const root = fieldOf(fieldOf(error, 'description'), 'error');
  const code = fieldOf(root, 'code');
  const message = fieldOf(root, 'message');
  if (typeof message === 'string' && message !== '') return { code, message };
  // Where a name has several addresses and nobody answers at any of them, there is only the code.
  return { code, message: typeof code === 'string' ? code : error.message };
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
