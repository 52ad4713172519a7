// Threads run compiled code, so this tests what the build made.
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import type { ThreadExecutorOptions } from '../../src/executor/thread-executor-options.js';
import { decodeError } from '../../src/errors/remote-error.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { elements } from './execution.js';

const fixture = (name: string): URL => new URL(name, new URL('../fixtures/', import.meta.url));

let executor: ThreadExecutor | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await executor?.close();
});

async function start(module: string, options: Partial<ThreadExecutorOptions> = {}): Promise<ThreadExecutor> {
  executor = await startThreadExecutor({ threads: 1, modules: [fixture(module)], onThreadDeath: () => undefined, ...options });
  return executor;
}

const run = (on: ThreadExecutor, operation: string, ...values: unknown[]): Promise<Outcome> => {
  const description: JobDescription = { serializer: 'msgpack', stages: [{ kind: 'map', operation, version: 1 }] };
  return new Promise((resolve) => on.run(operation, description, elements(values), resolve));
};

const outputs = (outcome: Outcome): unknown[] => {
  if (outcome.type === 'lost') throw new Error(`lost: ${outcome.loss.reason}`);
  return msgpack.decode(outcome.result.payload);
};

/** Resolves when the executor says that it is broken. */
function breakage(): { broken: Promise<Error>; onBroken: (error: Error) => void } {
  let onBroken = (_: Error): void => undefined;
  const broken = new Promise<Error>((resolve) => (onBroken = resolve));
  return { broken, onBroken: (error) => onBroken(error) };
}

it('a module may do with parentPort and workerData as it likes', async () => {
  const on = await start('own-port.mjs');
  for (const value of [1, null, 'close', 2]) expect(outputs(await run(on, 'echo', value))).toEqual([[value, true]]);
});

describe('a module that ends its threads after they were ready', () => {
  it.each([
    ['throw', /died of an error that nothing caught: RangeError: the connection was refused/u],
    ['exit', /exited with code 5/u],
  ])('is tried again a few times, ever later, and then the executor is broken and says why (%s)', async (how, reason) => {
    vi.stubEnv('DIES_LATER', `${how} 5`);
    const { broken, onBroken } = breakage();
    const deaths: string[] = [];
    const beganMs = performance.now();
    const on = await start('dies-later.mjs', { onBroken, onThreadDeath: (why) => deaths.push(why) });
    const error = await broken;
    // 100, 200, 400 and 800 ms, where timers may be a little early.
    expect(performance.now() - beganMs).toBeGreaterThan(1_450);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(reason) as unknown });
    expect(deaths).toHaveLength(5);
    expect(deaths[0]).toMatch(/thread paladin-1 is replaced: it .*while it was idle/su);
    const late = await run(on, 'wait', 0);
    expect(late).toMatchObject({ type: 'lost', loss: { cause: 'returned' } });
  });

  it.each(['throw', 'exit', 'reject'])(
    'never blames what it executes (%s)',
    async (how) => {
      vi.stubEnv('DIES_LATER', `${how} 60`);
      const { broken, onBroken } = breakage();
      const on = await start('dies-later.mjs', { onBroken });
      const causes: string[] = [];
      const work = async (): Promise<void> => {
        for (;;) {
          const outcome = await run(on, 'wait', 10_000);
          const cause = outcome.type === 'lost' ? outcome.loss.cause : 'result';
          if (cause === 'returned') return;
          causes.push(cause);
        }
      };
      await Promise.all([work(), broken]);
      expect(causes).not.toContain('death');
    },
    60_000,
  );
});

it.each(['stray', 'stray-exit', 'stray-rejection'])(
  'what an earlier batch has left behind is blamed on nobody, and does not break the executor (%s)',
  async (operation) => {
    vi.stubEnv('DIES_LATER', 'not 0');
    const deaths: string[] = [];
    const on = await start('dies-later.mjs', { onThreadDeath: (why) => deaths.push(why) });
    const outcomes: Outcome[] = [];
    for (let round = 0; round < 4; round += 1) {
      expect(outputs(await run(on, operation, 50))).toEqual([50]);
      outcomes.push(await run(on, 'wait', 10_000));
    }
    expect(deaths).toHaveLength(4);
    for (const [round, outcome] of outcomes.entries()) {
      if (outcome.type !== 'lost') throw new Error('not lost');
      const { cause, reason, error = new Uint8Array() } = outcome.loss;
      // On a busy machine the thread is gone before it begins.
      expect(['wasted', 'returned']).toContain(cause);
      // Before the first death promises are not watched.
      if (round > 0) expect(reason).toMatch(/left behind by an earlier batch|began before/u);
      if (operation !== 'stray-exit') expect(decodeError(error)).toMatchObject({ name: 'Error', message: 'left behind' });
    }
  },
  60_000,
);

it.each(['throw', 'exit', 'throw cycle', 'throw chain'])(
  'what it executes is blamed for what its own timer does, each time (%s)',
  async (how) => {
    vi.stubEnv('DIES_LATER', 'not 0');
    const on = await start('dies-later.mjs');
    for (let round = 0; round < 3; round += 1) {
      expect(await run(on, 'own-timer', how)).toMatchObject({ type: 'lost', loss: { cause: 'death' } });
      expect(outputs(await run(on, 'wait', 0))).toEqual([0]);
    }
  },
  60_000,
);

it.each([
  [{ code: 'E_REFUSED', message: 'refused', cause: { port: 1 } }, 'refused'],
  ['a text', 'a text'],
  [[1, { deep: true }], '1,[object Object]'],
  [null, 'rejected with the reason "null"'],
])('what a stray promise is rejected with is told as it is, though it is no error (%j)', async (reason, text) => {
  vi.stubEnv('DIES_LATER', 'not 0');
  const deaths: string[] = [];
  const on = await start('dies-later.mjs', { onThreadDeath: (why) => deaths.push(why) });
  const outcome = await run(on, 'rejects', reason);
  if (outcome.type !== 'lost') throw new Error('not lost');
  const told = decodeError(outcome.loss.error ?? new Uint8Array());
  if (reason === null) expect(told).toMatchObject({ code: 'ERR_UNHANDLED_REJECTION' });
  else expect(told).toEqual(reason);
  expect(deaths).toEqual([expect.stringContaining(text)]);
});

describe('an error that a module handles', () => {
  it.each(['domain', 'capture', 'listener'])(
    'does not end its thread (%s)',
    async (how) => {
      vi.stubEnv('DIES_LATER', 'not 0');
      const deaths: string[] = [];
      const on = await start('dies-later.mjs', { onThreadDeath: (why) => deaths.push(why) });
      for (let round = 0; round < 2; round += 1) expect(outputs(await run(on, 'handled', how))).toEqual([how]);
      expect(deaths).toEqual([]);
    },
    60_000,
  );

  it('is not what its thread dies of later', async () => {
    vi.stubEnv('DIES_LATER', 'not 0');
    const on = await start('dies-later.mjs', { resourceLimits: { maxOldGenerationSizeMb: 64 } });
    expect(outputs(await run(on, 'handled', 'listener'))).toEqual(['listener']);
    const outcome = await run(on, 'hoard', 0);
    if (outcome.type !== 'lost') throw new Error('not lost');
    expect(outcome.loss.cause).toBe('death');
    expect(outcome.loss.reason).toContain('memory');
    expect(outcome.loss.reason).not.toContain('its own');
  }, 60_000);
});

it('a module may look at the error that ends its thread', async () => {
  vi.stubEnv('DIES_LATER', 'not 0');
  const on = await start('dies-later.mjs');
  const path = join(tmpdir(), `paladin-monitored-${process.pid}`);
  try {
    expect(await run(on, 'monitored', path)).toMatchObject({ type: 'lost', loss: { cause: 'death' } });
    expect(existsSync(path)).toBe(true);
  } finally {
    rmSync(path, { force: true });
  }
}, 60_000);

it('a job that a module runs while it loads is one of no batch', async () => {
  const on = await start('stray-at-load.mjs');
  expect(outputs(await run(on, 'tell-stray', 0))).toEqual([true]);
}, 60_000);

it('a replacement that does not start is told of, also when a later one does', async () => {
  vi.stubEnv('DIES_LATER', 'not 0');
  const deaths: string[] = [];
  let told = (): void => undefined;
  const twice = new Promise<void>((resolve) => (told = resolve));
  const onThreadDeath = (why: string): void => {
    if (deaths.push(why) === 2) told();
  };
  const on = await start('dies-later.mjs', { onThreadDeath });
  vi.stubEnv('DIES_LATER', 'load 0');
  await run(on, 'own-timer', 'exit');
  await twice;
  vi.stubEnv('DIES_LATER', 'not 0');
  expect(outputs(await run(on, 'wait', 0))).toEqual([0]);
  expect(deaths[1]).toMatch(/cannot load module .*dies-later\.mjs: the disk was away/u);
});

it('a thread that is terminated for a timeout is told of', async () => {
  const deaths: string[] = [];
  const on = await start('thread-operations.mjs', { onThreadDeath: (why) => deaths.push(why) });
  const description: JobDescription = {
    serializer: 'msgpack',
    stages: [{ kind: 'map', operation: 'block', version: 1, timeoutMs: 30 }],
  };
  await new Promise((resolve) => on.run('job', description, elements([60_000]), resolve));
  expect(deaths).toEqual([
    "thread paladin-1 is replaced: it was terminated, executing operation 'block' at index 0: ran past its timeout of 30 ms",
  ]);
});

it('an executor that is told to close while its threads load does so at once', async () => {
  const closing = new AbortController();
  const started = start('never-loaded.mjs', {
    signal: closing.signal,
    modules: [new URL('data:text/javascript,setInterval(()=>0,9);await new Promise(()=>0)')],
  });
  closing.abort();
  await expect(started).rejects.toMatchObject({ code: 'CLOSED' });
});
