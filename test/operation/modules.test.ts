// Modules are loaded by Node itself only from compiled code, so this tests what the build made.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadModules } from '../../dist/src/operation/modules.js';
import { Registry } from '../../dist/src/operation/registry.js';

const fixture = (name: string): URL => new URL(`../fixtures/${name}`, import.meta.url);

async function operationsOf(...modules: (string | URL)[]): Promise<string[]> {
  const registry = new Registry();
  await loadModules(modules, registry);
  return registry.offers().operations;
}

describe('loading modules', () => {
  it('takes URLs, paths from the working directory, and URLs as text', async () => {
    const url = fixture('second-double.mjs');
    expect(await operationsOf(url)).toEqual(['double@1']);
    expect(await operationsOf(relative(process.cwd(), fileURLToPath(url)))).toEqual(['double@1']);
    expect(await operationsOf(url.href)).toEqual(['double@1']);
  });

  it('takes TypeScript that imports TypeScript, by either extension, together with JavaScript', async () => {
    expect(await operationsOf(fixture('typed-operations.ts'), fixture('second-double.mjs'))).toEqual([
      'double@1',
      'in-metres@1',
      'unit@1',
    ]);
  });

  it('takes what is exported by default, however often it was wrapped', async () => {
    expect(await operationsOf(fixture('transpiled.cjs'))).toEqual(['in-default@1', 'in-list@1', 'in-object@1', 'named@1']);
    expect(await operationsOf(fixture('is-an-operation.cjs'))).toEqual(['alone@1']);
    const list = `export default [${['a', 'b'].map((name) => `{ [Symbol.for('paladin-rx.definition')]: ${JSON.stringify({ kind: 'operation', name, version: 1, functions: [] })} }`).join(', ')}]`;
    expect(await operationsOf(`data:text/javascript,${encodeURIComponent(list)}`)).toEqual(['a@1', 'b@1']);
  });

  it('takes what several modules share once, also where one of them is TypeScript', async () => {
    expect(await operationsOf(fixture('thread-operations.mjs'), fixture('re-exports.mjs'))).toContain('double@1');
    expect(
      await operationsOf(fixture('typed-operations.ts'), fixture('re-exports.mjs'), fixture('thread-operations.mjs')),
    ).toContain('double@1');
  });

  it.each([
    [
      'absent.mjs',
      /^cannot load module \/.*absent\.mjs: there is no such file; did you mean .*\.mjs\?$|there is no such file\. If the program is bundled, /u,
    ],
    ['throws-at-import.mjs', /^cannot load module \/.*throws-at-import\.mjs: no database/u],
    ['exports-nothing.mjs', /exports-nothing\.mjs exports no operation: export what defineOperation or defineMonoid returns/u],
    ['typed-operations.py', /expected a \.js, \.mjs, \.cjs, \.ts, \.mts, \.cts or \.tsx file$/u],
  ])('says why it cannot: %s', async (name, message) => {
    await expect(operationsOf(fixture(name))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('hands on the cause', async () => {
    await expect(operationsOf(fixture('throws-at-import.mjs'))).rejects.toMatchObject({ cause: { message: 'no database' } });
  });

  it('refuses two modules that define one name differently, naming both', async () => {
    await expect(operationsOf(fixture('thread-operations.mjs'), fixture('second-double.mjs'))).rejects.toThrow(
      /'double@1' is defined twice, differently: as export 'double' of \/.*thread-operations\.mjs and as export 'twice' of \/.*second-double\.mjs/u,
    );
  });
});
