import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { maxWatchers } from '../../server/limits.js';

const double = defineOperation({ name: 'double', execute: (value: number) => 2 * value });
const request = 'GET /overview HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('watchers that do not read', () => {
  it('keep neither memory nor work, however many they are', { timeout: 120_000 }, async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true, slots: 4 });
    await using runtime = await connect(hub.url);
    const work = (): Promise<number> => lastValueFrom(range(0, 20_000).pipe(remoteMap(double, runtime)));
    await work();
    const sockets = Array.from({ length: 4 * maxWatchers }, () => connectTcp(hub.port, '127.0.0.1').pause());
    for (const socket of sockets) socket.on('error', () => undefined).write(request);
    await sleep(2_000);
    const heldBytes = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = heldBytes();
    const until = performance.now() + 20_000;
    let rounds = 0;
    while (performance.now() < until) {
      expect(await work()).toBe(39_998);
      rounds += 1;
      await sleep(200);
    }
    expect(rounds).toBeGreaterThan(10);
    expect(heldBytes() - before).toBeLessThan(100 * 1024 ** 2);
    expect((await fetch(`${hub.url}/overview`)).status).toBe(503);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await fetch(`${hub.url}/overview?once`)).status, { timeout: 20_000 }).toBe(200);
  });
});

it('a hub has so many watchers at once, and tells others what to do', async () => {
  await using hub = await startHub({ port: 0 });
  const sockets = Array.from({ length: maxWatchers }, () => connectTcp(hub.port, '127.0.0.1'));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('data', resolve).write(request);
        }),
    ),
  );
  const refused = await fetch(`${hub.url}/overview`);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ reason: expect.stringContaining('close one of them') });
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await fetch(`${hub.url}/overview?once`)).status, { timeout: 20_000 }).toBe(200);
});
