import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Overview } from '../../src/protocol/overview.js';
import { watch } from './overview-stream.js';

const double = defineOperation({ name: 'double', execute: (value: number) => 2 * value });

describe('what a hub tells its page', () => {
  it('is told at once, and again each second', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true, slots: 2, name: 'kiln' });
    await using runtime = await connect(hub.url, { name: 'planner' });
    await using stream = await watch(hub.port);
    expect([stream.status, stream.type]).toEqual([200, 'application/x-ndjson']);
    const first = await stream.next();
    expect(first).toMatchObject({
      epoch: hub.status().epoch,
      totals: { leaders: 1, workers: 1, slots: 2, jobs: 0 },
      verdict: { state: 'idle', text: 'no job is open' },
      workers: [{ name: 'kiln', state: 'here', slots: 2 }],
    });
    expect(await lastValueFrom(from([1, 2, 3]).pipe(remoteMap(double, runtime)))).toBe(6);
    const second = await stream.next();
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? Infinity) + 900);
    expect(second?.elementsPerSecond).toBeGreaterThanOrEqual(2);
    expect(second?.bytesPerSecond.in).toBeGreaterThan(0);
    expect(second?.executions.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  it('has what leaders say of their jobs: to watch makes them say it', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url, { name: 'planner' });
    const waiting = firstValueFrom(from([1]).pipe(remoteMap(double, runtime, { name: 'nightly' })));
    const ended = expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await using stream = await watch(hub.port);
    let last: Overview | undefined;
    do last = await stream.next();
    while (last?.jobs[0]?.state !== 'waiting');
    expect(last.jobs).toMatchObject([{ name: 'nightly', leader: 'planner', stages: ['double'], waitsFor: expect.any(String) }]);
    expect(last.verdict.state).toBe('trouble');
    await runtime.close();
    await ended;
  });

  it('is one JSON text for who asks once', async () => {
    await using hub = await startHub({ port: 0, path: '/bus' });
    const response = await fetch(`${hub.url}/overview?once`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toMatchObject({ verdict: { state: 'idle', text: 'nobody is connected' } });
  });

  it('is for observers', async () => {
    await using hub = await startHub({ port: 0, tokens: { observer: 'seen' } });
    expect((await fetch(`${hub.url}/overview`)).status).toBe(401);
    await using stream = await watch(hub.port, { authorization: 'Bearer seen' });
    expect(await stream.next()).toMatchObject({ jobs: [] });
    // Tokens change: who shows none of them is cut off.
    hub.setTokens({ tokens: { observer: 'other' } });
    await expect(
      (async () => {
        while ((await stream.next()) !== undefined);
      })(),
    ).rejects.toThrow();
    const head = await fetch(`${hub.url}/overview`, { method: 'HEAD', headers: { authorization: 'Bearer other' } });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  });

  it('ends with the hub', async () => {
    const hub = await startHub({ port: 0 });
    await using stream = await watch(hub.port);
    expect(await stream.next()).toBeDefined();
    await hub.close();
    await expect(
      (async () => {
        while ((await stream.next()) !== undefined);
      })(),
    ).rejects.toThrow();
  });
});
