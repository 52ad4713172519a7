import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { inMemory, PaladinError, type Runtime } from 'paladin-rx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { returnsOdd, throwsOdd } from '../fixtures/odd-values.mjs';
import { temporaryDirectory } from '../support/temporary-directory.js';

const fixture = new URL('../fixtures/odd-values.mjs', import.meta.url);

describe('a thread', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 1, modules: [fixture] });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it.each([
    'new Date(5)',
    'new Map([[1, new Set([2])]])',
    'new Uint8Array([1, 2, 3]).buffer',
    'new Float64Array([1.5])',
    'new DataView(new ArrayBuffer(4))',
    '/a+/gi',
    '[1, [2]]',
    '({ a: 1n })',
    'Promise.resolve([new Date(7)])',
    'new AggregateError([new RangeError("inner")], "outer")',
  ])('returns a value of another realm as what it is: %s', async (code) => {
    expect(await runtime.run(returnsOdd, code)).toStrictEqual(await runInThisContext(code));
  });

  it.each([
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()',
    '({ toString() { throw this; } })',
    'Object.create(null)',
    'Symbol("odd")',
    '() => 1',
    'undefined',
    'Object.freeze(new Error("frozen"))',
    'Object.defineProperty(new Error(), "message", { get() { throw 1; } })',
    'new AggregateError([new Error("a"), Object.create(null)], "all")',
    '(() => { const error = new Error("cycle"); error.cause = error; return error; })()',
    'new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 2; }, ownKeys() { throw 3; } })',
  ])('survives what it throws: %s', async (code) => {
    const error: unknown = await runtime.run(throwsOdd, code).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PaladinError);
    expect(error).toMatchObject({ code: 'OPERATION_FAILED', operation: 'throws-odd' });
    expect(await runtime.run(returnsOdd, '1')).toBe(1);
  });
});

it('a thread has the flags and the environment of a file that the program was started with', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'of-the-file');
  await writeFile(file, 'OF_THE_FILE=there\n');
  const program = `
    import { defineOperation, inMemory } from 'paladin-rx';
    const runtime = inMemory({ workers: 1, modules: [new URL(${JSON.stringify(fixture.href)})] });
    const environment = defineOperation({ name: 'environment', execute: () => undefined });
    console.log(await runtime.run(environment, 'OF_THE_FILE'));
    await runtime.close();`;
  const args = [`--env-file=${file}`, '--input-type=module', '--eval', program];
  const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=300 --expose-gc --enable-source-maps' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
  expect(stdout).toBe('there\n');
}, 30_000);
