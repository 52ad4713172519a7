import { connect, defineOperation } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';

const size = defineOperation({ name: 'size', execute: (bytes: Uint8Array) => bytes.byteLength });

it(
  'carries a value of 8 MB over a link of 1 MB/s, beside other work, and no connection is given up',
  { timeout: 60_000 },
  async () => {
    const left: string[] = [];
    await using hub = await startHub({
      port: 0,
      onEvent: (event) => {
        if (event.type === 'left') left.push(`${event.role}: ${event.reason}`);
      },
    });
    await using toWorker = await TcpProxy.start(hub.port);
    await using toLeader = await TcpProxy.start(hub.port);
    toWorker.throttle(1_000_000);
    toLeader.throttle(1_000_000);
    await using worker = await startWorker({ hub: toWorker.url, operations: [size], slots: 2 });
    await using runtime = await connect(toLeader.url);
    const large = runtime.run(size, new Uint8Array(8_000_000));
    for (let count = 1; count <= 5; count += 1) expect(await runtime.run(size, new Uint8Array(count))).toBe(count);
    expect(await large).toBe(8_000_000);
    expect(left).toEqual([]);
    expect(worker.slots).toBe(2);
  },
);
