import { connect as connectTcp, type Socket } from 'node:net';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RawPeer } from './raw-peer.js';

describe('a connection', () => {
  it.each([
    ['says nothing', ''],
    ['sends half a request', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'],
    ['upgrades, and says nothing more', upgradeRequest()],
  ])('that %s is closed after the time to authenticate', async (_, text) => {
    await using hub = await startHub({ port: 0, authenticateWithinMs: 150 });
    const socket = await tcp(hub.port);
    const closed = new Promise<void>((resolve) => socket.once('close', resolve));
    socket.write(text);
    await closed;
  });

  it('is told by the close frame that it said nothing', async () => {
    await using hub = await startHub({ port: 0, authenticateWithinMs: 150 });
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/socket.io/?EIO=4&transport=websocket`);
    const closed = new Promise<unknown>((resolve) => {
      socket.once('close', (code, reason) => {
        resolve([code, reason.toString()]);
      });
    });
    expect(await closed).toEqual([1008, 'LIMIT_EXCEEDED: it has not said who it is within 150 ms (authenticateWithinMs)']);
    while (hub.status().counters['silent'] !== 1) await new Promise((resolve) => setImmediate(resolve));
  });

  it('is refused beyond the limits, by name, in all and by address as a trusted proxy gives it', async () => {
    await using hub = await startHub({
      port: 0,
      token: 'a',
      maxConnections: 5,
      maxConnectionsPerAddress: 2,
      trustedProxies: ['127.0.0.0/8'],
    });
    const open: RawPeer[] = [];
    const join = (address: string): RawPeer => {
      const peer = new RawPeer(hub.url, 'leader', { token: 'a', headers: { 'x-forwarded-for': `6.6.6.6, ${address}` } });
      open.push(peer);
      return peer;
    };
    try {
      for (const address of ['1.1.1.1', '1.1.1.1', '2.2.2.2', '3.3.3.3']) await join(address).got('welcome');
      expect(await join('1.1.1.1').refused).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(/more than 2 connections from 1\.1\.1\.1 \(maxConnectionsPerAddress\)/u) as unknown,
      });
      await open[4]?.closed;
      await join('4.4.4.4').got('welcome');
      expect(await join('5.5.5.5').refused).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(/more than 5 connections \(maxConnections\)/u) as unknown,
      });
      expect(hub.status().counters).toMatchObject({ overLimit: 2 });
    } finally {
      for (const peer of open) peer[Symbol.dispose]();
    }
  });

  it('counts for the /64 that its IPv6 address is of, and is reported with the whole address', async () => {
    const events: HubEvent[] = [];
    await using hub = await startHub({
      port: 0,
      token: 'a',
      maxConnectionsPerAddress: 1,
      trustedProxies: ['127.0.0.1'],
      onEvent: (event) => {
        events.push(event);
      },
    });
    const join = (address: string): RawPeer =>
      new RawPeer(hub.url, 'leader', { token: 'a', headers: { 'x-forwarded-for': address } });
    using first = join('[2001:db8::1]:50000');
    await first.got('welcome');
    using second = join('[2001:db8::2]:50000');
    expect(await second.refused).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('more than 1 connections from 2001:db8:0:0::/64') as unknown,
    });
    expect(events).toMatchObject([
      { type: 'joined', address: '2001:db8::1' },
      { type: 'refused', address: '2001:db8::2' },
    ]);
    using elsewhere = join('2001:db8:0:1::1');
    await elsewhere.got('welcome');
  });

  it('is for one namespace', async () => {
    await using hub = await startHub({ port: 0 });
    using peer = new RawPeer(hub.url, 'leader');
    await peer.got('welcome');
    peer.socket.io.socket('/worker', { auth: peer.socket.auth as Record<string, unknown> }).connect();
    expect(await peer.refused).toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringMatching(/for one namespace, and asks once/u) as unknown,
    });
    await peer.closed;
  });

  it('from a page is refused unless its origin is allowed', async () => {
    const events: HubEvent[] = [];
    await using hub = await startHub({
      port: 0,
      origins: ['https://good.example'],
      onEvent: (event) => {
        events.push(event);
      },
    });
    using bad = new RawPeer(hub.url, 'leader', { headers: { origin: 'https://bad.example' } });
    expect(await bad.refused).toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(
        /^pages of the origin https:\/\/bad\.example may not .*: --origins https:\/\/bad/u,
      ) as unknown,
    });
    await bad.closed;
    expect(events).toMatchObject([{ type: 'refused', role: 'leader', code: 'UNAUTHORIZED' }]);
    using good = new RawPeer(hub.url, 'leader', { headers: { origin: 'https://good.example' } });
    await good.got('welcome');
  });
});

describe('the health of a hub', () => {
  it('is told to anybody, and nothing else is', async () => {
    await using hub = await startHub({ port: 0, token: 'a' });
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(new URL(path, hub.url));
      expect(response.status).toBe(200);
      expect(Object.keys((await response.json()) as object)).toEqual(['status']);
    }
    expect((await fetch(new URL('/healthz', hub.url), { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/anything', hub.url))).status).toBe(404);
  });
});

async function tcp(port: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

function upgradeRequest(): string {
  return [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '',
    '',
  ].join('\r\n');
}
