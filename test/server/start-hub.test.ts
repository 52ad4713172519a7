import { connect as connectTcp } from 'node:net';
import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub, type HubActivity, type HubEvent } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isThorough } from '../support/thorough.js';

describe('a hub', () => {
  it('closes also while a connection says nothing', async () => {
    const hub = await startHub({ port: 0 });
    const silent = connectTcp(hub.port, '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    const ended = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => undefined);
    await hub.close();
    await ended;
  });

  it('passes on failures with large details, and keeps the worker', async () => {
    const details = 'x'.repeat(16_000);
    const boom = defineOperation({
      name: 'boom',
      create: () => (): number => {
        throw Object.assign(new Error('boom'), { details });
      },
    });
    const broken = defineOperation({
      name: 'broken',
      create: (): (() => number) => {
        throw Object.assign(new Error('broken'), { details });
      },
    });
    const left: HubEvent[] = [];
    const onEvent = (event: HubEvent): void => void (event.type === 'left' && left.push(event));
    // A slow machine hands back what waits. Nothing else may come to nothing.
    const lost: HubActivity[] = [];
    const onActivity = (activity: HubActivity): void =>
      void (activity.type === 'batchLost' && activity.cause !== 'returned' && lost.push(activity));
    await using hub = await startHub({ port: 0, onEvent, onActivity });
    await using worker = await startWorker({ hub: hub.url, operations: { boom, broken } });
    await using runtime = await connect(hub.url);
    // A result has room for the failures of some 60 elements.
    const elements = isThorough ? 3_000 : 140;
    for (const operation of [boom(), broken()]) {
      let skipped = 0;
      const onSkip = (): void => {
        skipped += 1;
      };
      const options = { onFatal: 'skip', onSkip, batch: elements / 2 } as const;
      expect(await lastValueFrom(range(0, elements).pipe(remoteMap(operation, runtime, options), toArray()))).toEqual([]);
      expect(skipped).toBe(elements);
    }
    expect(lost).toEqual([]);
    expect(left).toEqual([]);
    expect(hub.status()).toMatchObject({ workers: [{ workerId: worker.id }], counters: { expelled: 0 } });
  });

  it('gives what a worker had that closed to another, and blames nobody', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun: number[] = [];
    const wait = defineOperation({
      name: 'wait',
      execute: async (input: number) => {
        begun.push(input);
        if (begun.length < 6) await new Promise(() => undefined);
        await released;
        return begun.length;
      },
    });
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url);
    const result = runtime.run(wait, 1);
    for (let workers = 1; workers <= 5; workers += 1) {
      const worker = await startWorker({ hub: hub.url, operations: [wait] });
      while (begun.length < workers) await new Promise((resolve) => setImmediate(resolve));
      await worker.close();
    }
    await using last = await startWorker({ hub: hub.url, operations: [wait] });
    release();
    expect(await result).toBe(6);
    expect(last.slots).toBe(4);
  });
});
