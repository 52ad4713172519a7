import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Namespace, type Socket } from 'socket.io';
import { PaladinError } from '../src/errors/paladin-error.js';
import {
  defaultMaxBatchesPerLeader,
  defaultMaxBytesPerLeader,
  defaultMaxJobsPerLeader,
  defaultMaxPayloadBytes,
  defaultPort,
  frameBytes,
  frameOverheadBytes,
  handshakeTimeoutMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
} from '../src/limits.js';
import { packetParser } from '../src/link/packet-parser.js';
import { peerId } from '../src/link/peer-id.js';
import type { HubStatus } from '../src/protocol/messages.js';
import { leaderToHub, observerToHub, workerToHub } from '../src/protocol/parse.js';
import { checkTokens, readHandshake, type HubTokens } from './handshake.js';
import { HubDriver, type Peer, type PeerEvents } from './hub-driver.js';
import { HubSocket } from './hub-socket.js';

/** Options of {@link startHub}. */
export interface HubOptions {
  /** Where to listen; 0 is any free port. Default 7400. */
  readonly port?: number;
  /** The address to listen on. Default `127.0.0.1`: only programs on this machine can connect. */
  readonly host?: string;
  /** What leaders, workers and observers must show. Default: nothing. */
  readonly token?: string;
  /** What each role must show, in place of `token`. */
  readonly tokens?: HubTokens;
  /** The web origins from which pages may connect, such as `https://example.org`; `*` is any. Default: none. */
  readonly origins?: readonly string[];
  /** The most bytes of a batch's payload, of arguments or of a result. Default 32 MiB. */
  readonly maxPayloadBytes?: number;
  /** Told of every connection made, lost and refused. */
  readonly onEvent?: (event: HubEvent) => void;
}

/** What happens at a hub's door. */
export type HubEvent =
  | { readonly type: 'joined'; readonly role: string; readonly id: string; readonly name: string }
  | { readonly type: 'left'; readonly role: string; readonly id: string; readonly reason: string }
  | { readonly type: 'refused'; readonly role: string; readonly code: string; readonly reason: string };

/** A hub that is listening. */
export interface Hub extends AsyncDisposable {
  /** Where leaders and workers connect, such as `http://127.0.0.1:7400`. */
  readonly url: string;
  readonly port: number;
  /** Who is connected, and what is queued and running. */
  status(): HubStatus;
  /** Says goodbye, and closes. Jobs wait at their leaders for a hub to come back. */
  close(): Promise<void>;
}

/**
 * Starts a hub: it routes the batches of leaders to workers, and the results back.
 *
 * @returns the hub, once it is listening
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is not what it must be, or the address cannot be had
 *
 * @example
 * ```ts
 * import { startHub } from 'paladin-rx/server';
 *
 * const hub = await startHub({ port: 0 });
 * console.log(hub.status().workers.length); // 0
 * await hub.close();
 * ```
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const { port = defaultPort, host = '127.0.0.1', origins = [], maxPayloadBytes = defaultMaxPayloadBytes } = options;
  check(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port to be a whole number from 0 to 65535', port);
  check(
    Number.isSafeInteger(maxPayloadBytes) && maxPayloadBytes >= 1,
    'maxPayloadBytes to be a whole number from 1',
    maxPayloadBytes,
  );
  const tokens = checkTokens(options.token, options.tokens);
  const driver = new HubDriver({
    epoch: peerId(),
    limits: {
      maxPayloadBytes,
      maxJobsPerLeader: defaultMaxJobsPerLeader,
      maxBatchesPerLeader: defaultMaxBatchesPerLeader,
      maxBytesPerLeader: Math.max(defaultMaxBytesPerLeader, 2 * maxPayloadBytes),
    },
  });
  const http = createServer((_, response) => {
    response.writeHead(404).end();
  });
  const io = new Server(http, {
    transports: ['websocket'],
    parser: packetParser,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: frameBytes + frameOverheadBytes,
    pingInterval: heartbeatIntervalMs,
    pingTimeout: heartbeatTimeoutMs,
    connectTimeout: handshakeTimeoutMs,
    allowRequest: (request, decide) => {
      const allowed = isAllowedOrigin(request, origins);
      if (!allowed) {
        options.onEvent?.({ type: 'refused', role: 'browser', code: 'UNAUTHORIZED', reason: `origin ${request.headers.origin}` });
      }
      decide(allowed ? null : 'this origin is not allowed', allowed);
    },
  });
  const maxMessageBytes = maxPayloadBytes + frameOverheadBytes;

  const admit = <Sent extends object, Received>(
    role: 'leader' | 'worker',
    parse: (message: unknown) => Received,
    join: (id: string, name: string, peer: Peer<Sent>) => PeerEvents<Received>,
  ): void => {
    guard(io.of(`/${role}`), role, tokens, options.onEvent).on('connection', (socket) => {
      const { id, name } = readHandshake(socket.handshake.auth);
      options.onEvent?.({ type: 'joined', role, id, name });
      const hubSocket = new HubSocket<Sent, Received>(socket, parse, maxMessageBytes);
      hubSocket.attach(join(id, name, hubSocket));
      socket.on('disconnect', (reason) => {
        options.onEvent?.({ type: 'left', role, id, reason: hubSocket.expelled ?? reason });
      });
    });
  };
  admit('leader', leaderToHub(maxPayloadBytes), (id, name, peer) => driver.addLeader(id, name, peer));
  admit('worker', workerToHub(maxPayloadBytes), (id, name, peer) => driver.addWorker(id, name, peer));
  guard(io.of('/observer'), 'observer', tokens, options.onEvent).on('connection', (socket) => {
    const hubSocket = new HubSocket(socket, observerToHub, maxMessageBytes);
    hubSocket.attach({
      received: () => {
        hubSocket.send({ type: 'status', status: driver.status() });
      },
      left: () => undefined,
      expelled: () => undefined,
    });
  });
  // A connection to the default namespace is none of ours.
  io.use((_, next) => {
    next(refusal('PROTOCOL', 'connect to /leader, /worker or /observer'));
  });

  const bound = await listen(http, port, host);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async (): Promise<void> => {
      driver.close('the hub is shutting down');
      const closed = io.close();
      // Those that never spoke would keep it open.
      http.closeAllConnections();
      await closed;
    })();
    return closing;
  };
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}`,
    port: bound,
    status: () => driver.status(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Lets only those into the namespace who speak this protocol and show the role's token; others are told why, and cut off at once. */
function guard(
  namespace: Namespace,
  role: 'leader' | 'worker' | 'observer',
  tokens: HubTokens,
  onEvent: HubOptions['onEvent'],
): Namespace {
  return namespace.use((socket, next) => {
    try {
      readHandshake(socket.handshake.auth, tokens[role]);
      next();
    } catch (error) {
      const { code, message } =
        error instanceof PaladinError ? error : new PaladinError('PROTOCOL', 'the handshake makes no sense');
      onEvent?.({ type: 'refused', role, code, reason: message });
      next(refusal(code, message));
      closeSoon(socket);
    }
  });
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { data: { code } });
}

/** Closes the connection of one who was refused, after the refusal is out. */
function closeSoon(socket: Socket): void {
  setTimeout(() => {
    socket.conn.close();
  }, 100).unref();
}

/** Programs send no origin; pages cannot but. */
function isAllowedOrigin(request: IncomingMessage, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  return origin === undefined || origins.includes('*') || origins.includes(origin);
}

async function listen(http: HttpServer, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'EADDRINUSE' ? '; another program listens there: choose another port, or 0 for any free one' : '';
      reject(
        new PaladinError('INVALID_INPUT', `the hub cannot listen on ${host}:${port}: ${error.message}${hint}`, { cause: error }),
      );
    });
    http.listen(port, host, resolve);
  });
  // A TCP server has an address of this kind.
  return (http.address() as AddressInfo).port;
}

function check(holds: boolean, expected: string, got: unknown): void {
  if (!holds) throw new PaladinError('INVALID_INPUT', `startHub: expected ${expected}, got ${String(got)}`);
}
