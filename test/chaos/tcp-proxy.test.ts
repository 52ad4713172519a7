import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';

/** Long enough for what is not held up to arrive on loopback. */
const awhileMs = 100;

let server: Server;
let accepted: Socket[];
let proxy: TcpProxy;

beforeEach(async () => {
  accepted = [];
  // Sends back what it gets.
  server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  proxy = await TcpProxy.start(address.port);
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of accepted) socket.destroy();
  server.close();
});

describe('a link', () => {
  test('passes on what comes, and the end', async () => {
    const peer = new Peer();
    peer.socket.end('hello');
    await closed(peer.socket);
    expect(peer.received).toBe('hello');
  });

  test('that is reset resets both ends', async () => {
    const peer = new Peer();
    await peer.echo('a');
    const lost = closed(accepted[0] as Socket);
    proxy.reset();
    await Promise.all([closed(peer.socket), lost]);
    expect(peer.failure).toBe('ECONNRESET');
  });

  test.each(['both', 'to-hub', 'from-hub'] as const)(
    'that is cut (%s) is silent until it heals, and then delivers',
    async (ways) => {
      const peer = new Peer();
      await peer.echo('a');
      proxy.cut(ways);
      peer.socket.write('b');
      await sleep(awhileMs);
      expect(peer.received).toBe('a');
      expect(peer.socket.closed).toBe(false);
      proxy.heal();
      await peer.receives('ab');
    },
  );

  test('that is cut keeps the end of a connection from the other side', async () => {
    const peer = new Peer();
    await peer.echo('a');
    const [hubSide] = accepted as [Socket];
    proxy.cut('both');
    peer.socket.resetAndDestroy();
    await sleep(awhileMs);
    expect(hubSide.closed).toBe(false);
    proxy.heal();
    await closed(hubSide);
  });

  test('that is cut holds up new connections, too', async () => {
    proxy.cut('from-hub');
    const peer = new Peer();
    peer.socket.write('a');
    await sleep(awhileMs);
    expect(accepted).toHaveLength(0);
    proxy.heal();
    await peer.receives('a');
  });

  test('that is throttled takes its time, and heals', async () => {
    const peer = new Peer();
    await peer.echo('a');
    proxy.throttle(100_000);
    const startMs = performance.now();
    await peer.echo('b'.repeat(20_000));
    expect(performance.now() - startMs).toBeGreaterThan(180);
    proxy.heal();
    await peer.echo('c'.repeat(20_000));
  });

  test('that is cut keeps the sender waiting rather than buffer', async () => {
    const peer = new Peer();
    proxy.cut('to-hub');
    const chunk = Buffer.alloc(1_000_000);
    // More than the kernel's buffers hold.
    for (let sent = 0; sent < 64; sent += 1) peer.socket.write(chunk);
    await sleep(awhileMs);
    expect(peer.socket.writableLength).toBeGreaterThan(16_000_000);
  });

  test('to a hub that is not there is reset', async () => {
    server.close();
    await once(server, 'close');
    const peer = new Peer();
    await closed(peer.socket);
    expect(peer.failure).toBe('ECONNRESET');
  });
});

/** Resolves when a socket is closed, whether by an error or not. */
async function closed(socket: Socket): Promise<void> {
  await new Promise((resolve) => socket.on('close', resolve));
}

/** A connection through the proxy. */
class Peer {
  readonly socket: Socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  received = '';
  failure: string | undefined;

  constructor() {
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code));
  }

  async receives(text: string): Promise<void> {
    while (this.received !== text) await once(this.socket, 'data');
  }

  async echo(text: string): Promise<void> {
    const expected = this.received + text;
    this.socket.write(text);
    await this.receives(expected);
  }
}
