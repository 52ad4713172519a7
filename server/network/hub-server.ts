import { Server, type Namespace, type Socket } from 'socket.io';
import {
  frameBytes,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  maxJsonBytes,
  maxNameLength,
  messageOverheadBytes,
} from '../../src/limits.js';
import { disconnectionText } from '../../src/link/disconnection.js';
import { packetParser } from '../../src/link/packet-parser.js';
import { peerId } from '../../src/link/peer-id.js';
import { listen } from '../../src/http/listen.js';
import type { OneRequestServer } from '../../src/http/one-request.js';
import type { HubStatus, HubToObserver, ObserverToHub } from '../../src/protocol/hub-status.js';
import type { HubToLeader, HubToWorker } from '../../src/protocol/messages.js';
import { later } from '../../src/real-time.js';
import { leaderToHub, observerToHub, workerToHub } from '../../src/wire/parse.js';
import { hubFactsOf } from '../core/facts.js';
import { forObservers, statusOf, type StatusBounds } from '../core/status.js';
import { cameBack, HubDriver, type Peer, type PeerEvents } from '../in-process/hub-driver.js';
import type { Limits } from '../limits.js';
import { networkOf } from './addresses.js';
import { Connections } from './connections.js';
import { watchDescriptors } from './descriptors.js';
import { Door, refusal, type Admission } from './door.js';
import { closeSilent, closeSoon, tendConnections, WebsocketEngine, type Connection } from './engine.js';
import { tellJobEnds } from './job-ends.js';
import { noteEvent } from './note-event.js';
import type { HubEvent } from './hub-events.js';
import { Holdings } from './holdings.js';
import { check, type HubConfig, type TlsOptions, type TokenOptions } from './hub-options.js';
import { FrontPage } from './front-page.js';
import { HubPages } from './hub-pages.js';
import { HubSocket, type Overflowing, type Shared } from './hub-socket.js';
import { boundConnections, exchangeTls, serverFor } from './http-server.js';
import { Turns } from './intake.js';
import { OverviewPage } from './overview-page.js';
import { serveRequests } from './requests.js';
import { StatusBoard } from './status-board.js';
import { ticketOf } from './tickets.js';
import { Traffic } from './traffic.js';
import { Tokens, type Role } from './tokens.js';

/** The most bytes that a frame has beside its content. */
const mostAroundFrame = 16 * 1024;

/** `authorize` must answer within some time. A connection without a peer is closed so much later. */
const authorizedLateMs = 250;

/** A peer that is connected. */
interface Guest {
  readonly admission: Admission;
  readonly socket: Pick<HubSocket<object, unknown>, 'expel'>;
}

/**
 * A hub on the network. A peer that connects passes the door, gets a socket for its role, and joins the scheduler's driver. The
 * hub listens once it is told to.
 */
export class HubServer {
  readonly #config: HubConfig;
  readonly #driver: HubDriver;
  readonly #connections: Connections;
  readonly #door: Door;
  readonly #http: OneRequestServer;
  readonly #io: Server;
  readonly #shared: Shared;
  readonly #board: StatusBoard;
  readonly #pages: HubPages;
  readonly #overview: OverviewPage;
  readonly #guests = new Set<Guest>();
  #tokens: Tokens;
  #descriptors: { close(): void } | undefined;
  #closing: Promise<void> | undefined;

  constructor(given: HubConfig) {
    const { limits, addresses, origins, authorize, onActivity, reportsJobs } = given;
    const report = (event: HubEvent): void => {
      noteEvent(this.#driver, event);
      given.report(event);
    };
    const config = { ...given, report };
    const watchedBy = reportsJobs ? tellJobEnds((end) => report({ type: 'jobEnded', ...end })) : undefined;
    this.#config = config;
    this.#tokens = config.tokens;
    this.#driver = new HubDriver({ epoch: peerId(), limits, ticketOf, onActivity, watchedBy });
    this.#connections = new Connections(limits);
    const connections = this.#connections;
    this.#door = new Door({
      limits,
      listensOn: config.host,
      addresses,
      origins,
      connections,
      authorize,
      tokens: () => this.#tokens,
      report,
    });
    this.#shared = sharedBy(limits);
    this.#http = serverFor(config.tls, limits);
    boundConnections(this.#http, limits, addresses, () => {
      this.#door.counters.floods += 1;
    });
    this.#board = new StatusBoard(() => {
      this.#driver.watched();
      return this.status(forObservers);
    });
    const traffic = new Traffic(this.#http);
    this.#pages = new HubPages({ status: () => this.#board.read().status, facts: () => this.#driver.read(hubFactsOf), traffic });
    this.#overview = new OverviewPage(this.#driver, traffic, (request) => this.#door.admitOverHttp(request));
    this.#io = this.#serve();
    this.#io.engine.on('connection', (connection: Connection) => {
      this.#watch(connection);
    });
    this.#admitLeaders();
    this.#admitWorkers();
    this.#admitObservers();
    refuseOthers(this.#io.of('/'));
  }

  /** @returns the port @throws {@link PaladinError} `INVALID_INPUT` when nobody can listen at the address */
  async listen(): Promise<number> {
    const { port, host, exposure, tokens, report } = this.#config;
    const bound = await listen(this.#http, port, host, 'the hub');
    this.#descriptors = watchDescriptors(this.#http, report);
    if (exposure !== undefined) report({ type: 'exposed', roles: tokens.open, reason: `${exposure} (--insecure)` });
    return bound;
  }

  status(bounds?: StatusBounds): HubStatus {
    const { counters, ...known } = this.#driver.read((state, now) => statusOf(state, now, bounds));
    return { ...known, counters: { ...counters, ...this.#door.counters } };
  }

  /** @throws {@link PaladinError} `INVALID_INPUT` when a token is wrong, or a role would be open that was not */
  setTokens(next: TokenOptions): void {
    const { authorize, insecure } = this.#config;
    check(authorize === undefined, 'no tokens beside authorize', 'both');
    const exchanged = new Tokens('setTokens', next.token, next.tokens);
    const opened = exchanged.open.filter((role) => !this.#tokens.open.includes(role));
    check(opened.length === 0 || insecure, `a token for ${opened.join(' and ')}, as before`, 'none');
    this.#tokens = exchanged;
    this.#overview.admitAnew();
    for (const { admission, socket } of this.#guests) {
      if (exchanged.objection(admission.role, admission.token) === undefined) continue;
      const message =
        'the token that it has shown is not valid any more; pass a new one by the option token, --token or PALADIN_TOKEN';
      this.#door.refused(admission.role, admission.address, { code: 'UNAUTHORIZED', message });
      socket.expel(message, 'UNAUTHORIZED');
    }
  }

  /** @throws {@link PaladinError} `INVALID_INPUT` when it cannot be read, or the hub does not speak TLS */
  setTls(tls: TlsOptions): void {
    exchangeTls(this.#http, tls);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    await this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#driver.close('the hub is shutting down');
    this.#descriptors?.close();
    this.#overview.close();
    const closed = this.#io.close();
    // Connections that never spoke would keep the server open.
    this.#http.closeAllConnections();
    await closed;
  }

  #serve(): Server {
    const { limits, path } = this.#config;
    const front = new FrontPage((request) => this.#door.admitToPage(request));
    const io = new Server(this.#http, {
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
    });
    serveRequests(this.#http, io, {
      path,
      notReady: () => (this.#closing === undefined ? undefined : 'closing'),
      pages: this.#pages.pages,
      front: (request, response) => void front.answer(request, response),
      overview: (request, response, goesOn) => void this.#overview.answer(request, response, goesOn),
      admit: (request) => this.#door.admitOverHttp(request),
    });
    tendConnections(io);
    return io;
  }

  /** Counts a connection, and closes it when nobody says in time who it is. */
  #watch(connection: Connection): void {
    const { limits, addresses } = this.#config;
    const { authenticateWithinMs } = limits;
    const leave = this.#connections.enter(addresses.of(connection.request));
    const due = later(() => {
      if (this.#door.hasHeardOf(connection)) return;
      const late = `it has not said who it is within ${authenticateWithinMs} ms (authenticateWithinMs)`;
      closeSilent(connection, `LIMIT_EXCEEDED: ${late}`);
    }, authenticateWithinMs);
    connection.on('close', () => {
      due.cancel();
      leave();
      if (!this.#door.hasHeardOf(connection)) this.#door.counters.silent += 1;
    });
  }

  #admitLeaders(): void {
    this.#admit('leader', leaderToHub(this.#config.limits.maxPayloadBytes), (as, peer: Peer<HubToLeader>) =>
      this.#driver.addLeader(as.id, as.name, peer, as.limits),
    );
  }

  #admitWorkers(): void {
    this.#admit('worker', workerToHub(this.#config.limits.maxPayloadBytes), (as, peer: Peer<HubToWorker>) =>
      this.#driver.addWorker(as.id, as.name, peer, as.limits),
    );
  }

  #admitObservers(): void {
    this.#admit(
      'observer',
      observerToHub,
      (_, peer: HubSocket<HubToObserver, ObserverToHub>) => ({
        received: () => {
          // An observer that asks without reading is answered once.
          if (!peer.isBusy) peer.send(this.#board.read());
        },
        congested: () => undefined,
        left: () => undefined,
        expelled: () => {
          this.#driver.countExpelled();
        },
      }),
      // Observers say nothing that would not fit into a frame.
      frameBytes,
    );
  }

  /** Lets a peer in a role join the driver, once the door has let it in. */
  #admit<Sent extends object, Received>(
    role: Role,
    parse: (message: unknown) => Received,
    join: (admission: Admission, peer: HubSocket<Sent, Received>) => PeerEvents<Received>,
    maxMessageBytes = this.#config.limits.maxPayloadBytes + messageOverheadBytes,
  ): void {
    const { limits, report } = this.#config;
    this.#door.guard(this.#io.of(`/${role}`), role).on('connection', (socket: Socket) => {
      const admission = this.#door.admissionOf(socket);
      const { id, name, address } = admission;
      const bounds = {
        maxMessageBytes,
        partsWithinMs: limits.partsWithinMs,
        maxUnreadBytes: admission.limits.maxUnreadBytes,
        // Room for as many and as long names as are admitted.
        maxJsonBytes: Math.max(maxJsonBytes, admission.limits.maxOperationsPerWorker * maxNameLength),
      };
      const hubSocket = new HubSocket<Sent, Received>(socket, networkOf(address), parse, bounds, this.#shared);
      const guest: Guest = { admission, socket: hubSocket };
      this.#guests.add(guest);
      report({ type: 'joined', role, id, name, address });
      hubSocket.attach(join(admission, hubSocket));
      socket.on('disconnect', (reason) => {
        this.#guests.delete(guest);
        const why = hubSocket.isReplaced ? cameBack : disconnectionText(reason, `the ${role}`);
        report({ type: 'left', role, id, name, address, reason: why, ...hubSocket.expelled });
      });
    });
  }
}

/** What all peers share. */
function sharedBy({ maxBytes, maxAllUnreadBytes }: Limits): Shared {
  return {
    turns: new Turns(),
    unfinished: new Holdings<Overflowing>(maxBytes, (largest) => {
      largest.expel(`more than ${maxBytes} bytes of unfinished messages of all peers (maxBytes)`, 'LIMIT_EXCEEDED');
    }),
    // A peer that only reads slowly comes back, and goes on.
    unread: new Holdings<Overflowing>(maxAllUnreadBytes, (largest) => {
      largest.cut(`more than ${maxAllUnreadBytes} bytes wait for all peers to read them (maxAllUnreadBytes)`);
    }),
  };
}

/** Refuses connections to the default namespace: no role has it. */
function refuseOthers(namespace: Namespace): void {
  namespace.use((socket, next) => {
    next(refusal({ code: 'PROTOCOL', message: 'connect to /leader, /worker or /observer' }));
    closeSoon(socket.conn);
  });
}
