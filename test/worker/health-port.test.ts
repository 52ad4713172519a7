import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { connect, defineOperation } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { gate } from '../support/gate.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

/** What is answered: the status, and what it says. */
async function ask(url: string | undefined, path: string): Promise<string> {
  const response = await fetch(new URL(path, url));
  return `${response.status} ${((await response.json()) as { readonly status: string }).status}`;
}

describe('a worker with a health port', () => {
  it('lives and is ready while a hub has it, and its port is closed with it', async () => {
    await using hub = await startHub({ port: 0 });
    const worker = await startWorker({ hub: hub.url, operations: [double], healthPort: 0 });
    const { healthUrl = '' } = worker;
    expect(healthUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    expect(await ask(healthUrl, '/healthz')).toBe('200 ok');
    expect(await ask(healthUrl, '/readyz?verbose')).toBe('200 ready');
    expect(await ask(healthUrl, '/metrics.json')).toBe('404 not found');
    expect((await fetch(`${healthUrl}/readyz`, { method: 'POST' })).status).toBe(405);
    await worker.close();
    await expect(fetch(`${healthUrl}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('says from the start that it is not ready, and again when its hub is gone', async () => {
    const port = await freePort();
    const healthPort = await freePort();
    const url = `http://127.0.0.1:${healthPort}`;
    const lost = gate();
    const connecting = startWorker({
      hub: `http://127.0.0.1:${port}`,
      operations: [double],
      healthPort,
      connectTimeout: Infinity,
      onLost: () => lost.open(),
    });
    await lost.opened;
    expect(await ask(url, '/readyz')).toBe('503 not connected');
    expect(await ask(url, '/healthz')).toBe('200 ok');
    const hub = await startHub({ port });
    await using worker = await connecting;
    expect(await ask(worker.healthUrl, '/readyz')).toBe('200 ready');
    await hub.close();
    await expect.poll(() => ask(url, '/readyz')).toBe('503 not connected');
  });

  it('is not ready any more once it drains, and lives until it has drained', async () => {
    await using hub = await startHub({ port: 0 });
    const begun = gate();
    const goOn = gate();
    const slow = defineOperation({
      name: 'slow',
      execute: async (x: number) => {
        begun.open();
        await goOn.opened;
        return x;
      },
    });
    const worker = await startWorker({ hub: hub.url, operations: [slow], healthPort: 0 });
    await using runtime = await connect(hub.url);
    const result = runtime.run(slow, 1);
    await begun.opened;
    const drained = worker.drain();
    expect(await ask(worker.healthUrl, '/readyz')).toBe('503 draining');
    expect(await ask(worker.healthUrl, '/healthz')).toBe('200 ok');
    goOn.open();
    expect(await result).toBe(1);
    await drained;
    await expect(fetch(`${worker.healthUrl ?? ''}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('answers one request a connection, and holds none open', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double], healthPort: 0 });
    const socket = connectTcp(Number(new URL(worker.healthUrl ?? '').port), '127.0.0.1');
    socket.write('GET /readyz HTTP/1.1\r\nHost: worker\r\n\r\n'.repeat(100));
    let answers = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answers += text));
    await once(socket, 'close');
    expect(answers.match(/HTTP\/1\.1 200/gu)).toHaveLength(1);
  });

  it('answers whoever asks, however many are connected and ask nothing: the oldest of them makes room', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double], healthPort: 0 });
    const { healthUrl = '' } = worker;
    const port = Number(new URL(healthUrl).port);
    // As many as there may be.
    const idle = Array.from({ length: 64 }, () => connectTcp(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const closed = idle.map((socket) => once(socket, 'close'));
    expect(await ask(healthUrl, '/healthz')).toBe('200 ok');
    await closed[0];
    expect(idle.filter((socket) => socket.readyState === 'open').length).toBeGreaterThan(32);
    for (const socket of idle) socket.destroy();
    await Promise.all(closed);
  });

  it('cannot have one that is taken, and leaves none behind when it cannot start', async () => {
    await using hub = await startHub({ port: 0 });
    await using first = await startWorker({ hub: hub.url, operations: [double], healthPort: 0 });
    const healthPort = Number(new URL(first.healthUrl ?? '').port);
    const second = startWorker({ hub: hub.url, operations: [double], healthPort });
    await expect(second).rejects.toMatchObject({ code: 'INVALID_INPUT', message: /health server cannot listen.*another port/u });
    const free = await freePort();
    await expect(startWorker({ hub: hub.url, operations: [], healthPort: free })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await using third = await startWorker({ hub: hub.url, operations: [double], healthPort: free });
    expect(await ask(third.healthUrl, '/readyz')).toBe('200 ready');
  });

  it.each([
    [{ healthPort: 65_536 }, 'expected healthPort to be a whole number from 0 to 65535, got 65536'],
    [{ healthPort: 1.5 }, 'expected healthPort to be a whole number'],
    [{ healthHost: '0.0.0.0' }, 'expected healthHost beside a healthPort only'],
    [{ healthPort: 0, healthHost: '' }, 'expected healthHost to be an address to listen on'],
  ])('refuses %j', async (options, message) => {
    const start = startWorker({ hub: 'http://127.0.0.1:1', operations: [double], ...options });
    await expect(start).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(message) as unknown });
  });
});
