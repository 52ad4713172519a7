import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { connect as connectTcp, createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, defineOperation } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { Server as SocketServer } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { packetParser } from '../../src/link/packet-parser.js';
import { rejectionOf } from '../support/outcome.js';
import { isThorough } from '../support/thorough.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** A server that is no hub, on a free port. */
async function listening(server: HttpServer | TcpServer): Promise<AsyncDisposable & { readonly url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

/** A server that opens websockets, and says this to each, or nothing. */
async function opening(first?: string): ReturnType<typeof listening> {
  const http = createServer((_, response) => response.end('hello'));
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    if (first !== undefined) socket.send(first);
  });
  return await listening(http);
}

/**
 * A proxy that opens no websocket before the peer has looked over HTTP whether there is a hub. Then it leaves time for an answer
 * to that to be taken amiss.
 *
 * @param port the hub's
 */
async function late(port: number, answer: RequestListener): ReturnType<typeof listening> {
  const looks: (() => void)[] = [];
  const http = createServer((request, response) => {
    response.once('finish', () => setTimeout(() => looks.shift()?.(), 200));
    answer(request, response);
  });
  http.on('upgrade', ({ method, url, rawHeaders }, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined).once('end', () => socket.destroy());
    looks.push(() => {
      const hub = connectTcp(port, '127.0.0.1').on('error', () => socket.destroy());
      const headers = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      hub.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
      hub.write(head);
      hub.pipe(socket).pipe(hub);
    });
  });
  return await listening(http);
}

/** An address where nobody listens any more. */
async function vacantUrl(): Promise<string> {
  await using server = await listening(createServer());
  return server.url;
}

describe('connect', () => {
  it('says that no hub answers, with where and why, and waits for none unless it is told to', async () => {
    const url = await vacantUrl();
    const { port } = new URL(url);
    const why = `: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}: nobody listens there; start a hub with: paladin hub --port ${port}$`;
    const peers = (options: { readonly connectTimeout?: number }): Promise<unknown>[] => [
      connect(url, options),
      fetchStatus(url, options),
      startWorker({ hub: url, operations: [double], ...options }),
    ];
    for (const error of await Promise.all(peers({}).map(rejectionOf))) {
      expect(error.code).toBe('HUB_UNREACHABLE');
      expect(error.message).toMatch(new RegExp(`^no hub answers at ${url}${why}`, 'u'));
    }
    for (const error of await Promise.all(peers({ connectTimeout: 100 }).map(rejectionOf))) {
      expect(error.code).toBe('HUB_UNREACHABLE');
      expect(error.message).toMatch(new RegExp(`^no hub answered at ${url} within 100 ms${why}`, 'u'));
    }
  });

  it('says what to do where the name of the host is wrong', async () => {
    const error = await rejectionOf(connect('http://no-such-host.invalid:7400'));
    expect(error).toMatchObject({
      code: 'HUB_UNREACHABLE',
      message: expect.stringMatching(
        /^no hub answers at http:\/\/no-such-host\.invalid:7400: .*(?:ENOTFOUND|EAI_AGAIN)/u,
      ) as unknown,
    });
  });

  it('says at once what to do where what answers is no hub, or the url or the trust does not fit it', async () => {
    await using plain = await startHub({ port: 0 });
    await using tls = await startHub({ port: 0, tls: { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') } });
    await using other = await listening(createServer((_, response) => response.writeHead(404).end()));
    await using moved = await listening(createServer((_, response) => response.writeHead(301, { location: '/' }).end()));
    await using noHttp = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => undefined).resume();
        socket.end('SSH-2.0-OpenSSH_9.6\r\n');
      }),
    );
    // These open a websocket. One says nothing then, the others something else than a hub.
    await using mute = await opening();
    await using stranger = await opening('hello');
    await using engine = await opening('0{}');
    const cases = [
      [plain.url.replace('http:', 'https:'), /: what answers does not speak TLS .*its url begins with http:\/\/$/u],
      [tls.url.replace('https:', 'http:'), /: socket hang up; what answers speaks TLS: the hub's url begins with https:\/\/$/u],
      [tls.url, /: self-signed certificate; to trust .* NODE_EXTRA_CA_CERTS set to its file/u],
      [other.url, /response: 404; no hub listens under \/ there, or a proxy/u],
      [moved.url, /response: 301: what answers sends on to another address/u],
      [noHttp.url, /: Parse Error: .*: what answers there speaks no HTTP, so it is no hub/u],
      ...[mute, stranger, engine].map(({ url }) => [url, /: what answers there is no hub; correct the url$/u] as const),
    ] as const;
    const errors = cases.map(async ([url, message]) => {
      const expected = { code: 'HUB_UNREACHABLE', message: expect.stringMatching(message) as unknown };
      const atOnce = { ...expected, message: expect.stringMatching(/^no hub answers at/u) as unknown };
      // Also those that wait for a hub are told: it does not pass.
      const peers = [
        connect(url, { connectTimeout: 60_000 }),
        fetchStatus(url),
        startWorker({ hub: url, operations: [double], connectTimeout: 60_000 }),
      ];
      const told = await Promise.all(peers.map(rejectionOf));
      expect(told).toMatchObject([expected, expected, expected]);
      expect(told).toMatchObject([atOnce, atOnce, atOnce]);
    });
    await Promise.all(errors);
  }, 30_000);

  it.runIf(isThorough)('waits for a hub whose websocket a proxy opens late', async () => {
    await using hub = await startHub({ port: 0 });
    const proxies = [
      // It keeps all but websockets from the hub.
      await late(hub.port, (_, response) => response.writeHead(404).end('no route')),
      await late(hub.port, (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{"status":"ok"}');
      }),
    ];
    const peers = proxies.flatMap(({ url }) => [
      connect(url),
      connect(url, { connectTimeout: Infinity }),
      startWorker({ hub: url, operations: [double] }),
    ]);
    for (const peer of await Promise.all(peers)) await peer.close();
    for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  });

  it.runIf(isThorough)(
    'says of a server whose websocket does not open, and which answers otherwise than a hub, that it may be none',
    async () => {
      const http = createServer((_, response) => response.end('hello'));
      let refuse = (): unknown => undefined;
      http.on('upgrade', (_, socket: Duplex) => {
        socket.on('error', () => undefined);
        refuse = () => socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      });
      await using server = await listening(http);
      const reasons: string[] = [];
      const onLost = (reason: string): void => {
        reasons.push(reason);
        refuse();
      };
      const error = await rejectionOf(startWorker({ hub: server.url, operations: [double], onLost }));
      expect(reasons).toEqual([expect.stringMatching(/not opened a websocket yet, and its \/healthz is not that of a hub/u)]);
      expect(error).toMatchObject({ code: 'HUB_UNREACHABLE', message: expect.stringContaining('response: 404') as unknown });
    },
  );

  it('waits for a hub that a proxy says to be away, where it is told to wait', async () => {
    await using proxy = await listening(createServer((_, response) => response.writeHead(503).end()));
    expect((await rejectionOf(connect(proxy.url))).message).toMatch(/^no hub answers at .*response: 503/u);
    expect((await rejectionOf(connect(proxy.url, { connectTimeout: 300 }))).message).toMatch(/within 300 ms: .*response: 503/u);
  });

  it.runIf(isThorough)('waits for no hub where a server of web pages answers, which leaves websockets alone', async () => {
    const http = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end());
    http.on('upgrade', (_, socket: Duplex) => {
      socket.on('error', () => undefined).on('end', () => socket.end());
      socket.resume();
    });
    await using server = await listening(http);
    const message = expect.stringMatching(/^no hub answers at .*: what answers there sends a web page/u) as unknown;
    expect(await rejectionOf(connect(server.url))).toMatchObject({ code: 'HUB_UNREACHABLE', message });
    expect((await rejectionOf(connect(server.url, { connectTimeout: 4_000 }))).message).toMatch(/within 4000 ms: .*a web page/u);
  });

  it('tells a worker a reason once, however often it tries', async () => {
    let tries = 0;
    await using proxy = await listening(
      createServer(({ url = '' }, response) => {
        if (url.includes('socket.io')) tries += 1;
        response.writeHead(tries > 2 ? 404 : 503).end();
      }),
    );
    const reasons: string[] = [];
    const onLost = (reason: string): void => void reasons.push(reason);
    const started = startWorker({ hub: proxy.url, operations: [double], onLost, connectTimeout: Infinity });
    expect((await rejectionOf(started)).message).toContain('response: 404');
    expect(reasons).toEqual([expect.stringContaining('response: 503')]);
  });

  it('takes no empty token', async () => {
    const expected = { code: 'INVALID_INPUT', message: expect.stringMatching(/token .*not empty.*got an empty one/u) as unknown };
    expect(await rejectionOf(connect('http://127.0.0.1:1', { token: '' }))).toMatchObject(expected);
    expect(await rejectionOf(fetchStatus('http://127.0.0.1:1', { token: '' }))).toMatchObject(expected);
    expect(await rejectionOf(startWorker({ hub: 'http://127.0.0.1:1', operations: [double], token: '' }))).toMatchObject(
      expected,
    );
  });

  it('takes no token or name that no hub takes, at once', async () => {
    await using hub = await startHub({ port: 0, token: 'right' });
    const long = 'x'.repeat(100_000);
    for (const token of [long, () => long, () => '']) {
      const code = typeof token === 'string' ? 'INVALID_INPUT' : 'UNAUTHORIZED';
      const peers = [
        connect(hub.url, { token }),
        fetchStatus(hub.url, { token }),
        startWorker({ hub: hub.url, operations: [double], token }),
      ];
      const expected = { code, message: expect.stringContaining('at most 8192 characters') as unknown };
      expect(await Promise.all(peers.map(rejectionOf))).toMatchObject([expected, expected, expected]);
    }
    const expected = { code: 'INVALID_INPUT', message: expect.stringContaining('at most 200 characters') as unknown };
    expect(await rejectionOf(connect(hub.url, { name: long }))).toMatchObject(expected);
    expect(await rejectionOf(startWorker({ hub: hub.url, operations: [double], name: long }))).toMatchObject(expected);
  });

  it('does not call it no hub where its connections are dropped as it says who it is', async () => {
    const http = createServer();
    const sockets = new SocketServer(http, { transports: ['websocket'] });
    sockets.engine.on('connection', (connection: { on: (event: string, listener: () => void) => void; close: () => void }) => {
      connection.on('packet', () => {
        connection.close();
      });
    });
    await using server = await listening(http);
    const error = await rejectionOf(connect(server.url));
    expect(error).toMatchObject({ code: 'PROTOCOL', message: expect.stringMatching(/does not let the leader in/u) as unknown });
    await sockets.close();
  });

  it('keeps the path of the url, and a hub with a path answers under it alone', async () => {
    await using hub = await startHub({ port: 0, path: '/deep/bus/' });
    expect(hub.url).toBe(`http://127.0.0.1:${hub.port}/deep/bus`);
    await using worker = await startWorker({ hub: `${hub.url}/`, operations: [double] });
    await using runtime = await connect(hub.url.replace('http:', 'ws:'));
    expect(await runtime.run(double, 4)).toBe(8);
    expect((await fetchStatus(new URL(hub.url))).workers).toMatchObject([{ workerId: worker.id }]);
    for (const path of ['/healthz', '/deep/bus/healthz', '/deep/bus/readyz']) {
      expect((await fetch(`http://127.0.0.1:${hub.port}${path}`)).status).toBe(200);
    }
    expect((await fetch(`http://127.0.0.1:${hub.port}/bus/healthz`)).status).toBe(404);
    const origin = `http://127.0.0.1:${hub.port}`;
    expect(await rejectionOf(connect(origin))).toMatchObject({
      code: 'HUB_UNREACHABLE',
      message: expect.stringMatching(/no hub answers at http:\/\/127\.0\.0\.1:\d+: .*no hub listens under \/ there/u) as unknown,
    });
  });

  it.each([
    ['http://ann:pw@127.0.0.1:1', /with a user: pass .* by the option token/u],
    ['http://:pw@127.0.0.1:1/bus', /'http:\/\/127\.0\.0\.1:1\/bus' alone, got it with a password/u],
    ['http://127.0.0.1:1/?token=pw', /with a query/u],
    ['http://127.0.0.1:1/bus#pw', /with a fragment/u],
    ['nats://ann:pw@127.0.0.1:1/bus?pw', /got 'nats:\/\/127\.0\.0\.1:1\/bus'$/u],
    ['127.0.0.1:7400', /such as http:\/\/127\.0\.0\.1:7400/u],
  ])('refuses %s, and says nothing of what is secret in it', async (url, message) => {
    const peers = [connect(url), fetchStatus(url), startWorker({ hub: url, operations: [double] })];
    for (const error of await Promise.all(peers.map(rejectionOf))) {
      expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) as unknown });
      expect(error.message).not.toMatch(/pw/u);
    }
  });

  it.each(['bus', '/a b', '/bus?x', '/bus#x', '/a/../b', 7])('a hub refuses the path %s', async (path) => {
    // Callers in JavaScript may hand in anything.
    expect(await rejectionOf(startHub({ port: 0, path: path as string }))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('path to begin with a slash') as unknown,
    });
  });

  it('waits for a hub that comes within the time', async () => {
    const url = await vacantUrl();
    const connecting = connect(url, { connectTimeout: 10_000 });
    await using hub = await startHub({ port: Number(new URL(url).port) });
    await using runtime = await connecting;
    expect(hub.status().leaders).toHaveLength(1);
    await runtime.close();
  });

  it('is refused without the token, or with a wrong one', async () => {
    await using hub = await startHub({ port: 0, token: 'secret' });
    const missing = await rejectionOf(connect(hub.url));
    expect(missing).toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('a token is needed and none was shown'),
    });
    const wrong = await rejectionOf(connect(hub.url, { token: 'guess' }));
    expect(wrong).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringContaining('the token is wrong') });
    await using runtime = await connect(hub.url, { token: 'secret' });
    expect(hub.status().leaders).toHaveLength(1);
    await runtime.close();
  });

  it('needs the token of its role', async () => {
    await using hub = await startHub({ port: 0, tokens: { leader: 'lead', worker: 'work' } });
    expect(await rejectionOf(connect(hub.url, { token: 'work' }))).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await rejectionOf(startWorker({ hub: hub.url, operations: [double], token: 'lead' }))).toMatchObject({
      code: 'UNAUTHORIZED',
    });
    await using worker = await startWorker({ hub: hub.url, operations: [double], token: 'work' });
    await using runtime = await connect(hub.url, { token: 'lead' });
    expect(await runtime.run(double, 1)).toBe(2);
    expect(worker.slots).toBe(4);
  });

  it('is refused by a hub that speaks another version of the protocol', async () => {
    const http = createServer();
    const hub = new SocketServer(http, { transports: ['websocket'], parser: packetParser });
    hub.of('/leader').use((_, next) => {
      next(
        Object.assign(new Error('the hub speaks version 999 of the protocol, the peer version 1'), { data: { code: 'VERSION' } }),
      );
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    try {
      // A TCP server has an address of this kind.
      const { port } = http.address() as AddressInfo;
      const error = await rejectionOf(connect(`http://127.0.0.1:${port}`));
      expect(error).toMatchObject({ code: 'VERSION', message: expect.stringMatching(/version 999 .* version 1$/u) });
    } finally {
      await hub.close();
    }
  });

  it('is refused as a leader of another version, naming both', async () => {
    await using hub = await startHub({ port: 0 });
    const socket = io(`${hub.url}/leader`, {
      transports: ['websocket'],
      parser: packetParser,
      auth: { protocol: 999, key: 'k'.repeat(32), name: '' },
      reconnection: false,
    });
    try {
      const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
      expect(error.message).toMatch(/^the hub speaks version \d+ of the protocol, the peer version 999$/u);
      expect(Reflect.get(error, 'data')).toEqual({ code: 'VERSION' });
    } finally {
      socket.disconnect();
    }
  });

  it.each<[unknown, object, string]>([
    ['not a url', {}, 'connect: expected'],
    [
      'http://127.0.0.1:7400',
      { connectTimeout: -1 },
      'connect: expected connectTimeout to be milliseconds from 0 to 2147483647, or Infinity, got -1',
    ],
    [
      'http://127.0.0.1:7400',
      { noWorkerTimeout: 'soon' },
      'connect: expected noWorkerTimeout to be milliseconds from 0 to 2147483647, or Infinity, got "soon"',
    ],
    ['http://127.0.0.1:7400', { serializer: {} }, 'connect: expected serializer to be a serializer'],
    ['http://127.0.0.1:7400', { serializer: null }, 'connect: expected serializer to be a serializer'],
    ['http://127.0.0.1:7400', { connectTimeout: null }, 'connect: expected connectTimeout to be milliseconds'],
    ['http://127.0.0.1:7400', { noWorkerTimeout: null }, 'connect: expected noWorkerTimeout to be milliseconds'],
    ['http://127.0.0.1:7400', { reconnectTimeout: null }, 'connect: expected reconnectTimeout to be milliseconds'],
  ])('refuses %j with %j', async (url, options, message) => {
    expect(await rejectionOf(connect(url as string, { connectTimeout: 50, ...options }))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it.each(['onLost', 'onBack', 'onRefused', 'onBlocked', 'onSlowCreate', 'onThreadDeath', 'onBroken'])(
    'refuses a worker with an %s that cannot be called',
    async (name) => {
      const options = { hub: 'http://127.0.0.1:1', operations: [double], connectTimeout: 50, [name]: 'log' };
      expect(await rejectionOf(startWorker(options))).toMatchObject({
        code: 'INVALID_INPUT',
        message: `startWorker: expected ${name} to be a function, got "log"`,
      });
    },
  );
});
