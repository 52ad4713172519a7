import { connect, defineOperation, inMemory, remoteMap, type Operation, type Runtime } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, from, lastValueFrom, of, Subject, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { aborted, gate } from '../support/gate.js';
import { rejectionOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

/** Operations that run others on the runtime that they are told. */
function nesting(runtime: () => Runtime): Record<'plain' | 'late' | 'fibonacci', Operation<number, number>> {
  const plain = defineOperation({
    name: 'plain',
    execute: async (x: number, context) => (await context.run(() => runtime().run(double, x))) + 1,
  });
  const late = defineOperation({
    name: 'late',
    execute: async (x: number, context) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return (await context.run(() => firstValueFrom(of(x).pipe(remoteMap(double, runtime()))))) + 1;
    },
  });
  const fibonacci: Operation<number, number> = defineOperation({
    name: 'fibonacci',
    execute: async (n: number, context) => {
      if (n < 2) return n;
      const parts = await context.run(() => Promise.all([1, 2].map((less) => runtime().run(fibonacci, n - less))));
      return parts.reduce((a, b) => a + b);
    },
  });
  return { plain, late, fibonacci };
}

async function isRight(runtime: Runtime, { plain, late, fibonacci }: ReturnType<typeof nesting>): Promise<void> {
  expect(await Promise.all([1, 2, 3].map((x) => runtime.run(plain, x)))).toEqual([3, 5, 7]);
  const source = Array.from({ length: 20 }, (_, x) => x);
  expect(await lastValueFrom(from(source).pipe(remoteMap(late, runtime), toArray()))).toEqual(source.map((x) => 2 * x + 1));
  expect(await runtime.run(fibonacci, 9)).toBe(34);
}

describe('context.run', () => {
  it('lets others have the slot while an operation waits for a job of its own, to any depth, in memory', async () => {
    await using runtime: Runtime = inMemory({ workers: 1 });
    await isRight(
      runtime,
      nesting(() => runtime),
    );
  });

  it('does over a hub, too, also where its one slot is all there is', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime: Runtime = await connect(hub.url);
    const operations = nesting(() => runtime);
    await using _worker = await startWorker({ hub: hub.url, operations: [double, ...Object.values(operations)], slots: 1 });
    await isRight(runtime, operations);
  });

  it('goes without saying for a run, also after the operation has waited for something else', async () => {
    await using runtime: Runtime = inMemory({ workers: 2 });
    const plain = defineOperation({ name: 'plain', execute: async (x: number) => (await runtime.run(double, x)) + 1 });
    const later = defineOperation({
      name: 'later',
      execute: async (x: number) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return (await Promise.resolve().then(() => runtime.run(plain, x))) + 1;
      },
    });
    const chained = defineOperation({
      name: 'chained',
      execute: (x: number) => Promise.resolve().then(() => runtime.run(double, x)),
    });
    expect(await Promise.all([1, 2, 3, 4].map((x) => runtime.run(plain, x)))).toEqual([3, 5, 7, 9]);
    expect(await Promise.all([1, 2, 3, 4].map((x) => runtime.run(chained, x)))).toEqual([2, 4, 6, 8]);
    expect(await Promise.all([1, 2, 3, 4].map((x) => runtime.run(later, x)))).toEqual([4, 6, 8, 10]);
  });

  it('goes without saying for the first element that waits, however many did not', async () => {
    await using runtime: Runtime = inMemory({ workers: 1 });
    const seldom = defineOperation({
      name: 'seldom',
      execute: (x: number) =>
        x % 4 < 2 ? 2 * x : new Promise((resolve) => setTimeout(resolve, 1)).then(() => runtime.run(double, x)),
    });
    const source = Array.from({ length: 16 }, (_, x) => x);
    for (const batch of [1, 3, 16]) {
      const outputs = lastValueFrom(
        from(source).pipe(remoteMap(double, runtime), remoteMap(seldom, runtime, { batch }), toArray()),
      );
      expect(await outputs).toEqual(source.map((x) => 4 * x));
    }
  });

  it('goes without saying for operators, on whatever runtime', async () => {
    await using hub = await startHub({ port: 0 });
    await using runtime: Runtime = await connect(hub.url);
    await using own: Runtime = await connect(hub.url);
    const doubles = defineOperation({
      name: 'doubles',
      execute: async (n: number) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await lastValueFrom(from([n, n + 1]).pipe(remoteMap(double, own), toArray()));
      },
    });
    await using _worker = await startWorker({ hub: hub.url, operations: [double, doubles], slots: 1 });
    const source = [1, 2, 3];
    expect(await lastValueFrom(from(source).pipe(remoteMap(doubles, runtime), toArray()))).toEqual(
      source.map((n) => [2 * n, 2 * n + 2]),
    );
  });

  it('goes without saying for the set-up of an operation, and all batches that wait for it', async () => {
    await using runtime: Runtime = inMemory({ workers: 2 });
    for (const beforeMs of [undefined, 5]) {
      const times = defineOperation({
        name: `times-${beforeMs}`,
        create: async (half: number) => {
          if (beforeMs !== undefined) await new Promise((resolve) => setTimeout(resolve, beforeMs));
          const factor = await runtime.run(double, half);
          return (x: number) => factor * x;
        },
      });
      const source = [1, 2, 3, 4, 5, 6];
      expect(await lastValueFrom(from(source).pipe(remoteMap(times(5), runtime, { batch: 1 }), toArray()))).toEqual(
        source.map((x) => 10 * x),
      );
    }
  });

  it('goes without saying for as long as anything of a job is under way, and no longer', async () => {
    await using runtime: Runtime = inMemory({ workers: 1 });
    let now = 0;
    let most = 0;
    const feeding = defineOperation({
      name: 'feeding',
      execute: async (x: number) => {
        const source = new Subject<number>();
        const outputs: unknown[] = [];
        source.pipe(remoteMap(double, runtime)).subscribe((output) => outputs.push(output));
        now += 1;
        most = Math.max(most, now);
        // Another one that could begin would begin by then.
        for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        for (const part of [x, x + 1]) {
          source.next(part);
          const told = outputs.length;
          await vi.waitFor(() => expect(outputs).toHaveLength(told + 1), 10_000);
        }
        source.complete();
        return outputs;
      },
    });
    const source = Array.from({ length: 6 }, (_, x) => x);
    const outputs = lastValueFrom(from(source).pipe(remoteMap(feeding, runtime, { batch: 1 }), toArray()));
    expect(await outputs).toEqual(source.map((x) => [2 * x, 2 * x + 2]));
    // One that has waited goes on beyond the slots, and ends; no other begins to feed meanwhile.
    expect(most).toBe(1);
  });

  it('is of no use to what an operation has left behind, nor in its way', async () => {
    await using runtime: Runtime = inMemory({ workers: 1 });
    const over = gate();
    let left: Promise<number> | undefined;
    const leaving = defineOperation({
      name: 'leaving',
      execute: (x: number) => {
        left = over.opened.then(() => runtime.run(double, x));
        return x;
      },
    });
    expect(await runtime.run(leaving, 2)).toBe(2);
    over.open();
    expect(await left).toBe(4);
  });

  it('gives what the work gives or throws, and needs no job', async () => {
    await using runtime = inMemory({ workers: 1 });
    const answer = defineOperation({ name: 'answer', execute: (x: number, { run }) => run(() => x + 1) });
    expect(await runtime.run(answer, 1)).toBe(2);
    const failing = defineOperation({
      name: 'failing',
      execute: (_: number, context) =>
        context.run(() => {
          throw new RangeError('no');
        }),
    });
    expect(await rejectionOf(runtime.run(failing, 1))).toMatchObject({ code: 'OPERATION_FAILED', cause: { name: 'RangeError' } });
  });

  it('ends at once when the job is cancelled, with the reason of the signal', async () => {
    await using runtime = inMemory({ workers: 1 });
    const told = vi.fn();
    const begun = gate();
    const endless = defineOperation({
      name: 'endless',
      execute: async (_: number, context) => {
        const forever = async (): Promise<void> => {
          begun.open();
          await new Promise(() => undefined);
        };
        await context.run(forever).catch(told);
        told(await aborted(context.signal));
      },
    });
    const controller = new AbortController();
    const run = runtime.run(endless, 1, { signal: controller.signal });
    await begun.opened;
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls[0]).toEqual(told.mock.calls[1]);
    expect(await runtime.run(double, 1)).toBe(2);
  });

  it('counts in the timeout of the element', async () => {
    await using runtime = inMemory({ workers: 1 });
    const slow = defineOperation({
      name: 'slow',
      execute: (_: number, context) => context.run(() => new Promise(() => undefined)),
    });
    expect(await rejectionOf(runtime.run(slow, 1, { timeout: 20 }))).toMatchObject({ code: 'TASK_TIMEOUT' });
  });

  it('fails beyond so many operations that wait, rather than that they wait for ever', async () => {
    await using runtime: Runtime = inMemory({ workers: 1 });
    const all = gate();
    const waiting = defineOperation({
      name: 'waiting',
      execute: async (x: number, context) => {
        await context.run(() => all.opened);
        return x;
      },
    });
    const runs = Array.from({ length: 1_026 }, (_, x) => runtime.run(waiting, x));
    const refused = await Promise.any(runs.map((run) => rejectionOf(run)));
    all.open();
    expect(refused).toMatchObject({ code: 'OPERATION_FAILED', cause: { code: 'LIMIT_EXCEEDED' } });
    expect(refused.message).toContain('1024 operations of this worker wait in context.run already');
    const ends = await Promise.allSettled(runs);
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1_024);
  });
});
