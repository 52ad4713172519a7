// Threads run compiled code, so this tests what the build made.
import { connect, remoteMap, type Runtime } from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { from, lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { created, deep, double, fibonacci, piped, stays, tells, unsaid } from '../fixtures/nesting-operations.mjs';
import { rejectionOf } from '../support/outcome.js';

const modules = [new URL('../fixtures/nesting-operations.mjs', import.meta.url)];

let hub: Hub;
let runtime: Runtime;
let worker: Worker;

async function start(threads: number): Promise<void> {
  hub = await startHub({ port: 0 });
  runtime = await connect(hub.url);
  worker = await startWorker({ hub: hub.url, modules, threads, onThreadDeath: () => undefined });
}

afterEach(async () => {
  await runtime.close();
  await worker.close();
  await hub.close();
});

const ten = Array.from({ length: 10 }, (_, x) => x);

// Threads are started for what waits, and each loads the modules.
describe('an operation in a thread that waits for a job of its own', { timeout: 60_000 }, () => {
  it('lets another thread execute that job, to some depth, also where there is one slot', async () => {
    await start(1);
    expect(await runtime.run(deep(hub.url), 4)).toBe(4);
    expect(await runtime.run(fibonacci(hub.url), 5)).toBe(5);
  });

  it('need not say so: calls and operators are seen', async () => {
    await start(2);
    expect(await lastValueFrom(from(ten).pipe(remoteMap(unsaid(hub.url), runtime), toArray()))).toEqual(
      ten.map((x) => 2 * x + 1),
    );
    expect(await lastValueFrom(from(ten).pipe(remoteMap(piped(hub.url), runtime, { batch: 4 }), toArray()))).toEqual(
      ten.map((x) => (x === 0 ? 0 : x * (x - 1))),
    );
  });

  it('may do so in its set-up, and the worker stays', async () => {
    await start(1);
    const outputs = from(ten).pipe(remoteMap(created(hub.url, 30), runtime, { batch: 2 }), toArray());
    expect(await lastValueFrom(outputs)).toEqual(ten.map((x) => x + 30));
    expect(await runtime.run(double, 4)).toBe(8);
  });

  it('outlives the threads in which that job is executed', async () => {
    await start(1);
    expect(await runtime.run(tells(hub.url), { name: 'block', value: 60_000, timeout: 50 })).toBe('TASK_TIMEOUT');
    expect(await runtime.run(tells(hub.url), { name: 'die', value: 0 })).toBe('POISON_TASK');
  });

  it('is ended by its own timeout, by the death of its thread, and when its job is cancelled, and the slot is free again', async () => {
    await start(1);
    expect(await rejectionOf(runtime.run(stays, 'heeds', { timeout: 30 }))).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect(await rejectionOf(runtime.run(stays, 'ignores', { timeout: 30 }))).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect(await rejectionOf(runtime.run(stays, 'dies'))).toMatchObject({ code: 'POISON_TASK' });
    for (const how of ['heeds', 'ignores'] as const) {
      await expect(runtime.run(stays, how, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    }
    expect(await runtime.run(double, 4)).toBe(8);
    expect(await runtime.run(deep(hub.url), 2)).toBe(2);
  });
});
