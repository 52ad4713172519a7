import { once } from 'node:events';
import { connect, defineOperation, type PaladinError, remoteMap } from 'paladin-rx';
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
    expect((await fetchStatus(hub.url, { token: 'look' })).counters).toMatchObject({ unauthorized: 5 });
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
    const count = 5_000;
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
