import { join } from 'node:path';
import { inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { lastValueFrom, of, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deadly, mirror, pending, relay, spin } from '../support/deadly.js';
import { failureOf, outcomeOf } from '../support/outcome.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

describe('an operation that harms what executes it', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 2, modules: [new URL('../support/deadly.ts', import.meta.url)], noWorkerTimeout: 60_000 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('is poison where it ends its thread again and again, and another job is unharmed', async () => {
    const other = lastValueFrom(range(0, 300).pipe(remoteMap(mirror, runtime), toArray()));
    const { values, error } = await outcomeOf(of(0, 1, 2, -3, 4, 5).pipe(remoteMap(deadly, runtime)));
    expect(values).toEqual([0, 1, 2]);
    expect(error).toMatchObject({ code: 'POISON_TASK', operation: 'deadly', index: 3, attempts: 4 });
    expect(await other).toEqual(Array.from({ length: 300 }, (_, x) => x));
  }, 60_000);

  it('is poison alone: where it is skipped, all others of its batch get through', async () => {
    const onSkip = vi.fn();
    const skipping = of(0, 1, -2, 3, 4, 5, 6, 7).pipe(
      remoteMap(deadly, runtime, { batch: 8, onFatal: 'skip', onSkip }),
      toArray(),
    );
    expect(await lastValueFrom(skipping)).toEqual([0, 1, 3, 4, 5, 6, 7]);
    expect(onSkip).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'POISON_TASK', index: 2 }), -2);
  }, 60_000);

  it.each([true, false])(
    'is poison by its own name behind another map, with fuse: %s',
    async (fuse) => {
      const chain = of(0, 1, -2).pipe(remoteMap(relay, runtime, { fuse }), remoteMap(deadly, runtime, { fuse }));
      const { values, error } = await outcomeOf(chain);
      expect(values).toEqual([0, 1]);
      expect(error).toMatchObject({ code: 'POISON_TASK', operation: 'deadly', index: 2, attempts: 4 });
    },
    60_000,
  );

  it('is ended past its timeout where it blocks its thread, and another job is unharmed', async () => {
    await using directory = await temporaryDirectory();
    const other = lastValueFrom(range(0, 300).pipe(remoteMap(mirror, runtime), toArray()));
    const spinning = of('', join(directory.path, 'spinning'), '').pipe(remoteMap(spin, runtime, { timeout: 500 }));
    const { values, error } = await outcomeOf(spinning);
    expect(values).toEqual(['unharmed']);
    expect(error).toMatchObject({ code: 'TASK_TIMEOUT', operation: 'spin', index: 1, attempts: 1 });
    expect(await other).toHaveLength(300);
  }, 60_000);

  it('is ended past its timeout where it never settles', async () => {
    expect(await failureOf(of(1, 0, 2).pipe(remoteMap(pending, runtime, { timeout: 200 })))).toMatchObject({
      code: 'TASK_TIMEOUT',
      operation: 'pending',
      index: 1,
      attempts: 1,
      message: "operation 'pending' failed at index 1: ran past its timeout of 200 ms",
    });
    expect(await runtime.run(mirror, 'alive')).toBe('alive');
  }, 60_000);

  it('is tried again past its timeout where the operator says so, and may be skipped', async () => {
    const onSkip = vi.fn();
    const options = { timeout: 100, retry: { strategy: 'immediate', maxRetries: 1 }, onFatal: 'skip', onSkip } as const;
    expect(await lastValueFrom(of(1, 0, 2).pipe(remoteMap(pending, runtime, options), toArray()))).toEqual([1, 2]);
    expect(onSkip).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'TASK_TIMEOUT', index: 1, attempts: 2 }), 0);
  }, 60_000);

  it('is ended past its timeout inline as well, where it waits', async () => {
    await using inline = inMemory({ workers: 1 });
    expect(await failureOf(of(1, 0, 2).pipe(remoteMap(pending, inline, { timeout: 50 })))).toMatchObject({
      code: 'TASK_TIMEOUT',
      index: 1,
    });
    expect(await inline.run(mirror, 'alive')).toBe('alive');
  });
});
