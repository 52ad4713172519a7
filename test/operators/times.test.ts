import { connect, defineOperation, inMemory, remoteMap } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const nowhere = 'http://127.0.0.1:1';
const refused = (option: string, least: number, got: number): unknown =>
  expect.objectContaining({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(
      `expected ${option} to be milliseconds from ${least} to 2147483647, or Infinity, got ${got}`,
    ),
  });

describe('times', () => {
  it.each<[string, string, number, (ms: number) => unknown]>([
    ['connect', 'connectTimeout', 0, (ms) => connect(nowhere, { connectTimeout: ms })],
    ['connect', 'noWorkerTimeout', 0, (ms) => connect(nowhere, { noWorkerTimeout: ms })],
    ['connect', 'reconnectTimeout', 0, (ms) => connect(nowhere, { reconnectTimeout: ms })],
    ['fetchStatus', 'connectTimeout', 0, (ms) => fetchStatus(nowhere, { connectTimeout: ms })],
    ['startWorker', 'connectTimeout', 0, (ms) => startWorker({ hub: nowhere, operations: [double], connectTimeout: ms })],
    ['startWorker', 'threadStartTimeout', 1, (ms) => startWorker({ hub: nowhere, modules: ['x'], threadStartTimeout: ms })],
    ['inMemory', 'noWorkerTimeout', 0, (ms) => inMemory({ noWorkerTimeout: ms })],
    ['inMemory', 'threadStartTimeout', 1, (ms) => inMemory({ modules: ['x'], threadStartTimeout: ms })],
    ['remoteMap', 'timeout', 1, (ms) => remoteMap(double, inMemory(), { timeout: ms })],
  ])('of %s have the same bounds: %s', async (_, option, least, take) => {
    for (const ms of [least - 1, 2 ** 31]) {
      await expect((async () => await take(ms))()).rejects.toEqual(refused(option, least, ms));
    }
  });

  it('of drain have these, too', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    for (const ms of [-1, 2 ** 31]) await expect(worker.drain({ timeout: ms })).rejects.toEqual(refused('timeout', 0, ms));
  });

  it('may be Infinity: then nothing ends what is waited for', async () => {
    await using hub = await startHub({ port: 0 });
    const slow = defineOperation({ name: 'slow', execute: (x: number) => new Promise((done) => setImmediate(done, x)) });
    await using worker = await startWorker({ hub: hub.url, operations: [slow], connectTimeout: Infinity });
    const forEver = { connectTimeout: Infinity, noWorkerTimeout: Infinity, reconnectTimeout: Infinity };
    await using runtime = await connect(hub.url, forEver);
    expect(await lastValueFrom(of(7).pipe(remoteMap(slow, runtime, { timeout: Infinity })))).toBe(7);
    expect((await fetchStatus(hub.url, { connectTimeout: Infinity })).totals.workers).toBe(1);
    await worker.drain({ timeout: Infinity });
  });
});
