import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, TransientError, type Runtime } from 'paladin-rx';
import { lastValueFrom, of, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

describe('what an operation is told and set up with', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 2 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('is the index of its element, the attempt, and a job id that no other job has', async () => {
    const tell = defineOperation({
      name: 'tell',
      execute: (_: string, { index, attempt, jobId }) => ({ index, attempt, jobId }),
    });
    const told = of('a', 'b', 'c').pipe(remoteMap(tell, runtime), toArray());
    const [one, other] = [await lastValueFrom(told), await lastValueFrom(told)];
    expect(one.map(({ index, attempt }) => [index, attempt])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(new Set([...one, ...other].map(({ jobId }) => jobId)).size).toBe(2);
    await using elsewhere = inMemory({ workers: 1 });
    expect((await elsewhere.run(tell, 'a')).jobId).not.toBe(one[0]?.jobId);
  });

  it('is a key that names its task: at each try, in each stage, and over calls of run', async () => {
    const told: { name: string; key: string; attempt: number }[] = [];
    const named = (name: string) =>
      defineOperation({
        name,
        execute: (x: number, { key, attempt }) => {
          told.push({ name: `${name} ${x}`, key, attempt });
          if (attempt === 1) throw new TransientError('busy');
          return x;
        },
      });
    const [first, second] = [named('first'), named('second')];
    for (const x of [1, 2, 3]) await runtime.run(first, x);
    await lastValueFrom(of(4, 5).pipe(remoteMap(first, runtime), remoteMap(second, runtime), toArray()));
    const keys = new Map<string, Set<string>>();
    for (const { name, key } of told) keys.set(name, (keys.get(name) ?? new Set()).add(key));
    expect([...keys.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(new Set(told.map(({ key }) => key)).size).toBe(7);
    for (const { key } of told) expect(key).toMatch(/^[\w.-]{20,80}$/u);
  });

  it('is attempt 1 for what was given back before it was begun', async () => {
    // The first batches grow large: then those of dear elements are given back in part.
    const begun = new Map<number, number>();
    const work = defineOperation({
      name: 'uneven-work',
      execute: (n: number, { attempt }) => {
        begun.set(n, (begun.get(n) ?? 0) + 1);
        for (const end = performance.now() + (n < 300 ? 0.01 : 30); performance.now() < end;);
        return attempt;
      },
    });
    const attempts = await lastValueFrom(range(0, 312).pipe(remoteMap(work, runtime), toArray()));
    expect(attempts).toEqual(Array.from({ length: 312 }, (_, n) => begun.get(n)));
  });

  it('is a signal that is not aborted as long as all is well', async () => {
    const signals: AbortSignal[] = [];
    const keep = defineOperation({
      name: 'keep',
      execute: (x: number, { signal }) => {
        signals.push(signal);
        return x;
      },
    });
    await lastValueFrom(range(0, 5).pipe(remoteMap(keep, runtime)));
    await runtime.run(keep, 1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false, false, false, false]);
  });

  it('is its arguments, each in its type', async () => {
    const args = [new Map([['a', new Set([1])]]), { deep: [new Date(0), undefined] }, 7n, /x/u] as const;
    const seen = vi.fn();
    const withArgs = defineOperation({
      name: 'with-args',
      create: (...given: typeof args) => {
        seen(...given);
        return (x: number) => x;
      },
    });
    await runtime.run(withArgs(...args), 1);
    expect(seen).toHaveBeenCalledExactlyOnceWith(...args);
  });

  it('is created once per job and executor', async () => {
    const create = vi.fn((factor: number) => (x: number) => factor * x);
    const multiply = defineOperation({ name: 'multiply', create });
    const values = range(0, 100).pipe(remoteMap(multiply(3), runtime, { batch: 5 }), toArray());
    expect(await lastValueFrom(values)).toEqual(Array.from({ length: 100 }, (_, x) => 3 * x));
    const ofFirst = create.mock.calls.length;
    expect(ofFirst).toBeGreaterThanOrEqual(1);
    expect(ofFirst).toBeLessThanOrEqual(2);
    await lastValueFrom(values);
    expect(create.mock.calls.length).toBeGreaterThan(ofFirst);
    expect(create.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it('is created once where several batches wait for one that is asynchronous', async () => {
    await using one = inMemory({ workers: 1 });
    const create = vi.fn(async (table: readonly string[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      return (x: number) => table[x % table.length];
    });
    const pick = defineOperation({ name: 'pick', create });
    const values = range(0, 6).pipe(remoteMap(pick(['a', 'b', 'c']), one, { batch: 1 }), toArray());
    expect(await lastValueFrom(values)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('is state that the elements of a job share on an executor, and that the next job does not see', async () => {
    await using one = inMemory({ workers: 1 });
    const count = defineOperation({
      name: 'count',
      create: () => {
        let calls = 0;
        return (_: number) => (calls += 1);
      },
    });
    const counts = range(0, 5).pipe(remoteMap(count(), one), toArray());
    expect(await lastValueFrom(counts)).toEqual([1, 2, 3, 4, 5]);
    expect(await lastValueFrom(counts)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is an asynchronous combine, too', async () => {
    const sum = defineMonoid({
      name: 'async-sum',
      empty: () => 0,
      create: async (modulus: number) => {
        await Promise.resolve();
        return async (a: number, b: number) => (a + b) % modulus;
      },
    });
    expect(await lastValueFrom(range(1, 100).pipe(remoteFold(sum(1_000), runtime)))).toBe(50);
  });

  it('may be told apart by version', async () => {
    const first = defineOperation({ name: 'versioned', execute: (x: number) => x });
    const second = defineOperation({ name: 'versioned', version: 2, execute: (x: number) => -x });
    expect(await runtime.run(first, 1)).toBe(1);
    expect(await runtime.run(second, 1)).toBe(-1);
  });

  it('gets copies, so that nobody changes what another holds', async () => {
    const change = defineOperation({
      name: 'change',
      execute: (list: number[]) => {
        list.push(1);
        return list;
      },
    });
    const mine = [0];
    expect(await runtime.run(change, mine)).toEqual([0, 1]);
    expect(mine).toEqual([0]);
  });
});
