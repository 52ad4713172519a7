import { connect } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineOperation } from '../../src/operation/operation.js';
import { startWorker } from '../../src/worker.browser.js';
import type { Worker } from '../../src/worker/worker.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const hang = defineOperation({ name: 'hang', execute: (_: number) => new Promise<number>(() => undefined) });

/** What listens to the end of the page. */
const listeners = new Set<(event: { readonly persisted: boolean }) => void>();

beforeEach(() => {
  listeners.clear();
  vi.stubGlobal('addEventListener', (_: 'pagehide', listener: never) => listeners.add(listener));
  vi.stubGlobal('removeEventListener', (_: 'pagehide', listener: never) => listeners.delete(listener));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A worker of a page that listens to the page's end. */
async function workerOf(hub: string, onRefused?: () => void): Promise<Worker> {
  const worker = await startWorker({ hub, token: 'first', operations: [double, hang], onRefused });
  expect(listeners.size).toBe(1);
  return worker;
}

describe('a worker in a page', () => {
  it('leaves the hub when the page ends, but not when the browser keeps the page', async () => {
    await using hub = await startHub({ port: 0, token: 'first' });
    await workerOf(hub.url);
    for (const listener of listeners) listener({ persisted: true });
    expect([listeners.size, hub.status().workers.length]).toEqual([1, 1]);
    for (const listener of listeners) listener({ persisted: false });
    await vi.waitFor(() => expect(hub.status().workers).toEqual([]));
    expect(listeners.size).toBe(0);
  });

  it('listens to the page no more once it has ended, in whatever way', async () => {
    await using hub = await startHub({ port: 0, token: 'first' });
    const drained = await workerOf(hub.url);
    await expect(drained.drain({ timeout: -1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(listeners.size).toBe(1);
    await drained.drain();
    expect(listeners.size).toBe(0);
    const closed = await workerOf(hub.url);
    await closed.close();
    expect(listeners.size).toBe(0);
    const refused = new Promise<void>(
      (resolve) => void workerOf(hub.url, resolve).then(() => hub.setTokens({ token: 'second' })),
    );
    await refused;
    await vi.waitFor(() => expect(listeners.size).toBe(0));
    await expect(startWorker({ hub: hub.url, token: 'first', operations: [double] })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(listeners.size).toBe(0);
  });

  it('nor where it could not finish what it had begun', async () => {
    await using hub = await startHub({ port: 0, token: 'first' });
    await using runtime = await connect(hub.url, { token: 'first' });
    const worker = await workerOf(hub.url);
    const ended = expect(runtime.run(hang, 1)).rejects.toMatchObject({ code: 'CLOSED' });
    await vi.waitFor(() => expect(worker.undone.batches).toBe(1));
    await expect(worker.drain({ timeout: 0 })).rejects.toMatchObject({ code: 'CLOSED' });
    expect(listeners.size).toBe(0);
    await runtime.close();
    await ended;
  });
});
