import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, from, toArray } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { TcpProxy } from '../chaos/tcp-proxy.js';

/** An operation that takes as long as it is told, and how often it was begun. */
function counted(name: string) {
  const begun: number[] = [];
  const operation = defineOperation({
    name,
    execute: async (ms: number) => {
      begun.push(ms);
      await sleep(ms);
      return ms;
    },
  });
  return { begun, operation };
}

/** Nothing is left at the hub, once it had the time to hear of it: a job of `run` stays open for a second. */
async function isIdle(hub: Hub): Promise<void> {
  await vi.waitFor(() => {
    const { jobs, workers } = hub.status();
    expect(jobs).toEqual([]);
    for (const worker of workers) expect(worker).toMatchObject({ leased: 0, ending: 0 });
  }, 5_000);
}

describe('what is running', () => {
  it('goes on, and is executed once, when its worker loses the connection', async () => {
    const { begun, operation } = counted('through-a-worker-reset');
    await using hub = await startHub({ port: 0 });
    await using proxy = await TcpProxy.start(hub.port);
    await using worker = await startWorker({ hub: proxy.url, operations: [operation] });
    await using runtime = await connect(hub.url);
    const result = runtime.run(operation, 600);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    proxy.reset();
    expect(await result).toBe(600);
    expect(begun).toEqual([600]);
    expect(worker.slots).toBeGreaterThan(0);
    await isIdle(hub);
  });

  it('goes on, and is executed once, when its leader loses the connection', async () => {
    const { begun, operation } = counted('through-a-leader-reset');
    await using hub = await startHub({ port: 0 });
    await using proxy = await TcpProxy.start(hub.port);
    await using _worker = await startWorker({ hub: hub.url, operations: [operation] });
    await using runtime = await connect(proxy.url);
    const results = firstValueFrom(from([500, 1, 2, 3]).pipe(remoteMap(operation, runtime, { batch: 1 }), toArray()));
    await vi.waitFor(() => expect(begun).toContain(500));
    proxy.reset();
    expect(await results).toEqual([500, 1, 2, 3]);
    expect(begun.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 500]);
    await isIdle(hub);
  });

  it('goes on, and is executed once, when the hub is started anew', async () => {
    const { begun, operation } = counted('through-a-hub-restart');
    const first = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: first.url, operations: [operation] });
    await using runtime = await connect(first.url);
    const result = runtime.run(operation, 1_500);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    await first.close();
    await using second = await startHub({ port: first.port });
    expect(await result).toBe(1_500);
    expect(begun).toEqual([1_500]);
    await isIdle(second);
  });

  it('hands in a result that was finished while the hub was away', async () => {
    const { begun, operation } = counted('while-the-hub-is-away');
    const first = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: first.url, operations: [operation] });
    await using runtime = await connect(first.url);
    const result = runtime.run(operation, 200);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    await first.close();
    await sleep(400);
    await using second = await startHub({ port: first.port });
    expect(await result).toBe(200);
    expect(begun).toEqual([200]);
    await isIdle(second);
  });

  it('is aborted everywhere when its leader is gone, and its slot is free again', async () => {
    const { begun, operation } = counted('gone');
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [operation], slots: 1 });
    const runtime = await connect(hub.url);
    const result = runtime.run(operation, 60_000);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    const closed = expect(result).rejects.toMatchObject({ code: 'CLOSED' });
    await runtime.close();
    await closed;
    await isIdle(hub);
    await using other = await connect(hub.url);
    expect(await other.run(operation, 1)).toBe(1);
  });
});
