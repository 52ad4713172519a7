import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub, type Hub, type HubEvent } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, from, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { TcpProxy } from '../chaos/tcp-proxy.js';
import { gate } from '../support/gate.js';

/** An operation that waits for its release when it is given 0, and how often it was begun. */
function counted(name: string) {
  const begun: number[] = [];
  const { opened, open: release } = gate();
  const operation = defineOperation({
    name,
    execute: async (x: number) => {
      begun.push(x);
      if (x === 0) await opened;
      return x;
    },
  });
  return { begun, operation, release };
}

/** Counts who has joined a hub, by role. */
function joining() {
  const joined: Record<string, number> = { leader: 0, worker: 0 };
  const onEvent = (event: HubEvent): void => {
    if (event.type === 'joined') joined[event.role] = (joined[event.role] ?? 0) + 1;
  };
  return { joined, onEvent };
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
    const { begun, operation, release } = counted('through-a-worker-reset');
    const { joined, onEvent } = joining();
    await using hub = await startHub({ port: 0, onEvent });
    await using proxy = await TcpProxy.start(hub.port);
    await using worker = await startWorker({ hub: proxy.url, operations: [operation] });
    await using runtime = await connect(hub.url);
    const result = runtime.run(operation, 0);
    await vi.waitFor(() => expect(begun).toHaveLength(1), 5_000);
    proxy.reset();
    await vi.waitFor(() => expect(joined['worker']).toBe(2), 5_000);
    release();
    expect(await result).toBe(0);
    expect(begun).toEqual([0]);
    expect(worker.slots).toBeGreaterThan(0);
    await isIdle(hub);
  });

  it('goes on, and is executed once, when its leader loses the connection', async () => {
    const { begun, operation, release } = counted('through-a-leader-reset');
    const { joined, onEvent } = joining();
    await using hub = await startHub({ port: 0, onEvent });
    await using proxy = await TcpProxy.start(hub.port);
    await using _worker = await startWorker({ hub: hub.url, operations: [operation] });
    await using runtime = await connect(proxy.url);
    const results = firstValueFrom(from([0, 1, 2, 3]).pipe(remoteMap(operation, runtime, { batch: 1 }), toArray()));
    await vi.waitFor(() => expect(begun).toContain(0), 5_000);
    proxy.reset();
    await vi.waitFor(() => expect(joined['leader']).toBe(2), 5_000);
    release();
    expect(await results).toEqual([0, 1, 2, 3]);
    expect(begun.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    await isIdle(hub);
  });

  it('goes on, and is executed once, when the hub is started anew', async () => {
    const { begun, operation, release } = counted('through-a-hub-restart');
    const first = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: first.url, operations: [operation] });
    await using runtime = await connect(first.url);
    const result = runtime.run(operation, 0);
    await vi.waitFor(() => expect(begun).toHaveLength(1), 5_000);
    await first.close();
    await using second = await startHub({ port: first.port });
    await vi.waitFor(() => expect(second.status().counters['adopted']).toBe(1), 10_000);
    release();
    expect(await result).toBe(0);
    expect(begun).toEqual([0]);
    await isIdle(second);
  });

  it('hands in a result that was finished while the hub was away', async () => {
    const { begun, operation, release } = counted('while-the-hub-is-away');
    const first = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: first.url, operations: [operation] });
    await using runtime = await connect(first.url);
    const result = runtime.run(operation, 0);
    await vi.waitFor(() => expect(begun).toHaveLength(1), 5_000);
    await first.close();
    // It ends in this turn of the event loop; the next hub begins to listen in a later one.
    release();
    await using second = await startHub({ port: first.port });
    expect(await result).toBe(0);
    expect(begun).toEqual([0]);
    await isIdle(second);
  });

  it('is aborted everywhere when its leader is gone, and its slot is free again', async () => {
    const { begun, operation } = counted('gone');
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [operation], slots: 1 });
    const runtime = await connect(hub.url);
    const result = runtime.run(operation, 0);
    await vi.waitFor(() => expect(begun).toHaveLength(1), 5_000);
    const closed = expect(result).rejects.toMatchObject({ code: 'CLOSED' });
    await runtime.close();
    await closed;
    await isIdle(hub);
    await using other = await connect(hub.url);
    expect(await other.run(operation, 1)).toBe(1);
  });
});
