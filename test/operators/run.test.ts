import { getEventListeners } from 'node:events';
import { connect, defineOperation, inMemory, remoteMap, TransientError, FatalError, type Runtime } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, of, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rangeOf } from '../../server/limits.js';
import { aborted, gate } from '../support/gate.js';
import { rejectionOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('run', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('resolves to the output, whatever it is', async () => {
    const echo = defineOperation({ name: 'echo', execute: async (value: unknown) => value });
    expect(await runtime.run(double, 21)).toBe(42);
    expect(await runtime.run(echo, undefined)).toBeUndefined();
    expect(await Promise.all(Array.from({ length: 50 }, (_, x) => runtime.run(double, x)))).toEqual(
      Array.from({ length: 50 }, (_, x) => 2 * x),
    );
  });

  it('rejects with what the operation failed of', async () => {
    const fail = defineOperation({
      name: 'fail',
      execute: (_: number) => {
        throw new RangeError('no');
      },
    });
    expect(await rejectionOf(runtime.run(fail, 1))).toMatchObject({
      code: 'OPERATION_FAILED',
      operation: 'fail',
      index: 0,
      attempts: 1,
      cause: { name: 'RangeError', message: 'no' },
    });
  });

  it('tries again as told', async () => {
    let tries = 0;
    const flaky = defineOperation({
      name: 'flaky',
      execute: (x: number) => {
        tries += 1;
        if (tries < 3) throw new TransientError('busy');
        return x;
      },
    });
    expect(await runtime.run(flaky, 5)).toBe(5);
    tries = -2;
    expect(await rejectionOf(runtime.run(flaky, 5, { retry: { strategy: 'immediate', maxRetries: 1 } }))).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      attempts: 2,
    });
  });

  it('rejects where the operation leaves its only element out', async () => {
    const skip = defineOperation({
      name: 'skip',
      execute: (_: number) => {
        throw new FatalError('not this one', { onFatal: 'skip' });
      },
    });
    expect(await rejectionOf(runtime.run(skip, 1))).toMatchObject({ code: 'OPERATION_FAILED' });
  });

  it("rejects with the signal's reason where that is aborted, and the operation is told", async () => {
    const [begun, told] = [gate(), gate()];
    const waiting = defineOperation({
      name: 'waiting',
      execute: async (_: number, { signal }) => {
        begun.open();
        await aborted(signal);
        told.open();
      },
    });
    const controller = new AbortController();
    const running = runtime.run(waiting, 1, { signal: controller.signal });
    await begun.opened;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await told.opened;
  });

  it('does not begin where the signal is aborted already', async () => {
    const reason = new Error('too late');
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it("rejects with the signal's reason also where that is no error", async () => {
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort('a text') })).rejects.toBe('a text');
    const never = defineOperation({ name: 'never', execute: async (_: number, { signal }) => await aborted(signal) });
    const controller = new AbortController();
    const running = runtime.run(never, 1, { signal: controller.signal });
    controller.abort('a text');
    await expect(running).rejects.toBe('a text');
  });

  it('is not disturbed by a signal that is aborted afterwards', async () => {
    const controller = new AbortController();
    expect(await runtime.run(double, 1, { signal: controller.signal })).toBe(2);
    controller.abort();
    expect(await runtime.run(double, 2)).toBe(4);
  });

  it('rejects what it cannot run', async () => {
    expect(await rejectionOf(runtime.run({} as never, 1))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rejectionOf(runtime.run(double, (() => 1) as never))).toMatchObject({ code: 'NOT_SERIALIZABLE', index: 0 });
  });

  it('may share a job with those before it, and is the first element of it all the same', async () => {
    await using single = inMemory({ workers: 1 });
    const setUps: string[] = [];
    const seen: { readonly index: number; readonly jobId: string }[] = [];
    const inspect = defineOperation({
      name: 'inspect',
      create: () => {
        setUps.push('set up');
        return (value: number, { index, jobId }) => {
          seen.push({ index, jobId });
          if (value < 0) throw new FatalError('below 0', value === -2 ? { onFatal: 'skip' } : {});
          return value;
        };
      },
    })();
    // The first shows that it is run again.
    for (const value of [0, 1, 2, 3]) expect(await single.run(inspect, value)).toBe(value);
    expect(await rejectionOf(single.run(inspect, -2))).toMatchObject({
      message: "operation 'inspect' left its only element out",
    });
    expect(await single.run(inspect, 4)).toBe(4);
    expect(await rejectionOf(single.run(inspect, -1))).toMatchObject({ code: 'OPERATION_FAILED', index: 0, attempts: 1 });
    // One that fails ends its job.
    expect(await single.run(inspect, 5)).toBe(5);
    // Options, also the signal of one that was aborted, are no other's.
    expect(await single.run(inspect, 6, { timeout: 1_000 })).toBe(6);
    expect(await single.run(inspect, 7)).toBe(7);
    expect(new Set(seen.map(({ index }) => index))).toEqual(new Set([0]));
    const jobs = seen.map(({ jobId }) => jobId);
    expect(jobs[1]).not.toBe(jobs[0]);
    expect(new Set(jobs.slice(1, 7)).size).toBe(1);
    expect([jobs[7] === jobs[6], jobs[8] === jobs[7], jobs[9] === jobs[7]]).toEqual([false, false, true]);
    expect(setUps).toHaveLength(4);
  });

  it('goes into another job once it was aborted', async () => {
    const begun = gate();
    const jobs: string[] = [];
    const abortable = defineOperation({
      name: 'abortable',
      execute: async (waits: boolean, { signal, jobId }) => {
        jobs.push(jobId);
        begun.open();
        if (waits) await aborted(signal);
        return waits;
      },
    });
    for (let at = 0; at < 2; at += 1) expect(await runtime.run(abortable, false)).toBe(false);
    const controller = new AbortController();
    const running = runtime.run(abortable, true, { signal: controller.signal });
    await vi.waitFor(() => expect(jobs).toHaveLength(3));
    controller.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(await runtime.run(abortable, false)).toBe(false);
    expect([jobs[1] === jobs[2], jobs[2] === jobs[3]]).toEqual([true, false]);
  });

  it('has a job of its own while anything else is under way, which it might have to wait behind', async () => {
    const [begun, done] = [gate(), gate()];
    const tell = defineOperation({ name: 'tell', execute: (_: number, { jobId }) => jobId });
    const waits = defineOperation({
      name: 'waits',
      execute: async (x: number) => {
        begun.open();
        await done.opened;
        return x;
      },
    });
    const before = [await runtime.run(tell, 1), await runtime.run(tell, 2), await runtime.run(tell, 3)];
    expect(before[2]).toBe(before[1]);
    const waiting = runtime.run(waits, 1);
    await begun.opened;
    expect(await runtime.run(tell, 4)).not.toBe(before[2]);
    done.open();
    expect(await waiting).toBe(1);
  });

  it('acknowledges in time, also where a hub lets little be unacknowledged, and where a worker leaves', async () => {
    const { least } = rangeOf('maxUnacknowledgedPerLeader');
    await using hub = await startHub({ port: 0, maxUnacknowledgedPerLeader: least });
    const worker = await startWorker({ hub: hub.url, operations: [double] });
    await using leader = await connect(hub.url);
    for (let at = 0; at < 2 * least; at += 1) expect(await leader.run(double, at)).toBe(2 * at);
    await worker.drain();
    expect(hub.status().jobs.map(({ unacknowledged }) => unacknowledged)).toEqual([0]);
    await expect(startHub({ port: 0, maxUnacknowledgedPerLeader: least - 1 })).rejects.toThrow(`from ${least} to`);
  });

  it('is not kept out by jobs that rest, where the hub admits few, and these end by themselves', async () => {
    const triple = defineOperation({ name: 'triple', execute: (x: number) => 3 * x });
    await using hub = await startHub({ port: 0, maxJobsPerLeader: 1 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double, triple] });
    await using leader = await connect(hub.url);
    for (let at = 0; at < 3; at += 1) {
      expect(await leader.run(double, 1)).toBe(2);
      expect(await leader.run(triple, 1)).toBe(3);
    }
    expect(await firstValueFrom(of(2).pipe(remoteMap(double, leader)))).toBe(4);
    expect(await Promise.all([leader.run(double, 3), leader.run(triple, 3), leader.run(double, 4)])).toEqual([6, 9, 8]);
    // Nor is a job that waits while runs follow one another without end.
    const mapped = { isDone: false };
    const mapping = firstValueFrom(
      of(7).pipe(
        remoteMap(triple, leader),
        tap(() => (mapped.isDone = true)),
      ),
    );
    let rounds = 0;
    for (; !mapped.isDone && rounds < 10_000; rounds += 1) await leader.run(double, rounds);
    expect(await mapping).toBe(21);
    expect(rounds).toBeLessThan(100);
    await vi.waitFor(() => expect(hub.status().jobs).toEqual([]), 5_000);
  });

  it('goes on with a job that rested while the hub was away', async () => {
    const jobs = new Set<string>();
    const halve = defineOperation({
      name: 'halve',
      execute: (x: number, { jobId }) => {
        jobs.add(jobId);
        return x / 2;
      },
    });
    const first = await startHub({ port: 0 });
    const { port, url } = first;
    await using _worker = await startWorker({ hub: url, operations: [halve] });
    await using leader = await connect(url);
    for (let at = 0; at < 2; at += 1) expect(await leader.run(halve, 2)).toBe(1);
    await first.close();
    await using _again = await startHub({ port });
    expect(await leader.run(halve, 4)).toBe(2);
    expect(await leader.run(halve, 6)).toBe(3);
    expect(jobs.size).toBe(2);
  });

  it('rejects, each time, once the hub does not want its leader any more', async () => {
    await using hub = await startHub({ port: 0, token: 'old' });
    await using leader = await connect(hub.url, { token: 'old' });
    const waiting = leader.run(double, 1);
    hub.setTokens({ token: 'new' });
    expect(await rejectionOf(waiting)).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await rejectionOf(leader.run(double, 1))).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await rejectionOf(leader.run(double, 2))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('takes one signal for any number of runs: none warns of a leak, all end with its reason, and nothing is left at it', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const endless = defineOperation({ name: 'endless', execute: () => new Promise<never>(() => undefined) });
    const controller = new AbortController();
    const { signal } = controller;
    await using own = inMemory();
    const twice = defineOperation({ name: 'twice', execute: (x: number) => 2 * x });
    await Promise.all(Array.from({ length: 30 }, (_, x) => own.run(twice, x, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const runs = Array.from({ length: 30 }, () => own.run(endless, 1, { signal }).catch((error: unknown) => error));
    controller.abort('gone');
    expect(new Set(await Promise.all(runs))).toEqual(new Set(['gone']));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});
