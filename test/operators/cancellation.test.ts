import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import { concat, NEVER, of, range } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mirror, spin } from '../support/deadly.js';
import { aborted, gate } from '../support/gate.js';
import { failureOf, outcomeOf } from '../support/outcome.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { isThorough } from '../support/thorough.js';

const deadlyModule = new URL('../support/deadly.ts', import.meta.url);
const relay = defineOperation({ name: 'relay', execute: (value: unknown) => value });

describe('unsubscribing', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 2 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('aborts the signals of what is executing, and no further element is executed', async () => {
    const executed: number[] = [];
    const reasons: unknown[] = [];
    const [begun, ended] = [gate(), gate()];
    const waiting = defineOperation({
      name: 'waiting',
      execute: async (x: number, { signal }) => {
        executed.push(x);
        if (executed.length === 2) begun.open();
        reasons.push(await aborted(signal));
        if (reasons.length === 2) ended.open();
        return x;
      },
    });
    const subscription = range(0, 100)
      .pipe(remoteMap(waiting, runtime, { batch: 10 }))
      .subscribe();
    await begun.opened;
    subscription.unsubscribe();
    await ended.opened;
    expect(reasons).toEqual([expect.objectContaining({ name: 'AbortError' }), expect.objectContaining({ name: 'AbortError' })]);
    // Whatever was still to be executed would be by now.
    await Promise.all([runtime.run(relay, 1), runtime.run(relay, 2)]);
    expect(executed.toSorted((a, b) => a - b)).toEqual([0, 10]);
  });

  it('leaves other jobs alone', async () => {
    const { opened, open } = gate();
    const begun = gate();
    const signals: AbortSignal[] = [];
    const held = defineOperation({
      name: 'held',
      execute: async (x: number, { signal }) => {
        signals.push(signal);
        if (signals.length === 2) begun.open();
        await opened;
        return x;
      },
    });
    const kept = outcomeOf(of(1).pipe(remoteMap(held, runtime)));
    const left = of(2).pipe(remoteMap(held, runtime)).subscribe();
    await begun.opened;
    left.unsubscribe();
    open();
    expect(await kept).toEqual({ values: [1] });
    expect(signals.map((signal) => signal.aborted).toSorted()).toEqual([false, true]);
  });

  it('aborts a combine as well', async () => {
    const begun = gate();
    const ended = gate();
    const slow = defineMonoid({
      name: 'slow',
      empty: () => 0,
      combine: async (a: number, b: number, { signal }) => {
        begun.open();
        await aborted(signal);
        ended.open();
        return a + b;
      },
    });
    const subscription = range(0, 10).pipe(remoteFold(slow, runtime)).subscribe();
    await begun.opened;
    subscription.unsubscribe();
    await ended.opened;
  });

  it('aborts what is executing where another element ends the job', async () => {
    const begun = gate();
    const ended = gate();
    const mixed = defineOperation({
      name: 'mixed',
      execute: async (x: number, { signal }) => {
        if (x === 0) {
          await begun.opened;
          throw new Error('zero');
        }
        begun.open();
        await aborted(signal);
        ended.open();
        return x;
      },
    });
    expect(await failureOf(concat(of(0, 1), NEVER).pipe(remoteMap(mixed, runtime, { batch: 1 })))).toMatchObject({ index: 0 });
    await ended.opened;
  });

  it('is heeded within a callback', async () => {
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      const subscription = range(0, 10)
        .pipe(remoteMap(relay, runtime, { batch: 10 }))
        .subscribe((value) => {
          heard.push(value);
          if (value === 3) {
            subscription.unsubscribe();
            resolve();
          }
        });
    });
    await runtime.run(relay, 1);
    expect(heard).toEqual([0, 1, 2, 3]);
  });

  it('may come at once, and again', async () => {
    const subscription = range(0, 10).pipe(remoteMap(relay, runtime)).subscribe();
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(await runtime.run(relay, 'alive')).toBe('alive');
  });
});

describe('unsubscribing from what runs in a thread', () => {
  it.runIf(isThorough)(
    'ends a thread that does not heed its signal, and another takes its place',
    async () => {
      await using directory = await temporaryDirectory();
      await using runtime = inMemory({ workers: 1, modules: [deadlyModule], noWorkerTimeout: 60_000 });
      const marker = join(directory.path, 'spinning');
      const subscription = of(marker).pipe(remoteMap(spin, runtime)).subscribe();
      await vi.waitFor(() => expect(existsSync(marker)).toBe(true), 20_000);
      // The only thread is busy for ever.
      const next = runtime.run(mirror, 'next');
      subscription.unsubscribe();
      expect(await next).toBe('next');
    },
    60_000,
  );
});
