// Programs of their own: what stays in memory can be measured only where garbage can be collected at will.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, type Operation } from 'paladin-rx';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { maxRememberedNames } from '../../src/operation/limits.js';
import { isThorough } from '../support/thorough.js';

/** What is kept after so many calls, in bytes, each with an operation of its own that holds on to 8 kB. */
const program = `
  import { defineOperation, inMemory } from ${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)};
  const runtime = inMemory();
  const kept = [];
  for (let n = 1; n <= 2_500; n += 1) {
    const held = new Array(1_000).fill(n);
    const sum = await runtime.run(defineOperation({ name: 'add-' + n, execute: (x) => x + held[0] }), 1);
    if (sum !== n + 1) throw new Error('wrong: ' + sum);
    if (n !== 1_500 && n !== 2_500) continue;
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
    kept.push(process.memoryUsage().heapUsed);
  }
  await runtime.close();
  console.log(JSON.stringify(kept));`;

it.runIf(isThorough)(
  'operations that are made for one call each are not kept',
  async () => {
    const flags = ['--expose-gc', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 170_000 });
    const [early = 0, late = Infinity] = JSON.parse(stdout) as number[];
    // Of 1,000 lists of 8 kB, of as many closures and names, nothing is there.
    expect(late).toBeLessThan(early + 2_000_000);
  },
  180_000,
);

it.runIf(isThorough)('a run takes operations with ever new names', async () => {
  await using many = inMemory();
  for (let at = 0; at < maxRememberedNames + 100; at += 1) {
    const named = defineOperation({ name: `named-${at}`, execute: (x: number) => x + at });
    expect(await many.run(named, 1)).toBe(1 + at);
  }
});

it('an operation is that of its own job, whatever others of the name execute', async () => {
  await using runtime = inMemory({ workers: 1 });
  const add = (by: number): Operation<number, number> =>
    defineOperation({ name: `add-${by}`, execute: async (x: number) => await Promise.resolve(x + by) });
  const many = Array.from({ length: 300 }, (_, n) => firstValueFrom(from([1, 2, 3]).pipe(remoteMap(add(n), runtime), toArray())));
  expect(await Promise.all(many)).toEqual(Array.from({ length: 300 }, (_, n) => [1 + n, 2 + n, 3 + n]));
  const joined = defineMonoid({ name: 'joined', empty: () => '', combine: (a: string, b: string) => a + b });
  expect(await lastValueFrom(from(['a', 'b', 'c']).pipe(remoteFold(joined, runtime)))).toBe('abc');
});

it('two operations of one name are refused, whether given or used before, and labels are asked for as ever', async () => {
  const given = defineOperation({ name: 'given', execute: (x: number) => x });
  await using runtime = inMemory({ operations: [given], noWorkerTimeout: 10 });
  const another = (name: string): Operation<number, number> => defineOperation({ name, execute: (x: number) => -x });
  expect(await runtime.run(given, 1)).toBe(1);
  await expect(runtime.run(another('given'), 1)).rejects.toThrow("operation 'given@1' is defined twice, differently");
  expect(await runtime.run(another('used'), 1)).toBe(-1);
  await expect(runtime.run(another('used'), 1)).rejects.toThrow("operation 'used@1' is defined twice, differently");
  await expect(runtime.run(given, 1, { labels: ['gpu'] })).rejects.toMatchObject({
    code: 'NO_WORKER',
    message: expect.stringContaining("no worker offers label 'gpu'; there are no labels") as unknown,
  });
});

it('two operations of one name in one chain are refused, though their names were forgotten, and the runtime goes on', async () => {
  await using runtime = inMemory({ workers: 1 });
  const add = defineOperation({ name: 'x', execute: (x: number) => x + 1 });
  const multiply = defineOperation({ name: 'x', execute: (x: number) => x * 10 });
  const useOthers = async (round: number): Promise<void> => {
    const others = Array.from({ length: maxRememberedNames }, (_, n) =>
      runtime.run(defineOperation({ name: `other-${round}-${n}`, execute: () => 0 }), 1),
    );
    await Promise.all(others);
  };
  expect(await runtime.run(add, 1)).toBe(2);
  await useOthers(1);
  expect(await runtime.run(multiply, 1)).toBe(10);
  await useOthers(2);
  const chain = from([1]).pipe(remoteMap(add, runtime), remoteMap(multiply, runtime));
  await expect(lastValueFrom(chain)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining("operation 'x@1' is defined twice, differently") as unknown,
  });
  expect(await runtime.run(add, 5)).toBe(6);
});
