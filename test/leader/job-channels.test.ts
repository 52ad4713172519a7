// What subscribes to channels changes what all of `globalThis` is told.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineOperation, inMemory, remoteMap, TransientError } from 'paladin-rx';
import { lastValueFrom, range } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const told: Record<string, unknown>[] = [];
const listen = (message: unknown): void => {
  told.push({ ...(message as object) });
};
const channels = ['paladin-rx:job', 'paladin-rx:batch'] as const;
beforeEach(() => {
  told.length = 0;
  for (const name of channels) subscribe(name, listen);
});
afterEach(() => {
  for (const name of channels) unsubscribe(name, listen);
});

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const failsAtFirst = defineOperation({
  name: 'fails-at-first',
  execute: (x: number, { attempt }) => {
    if (attempt === 1) throw new TransientError('not yet');
    return x;
  },
});
const fails = defineOperation({
  name: 'fails',
  execute: (): number => {
    throw new Error('no luck');
  },
});

describe('channels of diagnostics', () => {
  it('tell of a job, of its batches, and of its end', async () => {
    await using runtime = inMemory({ workers: 1 });
    await lastValueFrom(range(0, 3).pipe(remoteMap(double, runtime, { batch: 3, name: 'doubles' })));
    const job = { name: 'doubles', operations: ['double'], jobId: expect.stringMatching(/:1$/u) as unknown };
    const batch = { job, part: 1, seq: 0, attempt: 1 };
    const workerId = expect.any(String) as unknown;
    const ms = expect.any(Number) as unknown;
    const counts = { taken: 3, done: 3, emitted: 3, failed: 0, retried: 0, skipped: 0 };
    expect(told).toEqual([
      { type: 'opened', job },
      { ...batch, type: 'sent', first: 0, count: 3, units: 'elements', tried: 0 },
      { ...batch, type: 'result', workerId, workerName: undefined, done: 3, failures: 0, elapsedMs: ms },
      { type: 'ended', job, ending: 'completed', counts, elapsedMs: ms },
    ]);
  });

  it('tell of failures by their number, and of the error that ends a job', async () => {
    await using runtime = inMemory({ workers: 1 });
    await runtime.run(failsAtFirst, 1, { priority: 1 });
    expect(told.filter(({ type }) => type === 'sent').map(({ tried }) => tried)).toEqual([0, 1]);
    expect(told.filter(({ type }) => type === 'result').map(({ failures }) => failures)).toEqual([1, 0]);
    told.length = 0;
    await expect(runtime.run(fails, 1)).rejects.toThrow('no luck');
    expect(told.at(-1)).toMatchObject({ type: 'ended', ending: 'failed', error: { code: 'OPERATION_FAILED' } });
  });

  it('tell nothing of a job that was open before somebody subscribed, and nothing once nobody does', async () => {
    for (const name of channels) unsubscribe(name, listen);
    await using runtime = inMemory({ workers: 1 });
    const early = lastValueFrom(range(0, 3).pipe(remoteMap(double, runtime)));
    for (const name of channels) subscribe(name, listen);
    await early;
    expect(told).toEqual([]);
    await runtime.run(double, 1);
    expect(told).not.toEqual([]);
    for (const name of channels) unsubscribe(name, listen);
    told.length = 0;
    await runtime.run(double, 2);
    expect(told).toEqual([]);
  });
});
