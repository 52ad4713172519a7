import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, defineOperation, PaladinError, remoteMap } from 'paladin-rx';
import { fetchStatus, startHub, type HubEvent } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { range } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { RawPeer } from './raw-peer.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const hinted = /token is (wrong|needed).*; pass the hub's by the option token, --token or PALADIN_TOKEN/u;

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a hub that can be reached from elsewhere', () => {
  it.each([
    [{ host: '0.0.0.0' }, /on 0\.0\.0\.0 anybody .* as leader, worker, observer.*--token.*--insecure/u],
    [{ host: '::', tokens: { leader: 'a', observer: 'b' } }, /on :: anybody .* as worker, without/u],
    [{ trustedProxies: ['127.0.0.1'] }, /behind a proxy anybody/u],
  ])('does not start without a token for each role: %j', async (options, message) => {
    const error = await rejectionOf(startHub({ port: 0, ...options }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) as unknown });
  });

  it('starts with tokens, with authorize, and, with a warning, insecure', async () => {
    const events: HubEvent[] = [];
    const onEvent = (event: HubEvent): void => {
      events.push(event);
    };
    for (const options of [{ token: 'a' }, { authorize: () => undefined }]) {
      await using _ = await startHub({ port: 0, host: '0.0.0.0', onEvent, ...options });
      expect(events).toEqual([]);
    }
    await using _ = await startHub({ port: 0, host: '0.0.0.0', insecure: true, onEvent });
    expect(events).toMatchObject([{ type: 'exposed', roles: ['leader', 'worker', 'observer'] }]);
  });
});

describe('who shows a token', () => {
  it('is told when it is wrong, missing, or of another role, and cut off; the event does not repeat it', async () => {
    const events: HubEvent[] = [];
    const onEvent = (event: HubEvent): void => {
      events.push(event);
    };
    await using hub = await startHub({ port: 0, tokens: { leader: 'lead', worker: 'work', observer: 'look' }, onEvent });
    for (const [role, token] of [
      ['leader', 'wrong'],
      ['leader', undefined],
      ['worker', 'lead'],
      ['observer', 'work'],
    ] as const) {
      using peer = new RawPeer(hub.url, role, token === undefined ? {} : { token });
      expect(await peer.refused).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringMatching(hinted) as unknown });
      await peer.closed;
    }
    expect(events.map((event) => event.type)).toEqual(['refused', 'refused', 'refused', 'refused']);
    expect(JSON.stringify(events)).not.toMatch(/"(wrong|lead|work|look)"/u);
    expect(hub.status().counters).toMatchObject({ unauthorized: 4 });
    await expect(connect(hub.url, { token: 'work' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect((await fetchStatus(hub.url, 'look')).counters).toMatchObject({ unauthorized: 5 });
  });

  it('may show one of several, which are exchanged under load while nothing is lost', async () => {
    await using hub = await startHub({ port: 0, token: ['old', 'new'] });
    const worker = await startWorker({ hub: hub.url, operations: [double], token: 'old' });
    const left: PaladinError[] = [];
    await using stale = await startWorker({
      hub: hub.url,
      operations: [double],
      token: 'old',
      onRefused: (error) => {
        left.push(error);
      },
    });
    await using fresh = await startWorker({ hub: hub.url, operations: [double], token: () => Promise.resolve('new') });
    await using runtime = await connect(hub.url, { token: 'new' });
    await worker.close();
    const count = 20_000;
    let exchanged = false;
    const doubled = range(0, count).pipe(remoteMap(double, runtime, { batch: 10 }));
    const results: number[] = [];
    await doubled.forEach((value) => {
      results.push(value);
      if (exchanged || results.length < 1_000) return;
      exchanged = true;
      hub.setTokens({ token: 'new' });
    });
    expect(results).toEqual(Array.from({ length: count }, (_, x) => 2 * x));
    expect(left).toMatchObject([{ code: 'UNAUTHORIZED', message: expect.stringMatching(/not valid any more/u) as unknown }]);
    expect(hub.status().workers).toMatchObject([{ workerId: fresh.id }]);
    expect(stale.id).not.toBe(fresh.id);
    await expect(connect(hub.url, { token: 'old' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(() => {
      hub.setTokens({ tokens: { leader: 'x' } });
    }).toThrow(/a token for worker and observer, as before/u);
  });

  it('ends its jobs with UNAUTHORIZED when a hub that is back does not take the token any more', async () => {
    const first = await startHub({ port: 0, token: 'old' });
    await using runtime = await connect(first.url, { token: 'old' });
    const waiting = rejectionOf(runtime.run(double, 1));
    await first.close();
    await using _ = await startHub({ port: first.port, token: 'new' });
    expect(await waiting).toMatchObject({ code: 'UNAUTHORIZED' });
  });
});

describe('who is asked for its token at each connection', () => {
  it('is asked again, once it was taken, when its token is refused or cannot be had', async () => {
    const first = await startHub({ port: 0, token: 'old' });
    const reasons: string[] = [];
    let token = (): string => 'old';
    let isBack = (): void => undefined;
    const back = new Promise<void>((resolve) => {
      isBack = resolve;
    });
    await using _ = await startWorker({
      hub: first.url,
      operations: [double],
      token: () => token(),
      onLost: (reason) => {
        reasons.push(reason);
        if (reason.includes('refused the worker: the token is wrong')) {
          token = () => {
            throw new Error('the issuer sleeps');
          };
        } else if (reason.includes('there is no token for hub')) token = () => 'new';
      },
      onBack: isBack,
    });
    await first.close();
    await using hub = await startHub({ port: first.port, token: 'new' });
    await back;
    expect(hub.status().counters).toMatchObject({ unauthorized: 1 });
    expect(reasons.at(-1)).toBe(`there is no token for hub ${hub.url}: the issuer sleeps`);
  });

  it('is asked at the most for 30 s; then its jobs end with UNAUTHORIZED', async () => {
    const first = await startHub({ port: 0, token: 'old' });
    await using runtime = await connect(first.url, { token: () => 'old' });
    const waiting = rejectionOf(runtime.run(double, 1));
    await first.close();
    let refusals = 0;
    const onEvent = ({ type }: HubEvent): void => {
      if (type !== 'refused') return;
      refusals += 1;
      // It knows of the first for sure once it comes again.
      if (refusals !== 2) return;
      const now = performance.now.bind(performance);
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
    };
    try {
      await using _ = await startHub({ port: first.port, token: 'new', onEvent });
      expect(await waiting).toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringMatching(hinted) as unknown });
      expect(refusals).toBe(2);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('has as long where the hub was full before it looked at the token', async () => {
    const first = await startHub({ port: 0, token: 'old' });
    let token = (): string | Promise<string> => 'old';
    let isBack = (): void => undefined;
    let refused = (_: PaladinError): void => undefined;
    const back = new Promise<void>((resolve, reject) => {
      isBack = resolve;
      refused = reject;
    });
    await using _ = await startWorker({
      hub: first.url,
      operations: [double],
      token: () => token(),
      onRefused: refused,
      onBack: isBack,
    });
    let fill = (): void => undefined;
    const filled = new Promise<void>((resolve) => {
      fill = resolve;
    });
    token = async () => {
      await filled;
      return 'old';
    };
    await first.close();
    const codes: string[] = [];
    const onEvent = (event: HubEvent): void => {
      if (event.type !== 'refused') return;
      codes.push(event.code);
      if (event.code === 'UNAUTHORIZED') token = () => 'new';
      // It knows of the first for sure once it comes again.
      if (codes.length !== 2) return;
      const now = performance.now.bind(performance);
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
      filler.terminate();
    };
    await using hub = await startHub({ port: first.port, token: 'new', maxConnections: 1, onEvent });
    const filler = new WebSocket(`ws://127.0.0.1:${hub.port}/socket.io/?EIO=4&transport=websocket`);
    try {
      filler.once('open', fill);
      await back;
      expect(codes.slice(0, 2)).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
      expect(codes.at(-1)).toBe('UNAUTHORIZED');
    } finally {
      vi.restoreAllMocks();
      filler.terminate();
    }
  });

  it('is not asked again when it was never taken', async () => {
    await using hub = await startHub({ port: 0, token: 'new' });
    const token = vi.fn(() => 'old');
    expect(await rejectionOf(connect(hub.url, { token }))).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(token).toHaveBeenCalledOnce();
  });
});

describe('a worker that the hub refuses once it knows what it offers', () => {
  it.each([
    [{ maxSlotsPerWorker: 1 }, 'more than 1 slots, 2 (maxSlotsPerWorker)'],
    [{ maxOperationsPerWorker: 1 }, 'more than 1 operations, serializers or labels, 2 (maxOperationsPerWorker)'],
  ])('is told of, or the program is warned: %j', async (limits, reason) => {
    await using hub = await startHub({ port: 0, ...limits });
    const options = { hub: hub.url, operations: [double], labels: ['a', 'b'], slots: 2 };
    const refused = new Promise<PaladinError>((resolve) => {
      void startWorker({ ...options, onRefused: resolve });
    });
    const message = `hub ${hub.url} disconnected the worker: the hub's limit is reached: ${reason}`;
    expect(await refused).toMatchObject({ code: 'LIMIT_EXCEEDED', message });
    const warned = once(process, 'warning');
    await startWorker(options);
    expect((await warned)[0]).toMatchObject({
      name: 'PaladinWarning',
      message: `the worker executes nothing any more: ${message}`,
    });
  });
});

describe('authorize', () => {
  it('lets in under a name, with limits, as the role that it grants', async () => {
    await using hub = await startHub({
      port: 0,
      authorize: ({ token, role, name, address }) =>
        Promise.resolve(
          token === 'ann'
            ? { role, name: `${name} of ann at ${address}`, limits: { maxJobsPerLeader: 7 } }
            : token === 'worker'
              ? { role: 'worker' }
              : undefined,
        ),
    });
    await using _ = await connect(hub.url, { token: 'ann', name: 'leader' });
    expect(hub.status().leaders).toMatchObject([{ name: 'leader of ann at 127.0.0.1' }]);
    using peer = new RawPeer(hub.url, 'leader', { token: 'ann' });
    expect(await peer.got('welcome')).toMatchObject({ limits: { maxJobsPerLeader: 7 } });
    await expect(connect(hub.url, { token: 'worker' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('it is authorized as worker, not as leader') as unknown,
    });
    await expect(connect(hub.url)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret details');
      },
    ],
    ['grants nonsense', () => ({ role: 'leader', limits: { maxConnections: 5 } }) as never],
    ['never answers', () => new Promise<undefined>(() => undefined)],
  ])('refuses when it %s, telling the reason only to the hub', async (_, authorize) => {
    const events: HubEvent[] = [];
    await using hub = await startHub({
      port: 0,
      authorize,
      authenticateWithinMs: 200,
      onEvent: (event) => {
        events.push(event);
      },
    });
    using peer = new RawPeer(hub.url, 'leader');
    const { code, message } = await peer.refused;
    expect(code).toBe('UNAUTHORIZED');
    expect(message).toMatch(/could not be authorized/u);
    await peer.closed;
    expect(events).toMatchObject([{ type: 'authorizationFailed' }, { type: 'refused', code: 'UNAUTHORIZED' }]);
  });

  it('tells what a PaladinError says', async () => {
    await using hub = await startHub({
      port: 0,
      authorize: () => {
        throw new PaladinError('UNAUTHORIZED', 'the token has expired; fetch another');
      },
    });
    await expect(connect(hub.url)).rejects.toMatchObject({
      message: expect.stringContaining('has expired; fetch another') as unknown,
    });
  });

  it('does not stand beside tokens', async () => {
    await expect(startHub({ port: 0, token: 'a', authorize: () => undefined })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

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
    await bad.refused;
    expect(events).toMatchObject([{ type: 'refused', role: 'browser', code: 'UNAUTHORIZED' }]);
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
