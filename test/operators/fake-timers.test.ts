import { connect, defineOperation, fromPull, inMemory, remoteMap, toAsyncIterable, type Runtime } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const increment = defineOperation({ name: 'increment', execute: (x: number) => x + 1 });
const later = defineOperation({ name: 'later', execute: async (x: number) => await Promise.resolve(x + 1) });
const never = defineOperation({ name: 'never', execute: () => new Promise<number>(() => undefined) });

/** All that `@sinonjs/fake-timers` can fake in Node, but for `nextTick`, by which Node's own sockets wait. */
const everything = [
  'setTimeout',
  'setImmediate',
  'setInterval',
  'clearTimeout',
  'clearImmediate',
  'clearInterval',
  'Date',
  'performance',
  'hrtime',
  'queueMicrotask',
] as const;

/** Real time, whatever is faked. */
const sleep = setTimeout;
const realMs = async (ms: number): Promise<void> => {
  await new Promise((resolve) => sleep(resolve, ms));
};

/** Runs, jobs, pulls and iterators, one after the other. */
async function expectToGoOn(runtime: Runtime): Promise<void> {
  for (let x = 0; x < 10; x += 1) expect(await runtime.run(x % 2 === 0 ? increment : later, x)).toBe(x + 1);
  const numbers = Array.from({ length: 500 }, (_, x) => x);
  const mapped = numbers.map((x) => x + 1);
  expect(await lastValueFrom(from(numbers).pipe(remoteMap(increment, runtime, { batch: 7 }), toArray()))).toEqual(mapped);
  const seen = [];
  const pulled = fromPull(numbers).pipe(
    remoteMap(later, runtime, { window: 20 }),
    map((x) => `${x}`),
  );
  for await (const text of toAsyncIterable(pulled, { window: 3 })) seen.push(Number(text));
  expect(seen).toEqual(mapped);
}

afterEach(() => {
  vi.useRealTimers();
});

describe('under fake timers that nobody moves', () => {
  it('an in-memory runtime goes on', async () => {
    await using runtime = inMemory();
    vi.useFakeTimers({ toFake: [...everything] });
    await expectToGoOn(runtime);
  });

  it('an in-memory runtime that is made, used and closed meanwhile goes on', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    const runtime = inMemory();
    await expectToGoOn(runtime);
    await runtime.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a runtime goes on that was made meanwhile, once the timers are real again', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    await using runtime = inMemory();
    await expectToGoOn(runtime);
    vi.advanceTimersByTime(100_000);
    vi.useRealTimers();
    await expectToGoOn(runtime);
  });

  it('all goes on though the package is loaded after them', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    vi.resetModules();
    const fresh = await import('paladin-rx');
    const runtime = fresh.inMemory();
    await expectToGoOn(runtime);
    vi.useRealTimers();
    await expectToGoOn(runtime);
    await runtime.close();
  });

  it('hub, worker and leader of one process connect, go on, and close', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    const hub = await startHub({ port: 0 });
    const worker = await startWorker({ hub: hub.url, operations: [increment, later] });
    const runtime = await connect(hub.url);
    await expectToGoOn(runtime);
    await runtime.close();
    await worker.drain();
    await hub.close();
  });
});

describe('fake timers that are moved', () => {
  let runtime: Runtime;
  beforeEach(() => {
    runtime = inMemory();
  });
  afterEach(async () => {
    await runtime.close();
  });

  it.each([
    ['with', ['setTimeout', 'clearTimeout', 'performance'] as const],
    ['without', ['setTimeout', 'clearTimeout'] as const],
  ])('bring about the timeout of an operation, %s a fake performance.now', async (_, toFake) => {
    vi.useFakeTimers({ toFake: [...toFake] });
    const ended = runtime.run(never, 1, { timeout: 60_000 }).catch((error: unknown) => error);
    await realMs(20);
    vi.advanceTimersByTime(60_000);
    expect(await ended).toMatchObject({ code: 'TASK_TIMEOUT' });
  });

  it('bring about a retry', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let tries = 0;
    const flaky = defineOperation({
      name: 'flaky',
      execute: () => {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        return tries;
      },
    });
    const ended = runtime.run(flaky, 1, { retry: { strategy: 'after', maxRetries: 5, delayMs: 60_000 } });
    for (const expected of [1, 2]) {
      await vi.waitFor(() => expect(tries).toBe(expected), { interval: 1 });
      await realMs(20);
      expect(tries).toBe(expected);
      vi.advanceTimersByTime(60_000);
    }
    expect(await ended).toBe(3);
  });

  it('leave connections to a hub as they are', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [increment] });
    const lost = vi.fn();
    await using watched = await startWorker({ hub: hub.url, operations: [increment], onLost: lost });
    vi.useFakeTimers({ toFake: [...everything] });
    await using leader = await connect(hub.url);
    for (let hour = 0; hour < 3; hour += 1) {
      vi.advanceTimersByTime(3_600_000);
      expect(await leader.run(increment, hour)).toBe(hour + 1);
    }
    expect(lost).not.toHaveBeenCalled();
    expect(worker.id).not.toBe(watched.id);
    vi.useRealTimers();
  });
});
