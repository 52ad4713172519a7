// Threads run compiled code, so this tests what the build made.
import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import type { ThreadExecutorOptions } from '../../src/executor/thread-executor-options.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import type { Batch, JobDescription } from '../../src/protocol/messages.js';
import { splitParts } from '../../src/wire/parts.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { elements } from './execution.js';
import { exactly } from '../support/exactly.js';
import { isThorough } from '../support/thorough.js';

/** A URL stays one. */
const fixture = (name: string): URL => new URL(name, new URL('../fixtures/', import.meta.url));
const operations = fixture('thread-operations.mjs');

let executor: ThreadExecutor | undefined;
afterEach(() => executor?.close());

/** An executor for one test. */
async function start(options: Partial<ThreadExecutorOptions> = {}): Promise<ThreadExecutor> {
  executor = await startThreadExecutor({ threads: 1, modules: [operations], ...options });
  return executor;
}

const shared = new Map<number, Promise<ThreadExecutor>>();
afterAll(async () => {
  for (const started of shared.values()) await (await started).close();
});

/** An executor that tests share: threads take long to start. Each test has jobs of its own. */
async function common(threads = 1): Promise<ThreadExecutor> {
  const started = shared.get(threads) ?? startThreadExecutor({ threads, modules: [operations] });
  shared.set(threads, started);
  return await started;
}

let tests = 0;
beforeEach(() => {
  tests += 1;
});
/** The id of a job of this test. */
const idOf = (name: string): string => `${name} ${tests}`;

const beginnings = new BroadcastChannel(`paladin-begun-${process.pid}`);
const begun = new EventEmitter();
beginnings.onmessage = (event) => begun.emit(String((event as MessageEvent).data));
afterAll(() => beginnings.close());

/** Resolves when `block` or `wait` begins with this value. */
async function beginning(value: unknown, job = 'job'): Promise<void> {
  await once(begun, `${idOf(job)}: ${String(value)}`);
}

const job = (
  operation: string,
  options: { timeoutMs?: number; kind?: 'map' | 'fold'; version?: number } = {},
): JobDescription => ({
  serializer: 'msgpack',
  stages: [{ kind: 'map', operation, version: 1, ...options }],
});

const run = (on: ThreadExecutor, description: JobDescription, batch: Batch, name = 'job'): Promise<Outcome> =>
  new Promise((resolve) => on.run(idOf(name), description, batch, resolve));

const outputs = (outcome: Outcome): unknown[] => {
  if (outcome.type === 'lost') throw new Error(`lost: ${outcome.loss.reason}`);
  return msgpack.decode(outcome.result.payload);
};

describe('the thread executor', () => {
  it('loads the modules in each thread, also TypeScript, and says what they offer', async () => {
    const on = await start({ threads: 2, modules: [operations, fixture('typed-operations.ts'), fixture('re-exports.mjs')] });
    expect(on.slots).toBe(2);
    expect(on.offers.operations).toEqual(expect.arrayContaining(['double@1', 'in-metres@1', 'sum@1']));
    expect(on.offers.serializers).toEqual(['flatted', 'msgpack']);
    const outcomes = await Promise.all([1, 2].map((n) => run(on, job('in-metres'), elements([10]), `job ${n}`)));
    expect(outcomes.map(outputs)).toEqual([[3.048], [3.048]]);
  });

  it('executes batches and leaves the bytes that it was given alone', async () => {
    const on = await common();
    const pool = new Uint8Array(4_096);
    const batch = elements([1, 2, 3]);
    pool.set(batch.payload, 100);
    const payload = pool.subarray(100, 100 + batch.payload.byteLength);
    expect(outputs(await run(on, job('double'), { ...batch, payload }))).toEqual([2, 4, 6]);
    expect(outputs(await run(on, job('double'), batch))).toEqual([2, 4, 6]);
    expect(msgpack.decode(payload)).toEqual([1, 2, 3]);
  });

  it('folds, and reports failures', async () => {
    const on = await common();
    const outcome = await run(on, job('sum', { kind: 'fold' }), elements([1, 2, 3]), 'fold');
    expect(outcome.type === 'result' && splitParts(outcome.result.payload).map((part) => msgpack.decode(part))).toEqual([[6]]);
    expect(await run(on, job('fail'), elements([1, 2]), 'fail')).toMatchObject({
      type: 'result',
      result: { done: 2, failures: [{ offset: 0, kind: 'transient' }, { offset: 1 }] },
    });
  });

  it('prefers a thread that has the job set up', async () => {
    const on = await common(3);
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) seen.add(JSON.stringify(outputs(await run(on, job('set-up'), elements([0])))));
    expect(seen.size).toBe(1);
  });

  it('executes as many batches at once as it has threads, and lets others wait', async () => {
    const on = await common(3);
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((i) => run(on, job('thread'), elements([i]), `job ${i % 2}`)));
    expect(new Set(outcomes.flatMap(outputs)).size).toBe(3);
  });

  it('asks for the size limit when a job begins', async () => {
    let limit = 1_000;
    const on = await start({ maxPayloadBytes: () => limit });
    const big = elements(['x'.repeat(500)]);
    expect(outputs(await run(on, job('die'), big, 'before'))).toHaveLength(1);
    limit = 100;
    expect(await run(on, job('die'), big, 'after')).toMatchObject({ result: { failures: [{ code: 'PAYLOAD_TOO_LARGE' }] } });
  });

  it('settles nothing after close', async () => {
    const on = await start();
    const settled = vi.fn();
    on.run('job', job('wait'), elements([true]), settled);
    await on.close();
    on.run('job', job('double'), elements([1]), settled);
    expect(settled).not.toHaveBeenCalled();
  });

  it('executes others while a batch waits for a job of its own, in threads of which there are not ever more', async () => {
    const on = await start({ maxWaiting: 1, graceMs: 20 });
    const told: boolean[] = [];
    const waits = new Promise<void>((resolve) => {
      on.run(
        'waits',
        job('wait-without-slot'),
        elements([1]),
        () => undefined,
        (isWaiting) => {
          told.push(isWaiting);
          resolve();
        },
      );
    });
    await waits;
    const [one, other] = exactly(2, await Promise.all([1, 2].map((i) => run(on, job('thread'), elements([i]), `job ${i}`))));
    expect(outputs(one)).toEqual(outputs(other));
    expect(await run(on, job('wait-without-slot'), elements([1]), 'another')).toMatchObject({
      result: {
        failures: [{ message: expect.stringContaining('1 threads of this worker wait in context.run already') as string }],
      },
    });
    on.forget('waits');
    await vi.waitFor(() => expect(told).toEqual([true, false]));
  });

  it('takes nothing that operations post for a result', async () => {
    const on = await common();
    for (const message of [0, 3, 2 ** 40, Number.NaN]) {
      for (let at = 0; at < 3; at += 1) expect(outputs(await run(on, job('post'), elements([message])))).toEqual([message]);
    }
  });
});

describe('threads that cannot start', () => {
  it.each([
    ['data:text/javascript,export const answer = = 42', /cannot load module data:.*: Unexpected token/u],
    ['throws-at-import.mjs', /cannot load module .*throws-at-import\.mjs: no database/u],
    ['exports-nothing.mjs', /exports-nothing\.mjs exports no operation/u],
    ['absent.mjs', /absent\.mjs: there is no such file/u],
    ['exits-at-import.mjs', /exits-at-import\.mjs: it exited with code 4 before it was ready/u],
    ['never-loaded.mjs', /awaits at its top level what never comes/u],
  ])('reject with the reason: %s', async (name, message) => {
    await expect(start({ threads: isThorough ? 2 : 1, modules: [operations, fixture(name)] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('reject when it takes too long', async () => {
    await expect(start({ startTimeoutMs: 1 })).rejects.toThrow('was not ready within 1 ms');
  });

  it.runIf(isThorough)(
    'that are to replace others are tried again, and then given up',
    async () => {
      const marker = join(tmpdir(), `paladin-once-only-${process.pid}`);
      rmSync(marker, { force: true });
      vi.stubEnv('ONCE_ONLY_MARKER', marker);
      try {
        const onBroken = vi.fn<(error: Error) => void>();
        const on = await start({ modules: [fixture('once-only.mjs')], onBroken });
        expect(await run(on, job('exit'), elements([1]))).toMatchObject({ type: 'lost', loss: { cause: 'death' } });
        const waiting = await run(on, job('exit'), elements([1]));
        expect(waiting).toMatchObject({ type: 'lost', loss: { cause: 'returned' } });
        expect(onBroken).toHaveBeenCalledTimes(1);
        expect(onBroken.mock.calls[0]?.[0].message).toMatch(/tried 5 times: .*loaded once already/u);
        expect(await run(on, job('exit'), elements([1]))).toMatchObject({ loss: { cause: 'returned' } });
      } finally {
        vi.unstubAllEnvs();
        rmSync(marker, { force: true });
      }
    },
    60_000,
  );
});

describe('a thread that dies', () => {
  it.each([
    ['exit', /^while it was executing, its thread exited with code 3$/u],
    [
      'stray',
      /^while it was executing, its thread died of an error that nothing caught: Error: stray\n.*thread-operations\.mjs/u,
    ],
  ])('loses its batch, with the unit that executed, and is replaced (%s)', async (how, reason) => {
    const on = await common();
    expect(await run(on, job('die'), elements([0, 1, how, 3]))).toEqual({
      type: 'lost',
      loss: {
        seq: 1,
        attempt: 1,
        cause: 'death',
        offset: 2,
        stage: 0,
        reason: expect.stringMatching(reason),
        ...(how === 'stray' && { error: expect.any(Uint8Array) as unknown }),
      },
    });
    expect(outputs(await run(on, job('die'), elements([0, 1, 3])))).toEqual([0, 1, 3]);
  });

  it.runIf(isThorough)(
    'of its memory limit does so, too',
    async () => {
      const on = await start({ resourceLimits: { maxOldGenerationSizeMb: 24 } });
      const outcome = await run(on, job('die'), elements(['memory']));
      expect(outcome).toMatchObject({
        type: 'lost',
        loss: { cause: 'death', offset: 0, reason: expect.stringContaining('memory') as unknown },
      });
      expect(outputs(await run(on, job('double'), elements([1]), 'next'))).toEqual([2]);
    },
    20_000,
  );

  it('does not touch the batch of another', async () => {
    const on = await common(3);
    const other = run(on, job('block'), elements([100]), 'other');
    await beginning(100, 'other');
    expect(await run(on, job('die'), elements(['exit']))).toMatchObject({ type: 'lost' });
    expect(outputs(await other)).toEqual([100]);
  });
});

describe('a timeout', () => {
  const forever = 3_600_000;

  it('of a synchronous operation in the first unit is its failure; the thread is replaced and the rest given back', async () => {
    const on = await common();
    const outcome = await run(on, job('block', { timeoutMs: 50 }), elements([forever, 1]));
    expect(outcome).toMatchObject({
      type: 'result',
      result: { done: 1, failures: [{ offset: 0, stage: 0, code: 'TASK_TIMEOUT', message: 'ran past its timeout of 50 ms' }] },
    });
    expect(outputs(outcome)).toEqual([]);
    expect(outputs(await run(on, job('block', { timeoutMs: 50 }), elements([1])))).toEqual([1]);
  });

  it('of a synchronous operation in a later unit loses the batch', async () => {
    const on = await common();
    expect(await run(on, job('block', { timeoutMs: 50 }), elements([0, 0, forever]))).toMatchObject({
      type: 'lost',
      loss: { cause: 'timeout', offset: 2, reason: 'unit 2 ran past its timeout of 50 ms' },
    });
  });

  it('is per element: many that keep it take longer in all', async () => {
    const on = await common();
    const values = Array.from({ length: 40 }, () => 20);
    expect(outputs(await run(on, job('block', { timeoutMs: 600 }), elements(values)))).toEqual(values);
  });

  it('of an asynchronous operation that does not stop hands in what is done, and replaces the thread', async () => {
    const on = await common();
    const description: JobDescription = {
      serializer: 'msgpack',
      stages: [
        { kind: 'map', operation: 'die', version: 1 },
        { kind: 'map', operation: 'wait', version: 1, timeoutMs: 20 },
      ],
    };
    const [before] = outputs(await run(on, job('thread'), elements([0]), 'where'));
    expect(await run(on, description, elements([true, false, true]))).toMatchObject({
      type: 'result',
      result: {
        done: 2,
        failures: [
          { offset: 0, stage: 1, code: 'TASK_TIMEOUT' },
          { offset: 1, stage: 1, code: 'TASK_TIMEOUT' },
        ],
      },
    });
    const [after] = outputs(await run(on, job('thread'), elements([0]), 'where'));
    expect(after).not.toBe(before);
  });
});

describe('forgetting a job', () => {
  it('ends a synchronous batch between elements, without ending the thread', async () => {
    const on = await common();
    const [before] = outputs(await run(on, job('thread'), elements([0]), 'where'));
    const outcome = run(on, job('block'), elements(Array.from({ length: 10_000 }, () => 5)));
    await beginning(5);
    on.forget(idOf('job'));
    expect(await outcome).toMatchObject({ type: 'lost', loss: { cause: 'cancelled', reason: 'its job was cancelled' } });
    expect(outputs(await run(on, job('thread'), elements([0]), 'where'))).toEqual([before]);
  });

  it('aborts the signal of an operation that waits, without ending the thread', async () => {
    const on = await common();
    const [before] = outputs(await run(on, job('thread'), elements([0]), 'where'));
    const outcome = run(on, job('wait'), elements([true]));
    await beginning(true);
    on.forget(idOf('job'));
    expect(await outcome).toMatchObject({ type: 'lost', loss: { cause: 'cancelled' } });
    expect(outputs(await run(on, job('thread'), elements([0]), 'where'))).toEqual([before]);
  });

  it.each([
    ['block', 3_600_000],
    ['wait', false],
  ])('terminates a thread that does not stop within the grace period (%s)', async (operation, value) => {
    const on = await start({ graceMs: 50 });
    const outcome = run(on, job(operation), elements([value]));
    const next = run(on, job('double'), elements([1]), 'next');
    await beginning(value);
    on.forget(idOf('job'));
    expect(await outcome).toMatchObject({
      type: 'lost',
      loss: { cause: 'cancelled', offset: 0, reason: expect.stringContaining('within 50 ms') as unknown },
    });
    expect(outputs(await next)).toEqual([2]);
  });

  it('settles what waits for a thread, and leaves other jobs alone', async () => {
    const on = await common();
    const running = run(on, job('block'), elements([50]), 'other');
    const waiting = run(on, job('double'), elements([1]));
    on.forget(idOf('job'));
    expect(await waiting).toMatchObject({ type: 'lost', loss: { cause: 'cancelled' } });
    expect(outputs(await running)).toEqual([50]);
  });

  it('drops what was set up', async () => {
    const on = await common();
    const [first] = outputs(await run(on, job('set-up'), elements([0])));
    on.forget(idOf('job'));
    expect(outputs(await run(on, job('set-up'), elements([0])))).not.toEqual([first]);
  });
});

describe('aborting an attempt', () => {
  const attempt = (seq: number) => ({ jobId: idOf('job'), seq, attempt: 1 });

  it('ends it, and leaves the others of its job alone', async () => {
    const on = await common(3);
    const hanging = run(on, job('wait'), elements(['one'], { seq: 1 }));
    const other = run(on, job('wait'), elements(['other'], { seq: 2 }));
    await Promise.all([beginning('one'), beginning('other')]);
    let ended = false;
    void other.then(() => {
      ended = true;
    });
    expect(on.abort(attempt(1))).toEqual({ offset: 0, stage: 0 });
    expect(await hanging).toMatchObject({ type: 'lost', loss: { seq: 1, cause: 'cancelled' } });
    expect(ended).toBe(false);
    on.forget(idOf('job'));
    await other;
  });

  it('settles it when it waits for a thread, and does nothing when it is not there', async () => {
    const on = await common();
    const running = run(on, job('block'), elements([50], { seq: 1 }));
    const waiting = run(on, job('double'), elements([1], { seq: 2 }));
    expect(on.abort(attempt(2))).toBe('unbegun');
    expect(on.abort(attempt(3))).toBeUndefined();
    expect(await waiting).toMatchObject({ type: 'lost', loss: { seq: 2, cause: 'cancelled' } });
    expect(outputs(await running)).toEqual([50]);
  });
});
