import { connect, defineOperation, inMemory, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { EMPTY, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failureOf, outcomeOf, rejectionOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const triple = defineOperation({ name: 'triple', version: 3, execute: (x: number) => 3 * x });

describe('a job that no worker can execute', () => {
  it('ends where there is no worker at all', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url, { noWorkerTimeout: 20 });
    expect(await failureOf(of(1).pipe(remoteMap(double, runtime)))).toMatchObject({
      code: 'NO_WORKER',
      operation: 'double',
      message: "no worker took operation 'double' within 20 ms: no worker is connected",
    });
  });

  it('ends naming the operation and what is on offer', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    await using runtime = await connect(hub.url, { noWorkerTimeout: 20 });
    expect(worker.offers.operations).toEqual(['double@1']);
    expect(await failureOf(of(1).pipe(remoteMap(triple, runtime)))).toMatchObject({
      code: 'NO_WORKER',
      operation: 'triple',
      message:
        "no worker took operation 'triple' within 20 ms: no worker offers operation 'triple@3'; operations on offer: double@1",
    });
    expect(await runtime.run(double, 1)).toBe(2);
  });

  it('names the missing stage of a chain', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    await using runtime = await connect(hub.url, { noWorkerTimeout: 20 });
    expect(worker.slots).toBe(4);
    const error = await failureOf(of(1).pipe(remoteMap(double, runtime), remoteMap(triple, runtime)));
    expect(error.message).toContain("no worker offers operation 'triple@3'");
    expect(error.operation).toBe('triple');
  });

  it('ends where no worker has its labels', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double], labels: ['cpu'] });
    await using runtime = await connect(hub.url, { noWorkerTimeout: 20 });
    expect(worker.offers.labels).toEqual(['cpu']);
    const error = await failureOf(of(1).pipe(remoteMap(double, runtime, { labels: ['gpu'] })));
    expect(error).toMatchObject({
      code: 'NO_WORKER',
      message: expect.stringContaining("no worker offers label 'gpu'; labels on offer: cpu"),
    });
    expect(await lastValueFrom(of(1).pipe(remoteMap(double, runtime, { labels: ['cpu'] })))).toBe(2);
  });

  it('completes where there is nothing to execute', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url, { noWorkerTimeout: 20 });
    expect(await outcomeOf(EMPTY.pipe(remoteMap(double, runtime)))).toEqual({ values: [] });
  });

  it('goes on when a worker comes after all', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime = await connect(hub.url);
    const result = runtime.run(double, 21);
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    expect(await result).toBe(42);
    expect(worker.offers.operations).toEqual(['double@1']);
  });

  it('ends in memory, where the modules lack the operation', async () => {
    await using runtime = inMemory({
      workers: 1,
      modules: [new URL('../support/deadly.ts', import.meta.url)],
      noWorkerTimeout: 60_000,
    });
    const mirror = defineOperation({ name: 'mirror', execute: (value: unknown) => value });
    expect(await runtime.run(mirror, 'up')).toBe('up');
    await using impatient = inMemory({
      workers: 1,
      modules: [new URL('../support/deadly.ts', import.meta.url)],
      noWorkerTimeout: 1,
    });
    expect(await rejectionOf(impatient.run(double, 1))).toMatchObject({ code: 'NO_WORKER', operation: 'double' });
  }, 60_000);

  it('ends in memory at once, where nobody can have the operation, and names the nearest that is there', async () => {
    await using threads = inMemory({
      workers: 2,
      modules: [new URL('../support/deadly.ts', import.meta.url)],
      noWorkerTimeout: Infinity,
    });
    const misspelt = defineOperation({ name: 'Miror', execute: (value: unknown) => value });
    expect(await rejectionOf(threads.run(misspelt, 1))).toMatchObject({
      code: 'NO_WORKER',
      operation: 'Miror',
      message: expect.stringMatching(
        /^no worker can execute operation 'Miror': no worker offers operation 'Miror@1' \(did you mean 'mirror@1'\?\); operations on offer: [^;]*; export 'Miror' from one of the modules$/u,
      ) as unknown,
    });
    const mirror = defineOperation({ name: 'mirror', execute: (value: unknown) => value });
    expect(await failureOf(of(1).pipe(remoteMap(mirror, threads, { labels: ['gpu'] })))).toMatchObject({
      code: 'NO_WORKER',
      message: "no worker can execute operation 'mirror': no worker offers label 'gpu'; there are no labels",
    });
    await using inline = inMemory({ noWorkerTimeout: Infinity });
    expect(await failureOf(of(1).pipe(remoteMap(double, inline, { labels: ['gpu'] })))).toMatchObject({
      code: 'NO_WORKER',
      message: "no worker can execute operation 'double': no worker offers label 'gpu'; there are no labels",
    });
  }, 60_000);

  it('ends in memory, where a module cannot be loaded', async () => {
    await using runtime = inMemory({ workers: 1, modules: ['./no/such/module.js'], noWorkerTimeout: 60_000 });
    expect(await rejectionOf(runtime.run(double, 1))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('there is no such file'),
    });
  }, 60_000);
});
