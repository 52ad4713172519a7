import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as index from 'paladin-rx';
import * as operators from 'paladin-rx/operators';
import * as otel from 'paladin-rx/otel';
import * as progress from 'paladin-rx/progress';
import * as server from 'paladin-rx/server';
import * as testing from 'paladin-rx/testing';
import * as worker from 'paladin-rx/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  // Here, so that the packages are found.
  folder = await mkdtemp(join(import.meta.dirname, 'thread-entry-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs operations in a thread of a fresh process without flags, and returns what this prints. */
async function printedBy(operations: string, program: string): Promise<string> {
  await writeFile(join(folder, 'operations.mjs'), operations);
  const file = join(folder, 'program.mjs');
  await writeFile(
    file,
    `import { inMemory } from 'paladin-rx';
    import * as operations from './operations.mjs';
    const runtime = inMemory({ workers: 1, modules: [new URL('operations.mjs', import.meta.url)] });
    ${program}
    await runtime.close();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 20_000,
  });
  return stdout;
}

describe('in a thread', () => {
  it('the package has what all of its entries have', async () => {
    const names = new Set([index, operators, otel, progress, server, testing, worker].flatMap((entry) => Object.keys(entry)));
    const here: object = await import('../../dist/src/index.thread.js');
    expect(Object.keys(here).toSorted()).toEqual([...names].toSorted());
  });

  it('what is loaded on demand works at once, in whatever order it is imported and called', async () => {
    const printed = await printedBy(
      `import { checkMonoid, connect, defineMonoid, defineOperation, fromPull, inMemory, remoteFold, remoteMap } from 'paladin-rx';
      import { toAsyncIterable } from 'paladin-rx/operators';
      const inc = defineOperation({ name: 'inc', execute: (x) => x + 1 });
      const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a, b) => a + b });
      const numbers = (most) => fromPull({ *[Symbol.iterator]() { for (let n = 1; n <= most; n += 1) yield n; } });
      export const nested = defineOperation({
        name: 'nested',
        execute: async (most) => {
          const loading = Promise.all([import('paladin-rx/server'), import('paladin-rx/worker'), import('paladin-rx/testing')]);
          const inner = inMemory();
          const sums = [];
          for await (const each of toAsyncIterable(numbers(most).pipe(remoteMap(inc, inner), remoteFold(sum, inner)))) sums.push(each);
          await inner.close();
          const [{ startHub }, { startWorker }, { execute }] = await loading;
          const hub = await startHub({ port: 0 });
          const worker = await startWorker({ hub: hub.url, operations: [inc] });
          const runtime = await connect(hub.url);
          const far = await runtime.run(inc, 1);
          await runtime.close();
          await worker.close();
          await hub.close();
          await checkMonoid(sum, [1, 2, 3]);
          return [...sums, far, await execute(inc, 6)];
        },
      });`,
      `console.log(await runtime.run(operations.nested, 3));`,
    );
    expect(printed).toBe('[ 9, 2, 7 ]\n');
  });

  it('errors and serializers of the package are the same ones before and after that', async () => {
    const printed = await printedBy(
      `import { createRequire } from 'node:module';
      import { defineOperation, inMemory, msgpack, PaladinError } from 'paladin-rx';
      export const same = defineOperation({
        name: 'same',
        execute: () => {
          let thrown;
          try { inMemory({ workers: 0 }); } catch (error) { thrown = error; }
          const required = createRequire(import.meta.url)('paladin-rx');
          return [thrown instanceof PaladinError, required.msgpack === msgpack, process.execArgv.length];
        },
      });`,
      `console.log(await runtime.run(operations.same, 0));`,
    );
    expect(printed).toBe('[ true, true, 0 ]\n');
  });
});
