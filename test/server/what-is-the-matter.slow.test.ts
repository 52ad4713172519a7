import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, defineOperation, remoteMap, TransientError } from 'paladin-rx';
import { toAsyncIterable } from 'paladin-rx/operators';
import { fetchStatus, startHub, type Hub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { concat, NEVER, range, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Overview } from '../../src/protocol/overview.js';
import { loopAt } from '../fixtures/page-operations.js';
import { watch } from './overview-stream.js';

const double = defineOperation({ name: 'double', execute: (value: number) => 2 * value });
const slowAt = defineOperation({
  name: 'slow-at',
  execute: async (value: number) => {
    await sleep(value === 3 ? 600_000 : 1, undefined, { ref: false });
    return value;
  },
});
const refuse = defineOperation({
  name: 'refuse',
  execute: (): number => {
    throw new TransientError('it is down');
  },
});

/** Reads what the page is told until the hub says what is the matter. */
async function until(hub: Hub, verdict: RegExp): Promise<Overview> {
  await using stream = await watch(hub.port);
  for (;;) {
    const told = await stream.next();
    if (told === undefined) throw new Error('the stream is over');
    if (verdict.test(told.verdict.text)) return told;
  }
}

/** Nobody wants to know how it ends. */
function go(work: Observable<unknown>): Disposable {
  const subscription = work.subscribe({ error: () => undefined });
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

describe('a hub says what is the matter', { timeout: 60_000 }, () => {
  it('with an element that does not end, and what its worker executes', async () => {
    await using hub = await startHub({ port: 0 });
    const modules: URL[] = [new URL('../fixtures/page-operations.ts', import.meta.url)];
    await using worker = await startWorker({ hub: hub.url, modules, threads: 2, name: 'kiln' });
    await using runtime = await connect(hub.url);
    using _ = go(range(0, 20).pipe(remoteMap(loopAt(6), runtime, { name: 'nightly', batch: 1 })));
    const { workers, operations, verdict, jobs } = await until(hub, /^nightly: waits for element 6, on worker kiln for \d+ s$/u);
    expect(verdict.state).toBe('attention');
    expect(jobs[0]).toMatchObject({ name: 'nightly', state: 'running', waitsFor: expect.stringContaining('element 6') });
    const [row] = workers;
    expect(row?.executing.map(({ operation }) => operations[operation])).toContain('loop-at');
    expect(row?.vitals?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(row?.lanes[0]?.length).toBeGreaterThan(0);
    expect((await fetchStatus(hub.url)).workers[0]).toMatchObject({
      executing: [{ operation: 'loop-at', forMs: expect.any(Number) }],
      vitals: { cores: expect.any(Number) },
    });
    expect((await until(hub, /endless loop/u)).verdict).toMatchObject({
      state: 'trouble',
      text: expect.stringMatching(/^nightly: waits for element 6, on worker kiln for \d+ s: slow, or in an endless loop$/u),
    });
    await worker.close();
  });

  it('with an element that is slow', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [slowAt], inline: true, slots: 2, name: 'kiln' });
    await using runtime = await connect(hub.url);
    using _ = go(range(0, 100).pipe(remoteMap(slowAt, runtime, { batch: 1 })));
    const { verdict } = await until(hub, /^slow-at: waits for element 3, on worker kiln for \d+ s$/u);
    expect(verdict.state).toBe('attention');
  });

  it('with an operation that nobody offers', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true });
    await using runtime = await connect(hub.url);
    const duble = defineOperation({ name: 'duble', execute: (value: number) => value });
    using _ = go(range(0, 100).pipe(remoteMap(duble, runtime)));
    const { verdict } = await until(hub, /^duble: no worker offers duble@1; did you mean double@1\?$/u);
    expect(verdict.state).toBe('trouble');
  });

  it('with a reader that is slow', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true });
    await using runtime = await connect(hub.url);
    const values = toAsyncIterable(range(0, 1_000_000).pipe(remoteMap(double, runtime)))[Symbol.asyncIterator]();
    await values.next();
    expect((await until(hub, /^double: the reader is slow$/u)).verdict.state).toBe('attention');
    await values.return?.();
  });

  it('with a storm of retries', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [refuse], inline: true });
    await using runtime = await connect(hub.url);
    const retry = { strategy: 'after', maxRetries: 1_000_000, delayMs: 10 } as const;
    using _ = go(range(0, 100).pipe(remoteMap(refuse, runtime, { retry })));
    const { verdict } = await until(hub, /^[\d,]+ elements are tried again in a second, and 0 succeed$/u);
    expect(verdict.state).toBe('attention');
  });

  it('with a worker that was killed, and of the other one not that others have its slots', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url);
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true, slots: 1, name: 'kiln' });
    const program = `import { defineOperation } from 'paladin-rx'; import { startWorker } from 'paladin-rx/worker';
      const double = defineOperation({ name: 'double', execute: () => new Promise(() => {}) });
      await startWorker({ hub: ${JSON.stringify(hub.url)}, operations: [double], inline: true, name: 'victim' });`;
    const victim = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: import.meta.dirname });
    await expect.poll(async () => (await fetchStatus(hub.url)).totals.workers, { timeout: 20_000 }).toBe(2);
    using _ = go(concat(range(0, 100_000), NEVER).pipe(remoteMap(double, runtime)));
    await expect.poll(() => hub.status().workers.find(({ name }) => name === 'victim')?.leased).toBeGreaterThan(0);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const { verdict, jobs } = await until(hub, /^worker victim is lost, with \d+ batch(?:es)?: its connection closed/u);
    expect(verdict.state).toBe('attention');
    expect(jobs[0]?.waitsFor ?? '').not.toContain('other jobs');
  });
});
