// Threads run compiled code, so this tests what the build made.
import { afterEach, describe, expect, it } from 'vitest';
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import type { ThreadExecutorOptions } from '../../src/executor/thread-executor-options.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { gate } from '../support/gate.js';
import { elements } from './execution.js';

const modules = [new URL('../fixtures/ageing-operations.mjs', import.meta.url)];
const jobOf = (operation: string): JobDescription => ({
  serializer: 'msgpack',
  stages: [{ kind: 'map', operation, version: 1 }],
});

let executor: ThreadExecutor | undefined;
afterEach(async () => {
  delete process.env['AGEING_FAILS'];
  await executor?.close();
});

/** What was told of threads that were renewed, and of threads that died. */
interface Told {
  readonly renewed: string[];
  readonly died: string[];
}

async function start(options: Partial<ThreadExecutorOptions>): Promise<{ readonly on: ThreadExecutor; readonly told: Told }> {
  const told: Told = { renewed: [], died: [] };
  const on = await startThreadExecutor({
    threads: 1,
    modules,
    onThreadRenewed: (reason) => told.renewed.push(reason),
    onThreadDeath: (reason) => told.died.push(reason),
    ...options,
  });
  executor = on;
  return { on, told };
}

/** Executes a batch, and calls back at once when it has settled. */
function runWith(on: ThreadExecutor, operation: string, inputs: readonly number[], settled: (ids: unknown[]) => void): void {
  on.run(operation, jobOf(operation), elements([...inputs]), (outcome) => {
    settled(outcome.type === 'lost' ? [outcome.loss.reason] : msgpack.decode(outcome.result.payload));
  });
}

/** Executes a batch. Resolves with the ids of the threads in which its elements were executed. */
const run = (on: ThreadExecutor, operation: string, inputs: readonly number[]): Promise<unknown[]> =>
  new Promise((resolve) => runWith(on, operation, inputs, resolve));

describe('a thread is renewed', () => {
  it('after so many tasks: all are executed, and no thread has died', async () => {
    const { on, told } = await start({ renewAfterTasks: 10 });
    const ids = new Set<unknown>();
    while (told.renewed.length < 2) for (const id of await run(on, 'keep', [0, 0, 0, 0])) ids.add(id);
    expect(ids.size).toBeGreaterThanOrEqual(2);
    expect(told.renewed[0]).toMatch(/^thread paladin-1 is renewed: it has executed \d+ tasks$/u);
    expect(told.died).toEqual([]);
  });

  it('beyond so much memory, and not before', async () => {
    const { on, told } = await start({ renewAboveBytes: 80 * 2 ** 20 });
    const [first] = await run(on, 'keep', [1]);
    for (let times = 0; times < 5; times += 1) expect(await run(on, 'keep', [0])).toEqual([first]);
    await run(on, 'keep', [100]);
    await expect.poll(() => told.renewed).toEqual([expect.stringMatching(/^thread paladin-1 is renewed: it takes 1\d\d MB$/u)]);
    expect(await run(on, 'keep', [0])).not.toEqual([first]);
    expect(told.died).toEqual([]);
  });

  it('not for memory that its modules take, and says so once', async () => {
    const { on, told } = await start({ renewAboveBytes: 1, threads: 2 });
    await run(on, 'keep', [10]);
    await run(on, 'keep', [10]);
    expect(told).toEqual({
      renewed: [],
      died: [expect.stringMatching(/^a thread takes \d+ MB once it has loaded its modules, more than threadRenewAboveMb/u)],
    });
  });

  it('while it goes on: what comes meanwhile does not wait, and what it executes then is finished', async () => {
    const successor = gate();
    const { on } = await start({ renewAfterTasks: 1, onThreadRenewed: () => successor.open() });
    const old = gate();
    let first: unknown;
    let next: unknown;
    runWith(on, 'hold', [0], ([id]) => {
      first = id;
      // It is due now, and its successor is not there.
      runWith(on, 'hold', [1], ([other]) => {
        next = other;
        old.open();
      });
    });
    await successor.opened;
    // The old one is busy, but there is another one.
    const [fresh] = await run(on, 'hold', [0]);
    expect(next).toBeUndefined();
    expect(fresh).not.toBe(first);
    const channel = new BroadcastChannel(`paladin-ageing-${process.pid}`);
    channel.postMessage('go');
    await old.opened;
    channel.close();
    expect(next).toBe(first);
  });

  it('not when its successor cannot be had: it goes on', async () => {
    const { on, told } = await start({ renewAfterTasks: 1 });
    process.env['AGEING_FAILS'] = 'yes';
    const [first] = await run(on, 'keep', [0]);
    await expect
      .poll(() => told.died)
      .toEqual([expect.stringMatching(/^thread paladin-1 cannot be renewed, and goes on: .*it is being deployed/u)]);
    for (let times = 0; times < 5; times += 1) expect(await run(on, 'keep', [0])).toEqual([first]);
    expect(told).toMatchObject({ renewed: [], died: { length: 1 } });
  });
});
