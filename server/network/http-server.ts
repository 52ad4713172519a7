/** The server for HTTP below a hub: with TLS or without, and closed to floods. */
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket as TcpSocket } from 'node:net';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { messageOf } from '../../src/errors/thrown.js';
import { OnlyRequest, type OneRequestServer } from '../../src/http/one-request.js';
import type { Limits } from '../limits.js';
import { plain, type Addresses } from './addresses.js';
import { Connections } from './connections.js';
import { check, type TlsOptions } from './hub-options.js';

/** How often to look for connections that are slow to speak, at the most. */
const leastLookMs = 100;

/** How many connections beyond the limits are accepted, so that they can be told why they are refused. */
const floodSlack = 100;

/** @throws {@link PaladinError} `INVALID_INPUT` when the certificate cannot be read */
export function serverFor(tls: TlsOptions | undefined, { authenticateWithinMs }: Limits): OneRequestServer {
  // A request that comes in small drops has as much time as a peer has to say who it is.
  const options = {
    IncomingMessage: OnlyRequest,
    headersTimeout: authenticateWithinMs,
    requestTimeout: authenticateWithinMs,
    connectionsCheckingInterval: Math.max(leastLookMs, Math.min(1_000, authenticateWithinMs / 2)),
  };
  if (tls === undefined) return createServer(options);
  return readTls(() => createHttpsServer({ ...options, ...pemOf(tls), handshakeTimeout: authenticateWithinMs }));
}

/** Node takes bytes of any class here, but its types name `Buffer` alone. */
function pemOf({ cert, key }: TlsOptions): { readonly cert: string | Buffer; readonly key: string | Buffer } {
  return { cert, key } as { cert: string | Buffer; key: string | Buffer };
}

function readTls<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = messageOf(error);
    throw new PaladinError('INVALID_INPUT', `startHub: the certificate or its key cannot be read: ${reason}`, { cause: error });
  }
}

/** @throws {@link PaladinError} `INVALID_INPUT` when the hub does not speak TLS, or the certificate cannot be read */
export function exchangeTls(http: OneRequestServer, tls: TlsOptions): void {
  check('setSecureContext' in http, 'a hub that speaks TLS', 'one that does not');
  if ('setSecureContext' in http) readTls(() => http.setSecureContext(pemOf(tls)));
}

/**
 * Cuts floods off before anything is spent on them. A few connections beyond the limits may pass, and are told why they are
 * refused.
 */
export function boundConnections(http: OneRequestServer, limits: Limits, addresses: Addresses, cutOff: () => void): void {
  const sockets = new Connections(limits);
  http.on('connection', (socket: TcpSocket) => {
    const address = plain(socket.remoteAddress ?? '');
    socket.once('close', sockets.enter(address));
    // Many peers are behind a trusted proxy.
    if (sockets.exceeded(addresses.isTrusted(address) ? undefined : address, floodSlack) === undefined) return;
    cutOff();
    socket.destroy();
  });
}
