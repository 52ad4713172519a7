import { defineMonoid, defineOperation, inMemory, remoteMap } from 'paladin-rx';
import { dyingAt } from 'paladin-rx/testing';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { WebWorkerInNode } from '../support/web-workers.js';
import { doubleThatDiesOnce, timesThatDies } from '../fixtures/dying-operations.mjs';

const modules = [new URL('../fixtures/dying-operations.mjs', import.meta.url)];
const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

describe('an operation whose thread dies at an element', () => {
  it('succeeds at the next try, and the others are not touched', async () => {
    await using runtime = inMemory({ workers: 2, modules });
    const results = await lastValueFrom(from(numbers).pipe(remoteMap(doubleThatDiesOnce, runtime), toArray()));
    expect(results).toEqual(numbers.map((n) => 2 * n));
  });

  it('ends its job when it dies each time', async () => {
    await using runtime = inMemory({ workers: 2, modules, maxDeaths: 2 });
    const seen: number[] = [];
    const job = from(numbers).pipe(remoteMap(timesThatDies(3), runtime));
    const error = await job.forEach((n) => seen.push(n)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'POISON_TASK', operation: 'times', index: 5 });
    expect(String(error)).toContain('exited with code 86');
    expect(seen).toEqual([0, 3, 6, 9, 12]);
  });

  it('dies in a Web Worker, too, which is closed', async () => {
    let made = 0;
    const worker = (): WebWorkerInNode => {
      made += 1;
      return new WebWorkerInNode(new URL('../fixtures/web-worker-dying.mjs', import.meta.url));
    };
    await using runtime = inMemory({ workers: 1, worker, maxDeaths: 2 });
    const results = await lastValueFrom(from(numbers).pipe(remoteMap(doubleThatDiesOnce, runtime), toArray()));
    expect(results).toEqual(numbers.map((n) => 2 * n));
    expect(made).toBe(2);
    const job = lastValueFrom(from(numbers).pipe(remoteMap(timesThatDies(3), runtime)));
    const error: unknown = await job.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'POISON_TASK', operation: 'times', index: 5 });
    expect(String(error)).toContain('closed itself');
  });

  it('fails inline, where it would end the program', async () => {
    await using runtime = inMemory();
    const same = dyingAt(defineOperation({ name: 'same', execute: (n: number) => n }), { index: 0 });
    await expect(runtime.run(same, 1)).rejects.toThrow("dyingAt: 'same' is executed inline here");
  });

  it('is an operation only, with an index', () => {
    const same = defineOperation({ name: 'same', execute: (n: number) => n });
    const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
    expect(() => dyingAt(sum, { index: 0 })).toThrow('dyingAt: expected an operation');
    expect(() => dyingAt(same, { index: -1 })).toThrow('dyingAt: expected index to be a whole number from 0, got -1');
    expect(() => dyingAt(same, { index: 1, deaths: 0 })).toThrow('deaths');
    expect(() => dyingAt(same, { at: 1 } as never)).toThrow('at');
    expect(dyingAt(same, { index: 1 })).toMatchObject({ name: 'same', version: 1, args: [] });
  });
});
