import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { promisify } from 'node:util';
import { connect, defineOperation, fromPull, inMemory, remoteMap, toAsyncIterable, type Runtime } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rejectionOf } from '../support/outcome.js';

const increment = defineOperation({ name: 'increment', execute: (x: number) => x + 1 });
const later = defineOperation({ name: 'later', execute: async (x: number) => await Promise.resolve(x + 1) });
const never = defineOperation({ name: 'never', execute: () => new Promise<number>(() => undefined) });
const block = defineOperation({ name: 'block', execute: (ms: number) => ms });
const threadModules = [new URL('../fixtures/thread-operations.mjs', import.meta.url)];

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

const nextTurn = setImmediate;
/** Real turns of the event loop, whatever is faked. In one thread, what can happen without any timer has happened after these. */
async function turns(inEach: () => void = () => undefined): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    await new Promise((resolve) => nextTurn(resolve));
    inEach();
  }
}

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

  it('an operation that blocks its thread ends at its timeout, by the real clock', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    await using runtime = inMemory({ modules: threadModules, workers: 1 });
    await expect(runtime.run(block, 60_000, { timeout: 100 })).rejects.toMatchObject({ code: 'TASK_TIMEOUT' });
    expect(await runtime.run(block, 1)).toBe(1);
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

/** A program in which timers are replaced before Node itself has asked for any. */
const replacing = (fake: string, holders: string): string => `
  import timers from 'node:timers';
  const fake = () => (${fake});
  for (const holder of [${holders}]) Object.assign(holder, { setTimeout: fake, setImmediate: fake, setInterval: fake });
  const { connect, defineOperation, fromPull, inMemory, remoteMap } = await import('paladin-rx');
  const { startHub } = await import('paladin-rx/server');
  const { startWorker } = await import('paladin-rx/worker');
  const { count, lastValueFrom } = await import('rxjs');
  const increment = defineOperation({ name: 'increment', execute: (x) => x + 1 });
  const hub = await startHub({ port: 0 });
  const worker = await startWorker({ hub: hub.url, operations: [increment] });
  for (const runtime of [inMemory(), await connect(hub.url)]) {
    for (let x = 0; x < 8; x += 1) await runtime.run(increment, x);
    const many = fromPull(Array(600).keys()).pipe(remoteMap(increment, runtime, { window: 30 }), count());
    console.log(await lastValueFrom(many));
    await runtime.close();
  }
  await worker.drain();
  await hub.close();`;

describe('timers that were replaced before Node itself asked for any', () => {
  it.each([
    ['everywhere, while those that clear are the real ones', replacing('{ ref() {}, unref() {} }', 'timers, globalThis')],
    ['by such as are numbers, as in pages', replacing('1', 'globalThis')],
  ])(
    'hold nothing up: %s',
    async (_, program) => {
      const args = ['--input-type=module', '--eval', program];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
      expect(stdout).toBe('600\n600\n');
    },
    30_000,
  );
});

describe('without any real timer', () => {
  it('all goes on in memory, where the fakes return numbers and those that clear are the real ones', async () => {
    const program = `
      import timers from 'node:timers';
      const fake = () => 1;
      for (const holder of [timers, globalThis]) Object.assign(holder, { setTimeout: fake, setImmediate: fake, setInterval: fake });
      const { defineOperation, inMemory } = await import('paladin-rx');
      const runtime = inMemory();
      console.log(await runtime.run(defineOperation({ name: 'increment', execute: (x) => x + 1 }), 1));
      await runtime.close();`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe('2\n');
  }, 30_000);

  it('what a callback throws is an uncaught exception, as it is with one', async () => {
    const module = new URL('../../dist/src/real-time.js', import.meta.url).href;
    const program = `
      import timers from 'node:timers';
      const fake = () => ({ ref() {}, unref() {} });
      for (const holder of [timers, globalThis]) Object.assign(holder, { setTimeout: fake, setImmediate: fake, setInterval: fake });
      const { later } = await import(${JSON.stringify(module)});
      process.on('uncaughtException', (error, origin) => console.log(origin, error));
      later(() => { throw 'late'; }, 1);`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe('uncaughtException late\n');
  }, 30_000);
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
    await turns();
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
      await turns();
      expect(tries).toBe(expected);
      vi.advanceTimersByTime(60_000);
    }
    expect(await ended).toBe(3);
  });

  it('leave threads the time that they take to start', async () => {
    vi.useFakeTimers({ toFake: [...everything] });
    await using threads = inMemory({ modules: threadModules, workers: 1, noWorkerTimeout: 1_000_000_000 });
    const ended = threads.run(block, 1);
    // Within these turns a thread begins to start.
    await turns(() => vi.advanceTimersByTime(3_600_000));
    expect(await ended).toBe(1);
  });

  it('bring the end of the wait for a hub, which says what was waited for', async () => {
    const reached = (server: Server): Promise<void> =>
      new Promise((resolve) => {
        // What asks for the websocket comes once the connection stands.
        server.on('connection', (socket) => socket.on('error', () => undefined).once('data', () => resolve()));
      });
    const reachings = [
      (hub: string) => connect(hub),
      (hub: string) => fetchStatus(hub),
      (hub: string) => startWorker({ hub, operations: [increment] }),
    ];
    for (const reach of reachings) {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      vi.useFakeTimers({ toFake: [...everything] });
      const isReached = reached(silent);
      const error = rejectionOf(reach(`http://127.0.0.1:${port}`));
      await isReached;
      vi.advanceTimersByTime(10_000);
      expect((await error).message).toMatch(
        /within 10000 ms: something takes the connection there and says nothing: is it a hub\?$/u,
      );
      vi.useRealTimers();
      silent.close();
    }
  });

  it('do so where the token function never answers, or the hub does not', async () => {
    let asked: () => void = () => undefined;
    const authorize = (): Promise<never> => {
      asked();
      return new Promise(() => undefined);
    };
    await using hub = await startHub({ port: 0, authorize });
    const token = (): Promise<string> => {
      asked();
      return new Promise(() => undefined);
    };
    for (const [shown, reason] of [
      [token, 'the token function has not answered'],
      ['secret', 'the hub has not said whether it lets the leader in'],
    ] as const) {
      vi.useFakeTimers({ toFake: [...everything] });
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const error = rejectionOf(connect(hub.url, { token: shown }));
      await isAsked;
      vi.advanceTimersByTime(10_000);
      expect((await error).message).toMatch(new RegExp(`within 10000 ms: ${reason}$`, 'u'));
      vi.useRealTimers();
    }
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
