// Threads run compiled code, so this tests what the build made.
import { setTimeout as wait } from 'node:timers/promises';
import { defineOperation } from 'paladin-rx';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import { InlineExecutor } from '../../src/executor/inline-executor.js';
import { maxNamedStages } from '../../src/executor/limits.js';
import { SlowCreates, slowCreateText } from '../../src/executor/slow-creates.js';
import { Registry } from '../../src/operation/registry.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { elements } from './execution.js';

const stageOf = (operation: string, ...args: unknown[]) =>
  ({ kind: 'map', operation, version: 1, args: msgpack.encode(args) }) as const;
const jobOf = (...stages: JobDescription['stages']): JobDescription => ({ serializer: 'msgpack', stages });

let executor: ThreadExecutor | undefined;
afterEach(async () => {
  await executor?.close();
});

describe('a create that takes long', () => {
  it('is told of with its operation and its job, in a line that is not long', () => {
    const stages = Array.from({ length: maxNamedStages + 2 }, (_, at) => stageOf(`f${at}`));
    expect(slowCreateText(stages.slice(0, 2), 1, 30_000)).toBe(
      "the create of operation 'f1' has taken 30 s and goes on (job of f0@1, f1@1); what is to be executed here waits for it, and timeout does not cover it",
    );
    expect(slowCreateText(stages, 1, 30_000)).toContain('f7@1 and 2 more)');
  });

  it('is told of once by an inline executor, unless it ends, or its job is forgotten, before', async () => {
    const settles: (() => void)[] = [];
    const load = defineOperation({
      name: 'load',
      create: (ms: number) =>
        new Promise<(x: number) => number>((resolve) => {
          const settle = (): void => resolve((x) => x);
          settles.push(settle);
          if (ms > 0) setTimeout(settle, ms);
        }) as never,
    });
    const registry = new Registry();
    registry.add(load, 'the test');
    const tell = vi.fn<(reason: string) => void>();
    const on = new InlineExecutor({ slots: 9, registry, slowCreates: new SlowCreates(tell, 60) });
    const settled = vi.fn();
    for (const seq of [0, 1]) on.run('never', jobOf(stageOf('load', 0)), { ...elements([1]), seq }, settled);
    on.run('quick', jobOf(stageOf('load', 5)), elements([1]), settled);
    on.run('forgotten', jobOf(stageOf('load', 0)), elements([1]), settled);
    await wait(30);
    on.forget('forgotten');
    await wait(200);
    expect(tell.mock.calls).toEqual([[expect.stringContaining("create of operation 'load'")]]);
    for (const settle of settles) settle();
    await vi.waitFor(() => expect(settled).toHaveBeenCalledTimes(4));
    await on.close();
  });

  it('is told of once for each by threads, also where it blocks its thread, while what is quick is not', async () => {
    const told: string[] = [];
    const modules = [new URL('../fixtures/slow-creates.mjs', import.meta.url)];
    const on = (executor = await startThreadExecutor({
      threads: 1,
      modules,
      slowCreateMs: 100,
      onSlowCreate: (reason) => told.push(reason),
    }));
    const run = (jobId: string, description: JobDescription): Promise<unknown> =>
      new Promise((resolve) => on.run(jobId, description, elements([1]), resolve));
    await run('quick', jobOf(stageOf('waits', 1)));
    await wait(150);
    await run('blocked', jobOf(stageOf('blocks', 400)));
    await run('both', jobOf(stageOf('waits', 300), stageOf('waits', 1), stageOf('waits', 400)));
    expect(told.map((reason) => /operation '(\w+)'.*\((.*)\)/u.exec(reason)?.slice(1))).toEqual([
      ['blocks', 'job of blocks@1'],
      ['waits', 'job of waits@1, waits@1, waits@1'],
      ['waits', 'job of waits@1, waits@1, waits@1'],
    ]);
    // It is set up by now.
    await run('both', jobOf(stageOf('waits', 300), stageOf('waits', 1), stageOf('waits', 400)));
    expect(told).toHaveLength(3);
  });
});
