import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Gate } from './gate.js';

/** Which way of a link is cut. */
export type Ways = 'both' | 'to-hub' | 'from-hub';

/**
 * The link of one peer to the hub. It can be reset, cut without either end noticing, and throttled; for all connections of the
 * peer, those that are yet to be made as well.
 *
 * What is cut is kept and delivered when the link heals, as TCP's retransmissions do, the ends and the resets of connections
 * among it. Nothing is buffered beyond one chunk a way: a socket from which no more may pass is not read.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #hubPort: number;
  readonly #toHub = new Gate();
  readonly #fromHub = new Gate();
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, hubPort: number) {
    this.#server = server;
    this.#hubPort = hubPort;
    // Each way of a connection ends by itself.
    server.on('connection', (peer: Socket) => void this.#link(peer));
  }

  /** Starts to listen on a free port. */
  static async start(hubPort: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, hubPort);
  }

  /** Where the peer is to connect. */
  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resets every connection, as a router does that has restarted. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on nothing passes that way, and nobody is told. */
  cut(ways: Ways): void {
    if (ways !== 'from-hub') this.#toHub.close();
    if (ways !== 'to-hub') this.#fromHub.close();
  }

  /** From now on so much passes a second, each way. */
  throttle(bytesPerSecond: number): void {
    for (const gate of [this.#toHub, this.#fromHub]) gate.throttle(bytesPerSecond);
  }

  heal(): void {
    for (const gate of [this.#toHub, this.#fromHub]) gate.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.heal();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #link(peer: Socket): Promise<void> {
    this.#keep(peer);
    // To be made, a connection needs both ways.
    while (!this.#toHub.isOpen || !this.#fromHub.isOpen) await Promise.all([this.#toHub.passage(0), this.#fromHub.passage(0)]);
    const hub = connect({ port: this.#hubPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#keep(hub);
    try {
      await once(hub, 'connect');
      // While nobody listens on a port, an attempt to connect to it may come from that very port, and then meets itself.
      if (hub.localPort === this.#hubPort) throw new Error('connected to itself');
    } catch {
      hub.resetAndDestroy();
      peer.resetAndDestroy();
      return;
    }
    await Promise.all([forward(peer, hub, this.#toHub), forward(hub, peer, this.#fromHub)]);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // Whoever reads it gets the error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
    });
  }
}

/** Passes on what comes from one socket, and how it ends, to the other. */
async function forward(from: Socket, to: Socket, gate: Gate): Promise<void> {
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      // A socket yields bytes unless it is given an encoding.
      const bytes = chunk as Buffer;
      // Who has gone away gets nothing more, and keeps the link from nobody; what says so goes the other way.
      if (to.writable) await gate.passage(bytes.byteLength);
      if (!to.writable) continue;
      if (!to.write(bytes)) await drained(to);
    }
    await gate.passage(0);
    to.end();
  } catch {
    await gate.passage(0);
    to.resetAndDestroy();
  }
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
