import { AsyncLocalStorage } from 'node:async_hooks';
import {
  connect,
  defineMonoid,
  defineOperation,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  TransientError,
  type JobProgress,
  type RemoteOptions,
} from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { from, lastValueFrom, NEVER, of, range, startWith, Subject, take } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** An operation whose elements wait until they are let go. */
function gate(name: string): { readonly gated: typeof double; open(): void } {
  let open: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gated = defineOperation({
    name,
    execute: async (x: number) => {
      await isOpen;
      return x;
    },
  });
  return { gated, open: () => open() };
}

const last = (told: readonly JobProgress[]): JobProgress | undefined => told.at(-1);

describe('onProgress', () => {
  it('is told once at the end how far the job came, before the subscriber is told of the end', async () => {
    await using runtime = inMemory();
    const order: string[] = [];
    const told: JobProgress[] = [];
    const onProgress = (progress: JobProgress): void => {
      told.push(progress);
      order.push(progress.state);
    };
    await new Promise<void>((resolve) => {
      range(0, 1_000)
        .pipe(remoteMap(double, runtime, { name: 'doubles', onProgress }))
        .subscribe({
          complete: () => {
            order.push('complete');
            resolve();
          },
        });
    });
    expect(last(told)).toMatchObject({ name: 'doubles', operations: ['double'], state: 'completed', total: 1_000 });
    expect(last(told)).toMatchObject({
      taken: 1_000,
      done: 1_000,
      emitted: 1_000,
      inFlight: 0,
      failed: 0,
      skipped: 0,
      retried: 0,
    });
    expect(order.slice(-2)).toEqual(['completed', 'complete']);
    expect(order.filter((state) => state === 'completed')).toHaveLength(1);
    expect(Object.keys(last(told) ?? {})).not.toContain('waitsFor');
  });

  it('is told while the job goes on, and not after the subscriber has left', async () => {
    await using runtime = inMemory();
    const { gated, open } = gate('gated');
    const told: JobProgress[] = [];
    const subscription = from([1, 2, 3])
      .pipe(remoteMap(gated, runtime, { total: 3, onProgress: (progress) => told.push(progress) }))
      .subscribe();
    await vi.waitFor(() => {
      expect(told.length).toBeGreaterThanOrEqual(2);
    });
    expect(told[0]).toMatchObject({ state: 'running', taken: 3, done: 0, total: 3 });
    subscription.unsubscribe();
    const count = told.length;
    open();
    const later: JobProgress[] = [];
    await lastValueFrom(of(1).pipe(remoteMap(double, runtime, { onProgress: (progress) => later.push(progress) })));
    await vi.waitFor(() => {
      expect(runtime.jobs()).toEqual([]);
    });
    expect(told).toHaveLength(count);
  });

  it('is told of an error, with what was retried, left out and failed', async () => {
    await using runtime = inMemory();
    const failing = defineOperation({
      name: 'failing',
      execute: (x: number, { attempt }) => {
        if (x === 1 && attempt === 1) throw new TransientError('once more');
        if (x === 3) throw new Error('no');
        return x;
      },
    });
    const told: JobProgress[] = [];
    const options: RemoteOptions = { onProgress: (progress) => told.push(progress) };
    await expect(lastValueFrom(of(0, 1, 2, 3).pipe(remoteMap(failing, runtime, options)))).rejects.toThrow('no');
    expect(last(told)).toMatchObject({ state: 'failed', retried: 1, failed: 1, taken: 4 });
    await lastValueFrom(of(0, 1, 2, 3).pipe(remoteMap(failing, runtime, { ...options, onFatal: 'skip' })));
    expect(last(told)).toMatchObject({ state: 'completed', skipped: 1, failed: 0, done: 4, emitted: 3 });
  });

  it('is told of a fold: elements in partials, and one output', async () => {
    await using runtime = inMemory();
    const told: JobProgress[] = [];
    const total = range(0, 5_000).pipe(
      remoteMap(double, runtime),
      remoteFold(sum, runtime, { onProgress: (progress) => told.push(progress) }),
    );
    expect(await lastValueFrom(total)).toBe(24_995_000);
    expect(last(told)).toMatchObject({ name: 'double → sum', operations: ['double', 'sum'], done: 5_000, emitted: 1 });
  });

  it('is told of the whole trip by each operator that asks, and keeps no trip from being shared', async () => {
    await using runtime = inMemory();
    const told: [string, JobProgress][] = [];
    const tell = (by: string) => ({ name: by, total: 7, onProgress: (progress: JobProgress) => told.push([by, progress]) });
    await lastValueFrom(of(1, 2).pipe(remoteMap(double, runtime, tell('first')), remoteMap(double, runtime, tell('second'))));
    expect(told.map(([by, { name, operations }]) => [by, name, operations.length])).toEqual([
      ['first', 'first', 2],
      ['second', 'first', 2],
    ]);
  });

  it('does not touch the job when it throws, nor those who are told beside it', async () => {
    await using runtime = inMemory();
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    let isTold = false;
    const both = of(1).pipe(
      remoteMap(double, runtime, {
        onProgress: () => {
          throw new Error('of a listener');
        },
      }),
      remoteMap(double, runtime, {
        onProgress: () => {
          isTold = true;
        },
      }),
    );
    expect(await lastValueFrom(both)).toBe(4);
    expect(isTold).toBe(true);
    expect(await thrown).toMatchObject({ message: 'of a listener' });
  });

  it('sees the stores of whoever subscribes', async () => {
    await using runtime = inMemory();
    const store = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const onProgress = (): void => {
      seen.push(store.getStore());
    };
    await store.run('mine', async () => await lastValueFrom(of(1).pipe(remoteMap(double, runtime, { onProgress }))));
    expect(seen).toEqual(['mine']);
  });

  it('has a timer only where somebody asks', async () => {
    await using runtime = inMemory();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const isOfProgress = (): boolean => timers.mock.calls.some(([, ms = 0]) => ms > 200 && ms <= 250);
    await lastValueFrom(of(1).pipe(remoteMap(double, runtime)));
    expect(isOfProgress()).toBe(false);
    await lastValueFrom(of(1).pipe(remoteMap(double, runtime, { onProgress: () => undefined })));
    expect(isOfProgress()).toBe(true);
    timers.mockRestore();
  });
});

describe('the jobs of a runtime', () => {
  it('are those that are open, with why they wait', async () => {
    await using runtime = inMemory();
    expect(runtime.jobs()).toEqual([]);
    await runtime.run(double, 1);
    const source = new Subject<number>();
    const subscription = source.pipe(remoteMap(double, runtime, { name: 'idle' })).subscribe();
    expect(runtime.jobs()).toMatchObject([{ name: 'idle', state: 'waiting', waitsFor: 'the source is slow', taken: 0 }]);
    subscription.unsubscribe();
    expect(runtime.jobs()).toEqual([]);
  });

  it('have the ids that their operations are told', async () => {
    await using runtime = inMemory();
    const tellId = defineOperation({ name: 'tell-id', execute: (_: number, { jobId }) => jobId });
    const id = await new Promise<string>((resolve) => {
      NEVER.pipe(startWith(1), remoteMap(tellId, runtime)).subscribe({ next: resolve, error: () => undefined });
    });
    expect(runtime.jobs().map(({ jobId }) => jobId)).toEqual([id]);
  });

  it('count a run while it is executed, and not while its job waits for the next one', async () => {
    await using runtime = inMemory();
    const { gated, open } = gate('run');
    const run = runtime.run(gated, 1);
    await vi.waitFor(() => {
      expect(runtime.jobs()).toMatchObject([{ name: 'run', operations: ['run'], inFlight: 1 }]);
    });
    open();
    await run;
    await runtime.run(gated, 2);
    await runtime.run(gated, 3);
    expect(runtime.jobs()).toEqual([]);
  });

  it('are paused while their readers are slow', async () => {
    await using runtime = inMemory();
    const numbers = fromPull(
      (function* () {
        for (let n = 0; ; n += 1) yield n;
      })(),
    );
    const reader = toAsyncIterable(numbers.pipe(remoteMap(double, runtime, { window: 100 })), { window: 4 })[
      Symbol.asyncIterator
    ]();
    await reader.next();
    await vi.waitFor(() => {
      expect(runtime.jobs()).toMatchObject([{ state: 'paused', waitsFor: 'the reader is slow', inFlight: 0 }]);
    });
    await reader.return?.();
    expect(runtime.jobs()).toEqual([]);
  });

  it('over a hub say which operation nobody offers, and when the hub is away', async () => {
    const hub = await startHub({ port: 0 });
    const fibat = defineOperation({ name: 'fibat', execute: (x: number) => x });
    await using worker = await startWorker({ hub: hub.url, operations: [fibat] });
    expect(worker).toBeDefined();
    await using runtime = await connect(hub.url);
    const fibAt = defineOperation({ name: 'fib-at', execute: (x: number) => x });
    of(1)
      .pipe(remoteMap(fibAt, runtime))
      .subscribe({ error: () => undefined });
    await vi.waitFor(() => {
      expect(runtime.jobs()).toMatchObject([{ waitsFor: 'no worker offers fib-at@1; did you mean fibat@1?' }]);
    });
    await hub.close();
    await vi.waitFor(() => {
      const [job] = runtime.jobs();
      expect(job?.state).toBe('waiting');
      expect(job?.waitsFor).toMatch(/^not connected to the hub: /u);
    });
  });

  it('say which worker has what they wait for, and who has the slots that they wait for', async () => {
    await using hub = await startHub({ port: 0 });
    const { gated, open } = gate('gated');
    await using worker = await startWorker({ hub: hub.url, operations: [gated], name: 'b', slots: 1 });
    expect(worker).toBeDefined();
    await using runtime = await connect(hub.url);
    const first = lastValueFrom(of(1).pipe(remoteMap(gated, runtime, { name: 'first' })));
    const second = vi
      .waitFor(() => {
        expect(runtime.jobs()).toMatchObject([{ inFlight: 1 }]);
      })
      .then(() => lastValueFrom(of(2).pipe(remoteMap(gated, runtime, { name: 'second' }))));
    await vi.waitFor(
      () => {
        expect(runtime.jobs().map(({ waitsFor }) => waitsFor)).toEqual([
          expect.stringMatching(/^waits for element 0, on worker b for \d s$/u),
          'waits for a free slot: other jobs have the only one',
        ]);
      },
      { timeout: 10_000 },
    );
    open();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });

  it('are told to a hub that is watched', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    expect(worker).toBeDefined();
    await using runtime = await connect(hub.url);
    const subscription = NEVER.pipe(startWith(1, 2), remoteMap(double, runtime, { name: 'doubles', total: 5 })).subscribe();
    await vi.waitFor(async () => {
      const { jobs } = await fetchStatus(hub.url);
      expect(jobs).toMatchObject([
        { stages: ['double'], progress: { name: 'doubles', taken: 2, done: 2, total: 5, waitsFor: 'the source is slow' } },
      ]);
      expect(jobs[0]?.jobId).toBe(runtime.jobs()[0]?.jobId);
    });
    subscription.unsubscribe();
  });

  it('are all parts of a chain that is divided', async () => {
    await using hub = await startHub({ port: 0 });
    const triple = defineOperation({ name: 'triple', execute: (x: number) => 3 * x });
    await using one = await startWorker({ hub: hub.url, operations: [double] });
    await using other = await startWorker({ hub: hub.url, operations: [triple] });
    expect([one, other]).toHaveLength(2);
    await using runtime = await connect(hub.url);
    const told: JobProgress[] = [];
    const chain = NEVER.pipe(
      startWith(1, 2, 3),
      remoteMap(double, runtime, { onProgress: (progress) => told.push(progress) }),
      remoteMap(triple, runtime),
    );
    await lastValueFrom(chain.pipe(take(3)));
    const again = NEVER.pipe(startWith(1, 2, 3), remoteMap(double, runtime), remoteMap(triple, runtime)).subscribe();
    await vi.waitFor(() => {
      expect(runtime.jobs()).toMatchObject([{ taken: 3, done: 3, emitted: 3, waitsFor: 'the source is slow' }]);
    });
    again.unsubscribe();
    expect(runtime.jobs()).toEqual([]);
  });
});
