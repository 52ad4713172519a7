import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Namespace, type Socket } from 'socket.io';
import { PaladinError } from '../../src/errors/paladin-error.js';
import {
  defaultPort,
  frameBytes,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  maxJsonBytes,
  maxNameLength,
  messageOverheadBytes,
} from '../../src/limits.js';
import { packetParser } from '../../src/link/packet-parser.js';
import { peerId } from '../../src/link/peer-id.js';
import type { HubStatus, HubToLeader, HubToObserver, HubToWorker, ObserverToHub } from '../../src/protocol/messages.js';
import { leaderToHub, observerToHub, workerToHub } from '../../src/wire/parse.js';
import { printable } from '../../src/protocol/printable.js';
import { forObservers, type StatusBounds } from '../core/status.js';
import { watchDescriptors } from './descriptors.js';
import { Addresses, isLoopback, networkOf, plain } from './addresses.js';
import type { Authorize } from './authorization.js';
import { Connections } from './connections.js';
import { Door, refusal, type Admission } from './door.js';
import { closeSilent, closeSoon, tendConnections, WebsocketEngine, type Connection } from './engine.js';
import { Holdings } from './holdings.js';
import { HubDriver, type Peer, type PeerEvents } from '../in-process/hub-driver.js';
import type { HubEvent } from './hub-events.js';
import { HubSocket, type Overflowing, type Shared } from './hub-socket.js';
import { Turns } from './intake.js';
import { limitNames, limitsFrom, type LimitOptions, type Limits } from '../limits.js';
import { OnlyRequest, serveRequests, type OneRequestServer } from './requests.js';
import { StatusBoard } from './status-board.js';
import { ticketOf } from './tickets.js';
import { Tokens, type HubTokens, type Role } from './tokens.js';
import { callerContext, type CallerContext } from '../../src/caller-context.js';
import { later } from '../../src/real-time.js';
import { holds, messageOf } from '../../src/errors/thrown.js';
import { describe } from '../../src/errors/describe.js';
import { checkOptions, isList, type Known } from '../../src/errors/options.js';

/** What peers must show; may be exchanged while a hub runs. */
export interface TokenOptions {
  /** What leaders, workers and observers must show: one token, or one of several. Default: nothing. */
  readonly token?: string | readonly string[] | undefined;
  /** What each role must show, in place of `token`. */
  readonly tokens?: HubTokens | undefined;
}

/** A certificate and its key, as PEM. */
export interface TlsOptions {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** Options of {@link startHub}: beside these, each of the {@link Limits}. */
export interface HubOptions extends TokenOptions, LimitOptions {
  /** Where to listen; 0 is any free port. Default 7400. */
  readonly port?: number | undefined;
  /**
   * The address to listen on. Default `127.0.0.1`: only programs on this machine can connect. On any other, each role needs a token, or
   * `authorize` decides.
   */
  readonly host?: string | undefined;
  /** The path under which it answers, such as `/bus`, where it shares an address with others behind a proxy. Default: none. */
  readonly path?: string | undefined;
  /** Decides who is let in, in place of tokens. */
  readonly authorize?: Authorize | undefined;
  /** Starts a hub that can be reached from elsewhere though a role needs no token. Default false. */
  readonly insecure?: boolean | undefined;
  /** Speak TLS: the url begins with `https`. Default: no. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Addresses and networks of proxies, such as `10.0.0.0/8`, whose word is taken (`X-Forwarded-For`) for where a connection comes from. A hub
   * behind a proxy can be reached from elsewhere, whatever address it listens on. Default: none.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The web origins from which pages may connect, such as `https://example.org`; `*` is any. Default: none. */
  readonly origins?: readonly string[] | undefined;
  /** Told of every connection made, lost and refused. */
  readonly onEvent?: ((event: HubEvent) => void) | undefined;
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
};

/** A hub that is listening. */
export interface Hub extends AsyncDisposable {
  /** Where leaders and workers connect, such as `http://127.0.0.1:7400`. */
  readonly url: string;
  readonly port: number;
  /** Who is connected, and what is queued and running. */
  status(): HubStatus;
  /**
   * Exchanges what peers must show. Those that are connected with a token that is not valid any more are disconnected, with `UNAUTHORIZED`.
   *
   * @throws {@link PaladinError} `INVALID_INPUT` when a token is not what it must be, or a role would be open that was not
   */
  setTokens(tokens: TokenOptions): void;
  /**
   * Exchanges the certificate, for connections that are made from now on.
   *
   * @throws {@link PaladinError} `INVALID_INPUT` when it cannot be read, or the hub does not speak TLS
   */
  setTls(tls: TlsOptions): void;
  /** Says goodbye, and closes. Jobs wait at their leaders for a hub to come back. */
  close(): Promise<void>;
}

/** Somebody who is connected. */
interface Guest {
  readonly admission: Admission;
  readonly socket: Pick<HubSocket<object, unknown>, 'expel'>;
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
  checkOptions('startHub', options, known);
  const { port = defaultPort, host = '127.0.0.1', origins = [], trustedProxies = [], insecure = false, authorize } = options;
  check(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port to be a whole number from 0 to 65535', port);
  const isHost = typeof host === 'string' && host !== '' && host.length <= longestHost;
  check(isHost, 'host to be an address to listen on, such as 127.0.0.1 or 0.0.0.0', host);
  check(areTexts(origins), 'origins to be a list of web origins, such as https://example.org', origins);
  const other = origins.find((origin) => !isOrigin(origin));
  check(other === undefined, "each of the origins to be as browsers send it, such as https://example.org, or '*'", other);
  check(areTexts(trustedProxies), 'trustedProxies to be a list of addresses and networks, such as 10.0.0.0/8', trustedProxies);
  check(options.onEvent === undefined || typeof options.onEvent === 'function', 'onEvent to be a function', options.onEvent);
  check(authorize === undefined || typeof authorize === 'function', 'authorize to be a function', typeof authorize);
  checkOptions('startHub: tls', options.tls, { cert: true, key: true });
  const path = pathFrom(options.path);
  const limits = limitsFrom('startHub', options);
  const addresses = new Addresses('startHub', trustedProxies);
  let tokens = new Tokens('startHub', options.token, options.tokens);
  const given = options.token !== undefined || Object.keys(options.tokens ?? {}).length > 0;
  check(authorize === undefined || !given, 'either tokens or authorize', 'both');
  const context = callerContext();
  const report = (given: HubEvent): void => {
    const event = printableEvent(given);
    if (options.onEvent !== undefined) context.run(() => options.onEvent?.(event));
    else if (event.type === 'exposed' || event.type === 'outOfRoom') process.emitWarning(event.reason, 'PaladinWarning');
  };
  const exposure = exposureOf(host, trustedProxies, authorize === undefined ? tokens.open : []);
  if (exposure !== undefined && !insecure) throw new PaladinError('INVALID_INPUT', `startHub: ${exposure}; ${howToSecure}`);

  const driver = new HubDriver({ epoch: peerId(), limits, ticketOf });
  const connections = new Connections(limits);
  const door = new Door({
    limits,
    addresses,
    connections,
    authorize: authorize && within(context, authorize),
    tokens: () => tokens,
    report,
  });
  let closing: Promise<void> | undefined;
  const http = serverFor(options.tls, limits);
  boundConnections(http, limits, addresses, () => {
    door.counters.floods += 1;
  });
  const io = new Server(http, {
    path: `${path}/socket.io`,
    transports: ['websocket'],
    parser: packetParser,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: WebsocketEngine,
    maxHttpBufferSize: frameBytes + mostAroundFrame,
    pingInterval: heartbeatIntervalMs,
    pingTimeout: heartbeatTimeoutMs,
    connectTimeout: limits.authenticateWithinMs + authorizedLateMs,
    allowRequest: (request, decide) => {
      const { origin } = request.headers;
      // Programs send no origin; pages cannot but.
      const allowed = origin === undefined || origins.includes('*') || origins.includes(origin);
      if (!allowed) {
        const message = `pages of the origin ${origin.slice(0, 200)} may not connect; those who run the hub can allow it (--origins)`;
        door.refused('browser', addresses.of(request), { code: 'UNAUTHORIZED', message });
      }
      decide(allowed ? null : 'pages of this origin may not connect', allowed);
    },
  });
  serveRequests(http, io, path, () => closing === undefined);
  tendConnections(io);
  io.engine.on('connection', (connection: Connection) => {
    const leave = connections.enter(addresses.of(connection.request));
    const due = later(() => {
      if (door.hasHeardOf(connection)) return;
      const { authenticateWithinMs } = limits;
      closeSilent(
        connection,
        `LIMIT_EXCEEDED: it has not said who it is within ${authenticateWithinMs} ms (authenticateWithinMs)`,
      );
    }, limits.authenticateWithinMs);
    connection.on('close', () => {
      due.cancel();
      leave();
      if (!door.hasHeardOf(connection)) door.counters.silent += 1;
    });
  });

  const shared = sharedBy(limits);
  const guests = new Set<Guest>();
  const admit = <Sent extends object, Received>(
    role: Role,
    parse: (message: unknown) => Received,
    join: (admission: Admission, peer: HubSocket<Sent, Received>) => PeerEvents<Received>,
    maxMessageBytes = limits.maxPayloadBytes + messageOverheadBytes,
  ): void => {
    door.guard(io.of(`/${role}`), role).on('connection', (socket: Socket) => {
      const admission = door.admissionOf(socket);
      const { id, name, address } = admission;
      const hubSocket = new HubSocket<Sent, Received>(
        socket,
        networkOf(address),
        parse,
        {
          maxMessageBytes,
          partsWithinMs: limits.partsWithinMs,
          maxUnreadBytes: admission.limits.maxUnreadBytes,
          // As long as names may be.
          maxJsonBytes: Math.max(maxJsonBytes, admission.limits.maxOperationsPerWorker * maxNameLength),
        },
        shared,
      );
      const guest: Guest = { admission, socket: hubSocket };
      guests.add(guest);
      report({ type: 'joined', role, id, name, address });
      hubSocket.attach(join(admission, hubSocket));
      socket.on('disconnect', (reason) => {
        guests.delete(guest);
        report({ type: 'left', role, id, name, address, reason, ...hubSocket.expelled });
      });
    });
  };
  admit('leader', leaderToHub(limits.maxPayloadBytes), (as, peer: Peer<HubToLeader>) =>
    driver.addLeader(as.id, as.name, peer, as.limits),
  );
  admit('worker', workerToHub(limits.maxPayloadBytes), (as, peer: Peer<HubToWorker>) =>
    driver.addWorker(as.id, as.name, peer, as.limits),
  );
  const status = (bounds?: StatusBounds): HubStatus => {
    const { counters, ...known } = driver.status(bounds);
    return { ...known, counters: { ...counters, ...door.counters } };
  };
  const board = new StatusBoard(() => status(forObservers));
  admit(
    'observer',
    observerToHub,
    (_, peer: HubSocket<HubToObserver, ObserverToHub>) => ({
      received: () => {
        // One that asks without reading is answered once.
        if (!peer.isBusy) peer.send(board.read());
      },
      congested: () => undefined,
      left: () => undefined,
      expelled: () => {
        driver.countExpelled();
      },
      // It has nothing to say that would not fit into a frame.
    }),
    frameBytes,
  );
  refuseOthers(io.of('/'));

  const bound = await listen(http, port, host);
  const descriptors = watchDescriptors(http, report);
  if (exposure !== undefined) report({ type: 'exposed', roles: tokens.open, reason: `${exposure} (--insecure)` });
  const close = (): Promise<void> => {
    closing ??= (async (): Promise<void> => {
      driver.close('the hub is shutting down');
      descriptors.close();
      const closed = io.close();
      // Those that never spoke would keep it open.
      http.closeAllConnections();
      await closed;
    })();
    return closing;
  };
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${shown}:${bound}${path}`,
    port: bound,
    status: () => status(),
    setTokens: (next) => {
      check(authorize === undefined, 'no tokens beside authorize', 'both');
      const exchanged = new Tokens('setTokens', next.token, next.tokens);
      const opened = exchanged.open.filter((role) => !tokens.open.includes(role));
      check(opened.length === 0 || insecure, `a token for ${opened.join(' and ')}, as before`, 'none');
      tokens = exchanged;
      for (const { admission, socket } of guests) {
        if (tokens.objection(admission.role, admission.token) === undefined) continue;
        const message =
          'the token that it has shown is not valid any more; pass a new one by the option token, --token or PALADIN_TOKEN';
        door.refused(admission.role, admission.address, { code: 'UNAUTHORIZED', message });
        socket.expel(message, 'UNAUTHORIZED');
      }
    },
    setTls: (tls) => {
      check('setSecureContext' in http, 'a hub that speaks TLS', 'one that does not');
      if ('setSecureContext' in http) readTls(() => http.setSecureContext(tls));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What all peers share. */
function sharedBy({ maxBytes, maxAllUnreadBytes }: Limits): Shared {
  return {
    turns: new Turns(),
    unfinished: new Holdings<Overflowing>(maxBytes, (largest) => {
      largest.expel(`more than ${maxBytes} bytes of unfinished messages of all peers (maxBytes)`, 'LIMIT_EXCEEDED');
    }),
    // Whoever only reads slowly comes back, and goes on.
    unread: new Holdings<Overflowing>(maxAllUnreadBytes, (largest) => {
      largest.cut(`more than ${maxAllUnreadBytes} bytes wait for all peers to read them (maxAllUnreadBytes)`);
    }),
  };
}

/** The event, whatever the peer that it is about has put into reasons. */
function printableEvent<Event extends HubEvent>(event: Event): Event {
  const fields = Object.entries(event).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? printable(value) : value,
  ]);
  // Each field has the type that it had.
  return Object.fromEntries(fields) as Event;
}

/** Asks within the context of who started the hub. */
function within(context: CallerContext, authorize: Authorize): Authorize {
  return (handshake) => context.run(() => authorize(handshake));
}

/** The path as urls have it: without a slash at its end, and empty where there is none. */
function pathFrom(given: unknown = ''): string {
  const path = typeof given === 'string' ? given.replace(/\/+$/u, '') : undefined;
  const isPath = path === '' || (path?.startsWith('/') && new URL(`http://hub${path}`).pathname === path);
  check(isPath === true, 'path to begin with a slash, such as /bus, and to be as it stands in a url', given);
  return path ?? '';
}

/** The bytes of a frame beside what it carries. */
const mostAroundFrame = 16 * 1024;

/** So much later than whoever is asked for authorization must answer, a connection without a peer is closed. */
const authorizedLateMs = 250;

/** So many connections beyond the limits are accepted, in order to be told why they are refused. */
const floodSlack = 100;

/** How often to look for connections that are slow to speak, at the most. */
const leastLookMs = 100;

const howToSecure =
  'set tokens (--token, or --leader-token, --worker-token and --observer-token) or authorize; or, where nobody else can reach it, insecure (--insecure)';

/** What can be reached by whom, if that is not as it should be. */
function exposureOf(host: string, trustedProxies: readonly string[], open: readonly Role[]): string | undefined {
  if (open.length === 0 || (isLoopback(host) && trustedProxies.length === 0)) return undefined;
  const where = isLoopback(host) ? 'behind a proxy' : `on ${host}`;
  return `${where} anybody who can reach the hub may come as ${open.join(', ')}, without a token`;
}

function serverFor(tls: TlsOptions | undefined, { authenticateWithinMs }: Limits): OneRequestServer {
  // A request that comes in drops is as slow as a peer that does not say who it is.
  const options = {
    IncomingMessage: OnlyRequest,
    headersTimeout: authenticateWithinMs,
    requestTimeout: authenticateWithinMs,
    connectionsCheckingInterval: Math.max(leastLookMs, Math.min(1_000, authenticateWithinMs / 2)),
  };
  if (tls === undefined) return createServer(options);
  const { cert, key } = tls;
  return readTls(() => createHttpsServer({ ...options, cert, key, handshakeTimeout: authenticateWithinMs }));
}

function readTls<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = messageOf(error);
    throw new PaladinError('INVALID_INPUT', `startHub: the certificate or its key cannot be read: ${reason}`, { cause: error });
  }
}

/** Cuts floods off before anything is spent on them: beyond the limits and some, to the few of which it is said why. */
function boundConnections(http: OneRequestServer, limits: Limits, addresses: Addresses, cutOff: () => void): void {
  const sockets = new Connections(limits);
  http.on('connection', (socket: TcpSocket) => {
    const address = plain(socket.remoteAddress ?? '');
    socket.once('close', sockets.enter(address));
    // Behind a trusted proxy are many.
    if (sockets.exceeded(addresses.isTrusted(address) ? undefined : address, floodSlack) === undefined) return;
    cutOff();
    socket.destroy();
  });
}

/** A connection to the default namespace is none of ours. */
function refuseOthers(namespace: Namespace): void {
  namespace.use((socket, next) => {
    next(refusal({ code: 'PROTOCOL', message: 'connect to /leader, /worker or /observer' }));
    closeSoon(socket.conn);
  });
}

async function listen(http: OneRequestServer, port: number, host: string): Promise<number> {
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

/** The longest name that DNS has. */
const longestHost = 253;

/** What no browser sends would let nobody in: without a scheme, with a path or the usual port, in capitals, for many hosts by a `*`. */
function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  // Pages do not come by these, or are of no origin.
  if (text.includes('*') || /^(?:wss?|ftp|file):/u.test(text)) return false;
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  // Of schemes such as those of extensions Node knows no origin.
  return origin === text || (origin === 'null' && /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]+$/u.test(text));
}

function areTexts(given: unknown): boolean {
  return isList(given) && holds(() => given.every((each) => typeof each === 'string'));
}

function check(isRight: boolean, expected: string, got: unknown): void {
  if (!isRight) throw new PaladinError('INVALID_INPUT', `startHub: expected ${expected}, got ${describe(got)}`);
}
