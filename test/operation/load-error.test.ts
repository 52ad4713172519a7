// Modules are loaded by Node itself only from compiled code, so this tests what the build made.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defineOperation, inMemory } from 'paladin-rx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModules } from '../../dist/src/operation/modules.js';
import { Registry } from '../../dist/src/operation/registry.js';
import { Command } from '../commands/command.js';

const index = new URL('../../dist/src/index.js', import.meta.url).href;

const price = defineOperation({ name: 'price', execute: () => 1 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paladin-load-error-'));
  const files = {
    'broken.mjs': 'export const net = 1;\nexport const gross = ;\n',
    'sound.mjs': 'export const sound = 1;\n',
    'importer.mjs': "import './sound.mjs';\nimport './middle.mjs';\n",
    'imports-built-in.mjs': `import 'node:os';\nimport ${JSON.stringify(index)};\nimport './middle.mjs';\n`,
    'middle.mjs': "export { net } from './broken.mjs';\n",
    'no-export.mjs': "\nimport { nothing } from './sound.mjs';\n",
    'missing.mjs': "\n\n  import './not-there.mjs';\n",
    'missing-package.mjs': "import x from 'no-such-package/part';\n",
    'broken.cjs': 'const a = 1;\nconst b = ;\n',
    'requires.cjs': "require('./broken.cjs');\n",
    'requires-missing.cjs': "\nrequire('./not-there.cjs');\n",
    'broken.json': '{\n "a": 1,\n "b": }\n',
    'requires-json.cjs': "require('./broken.json');\n",
    'broken.ts': 'export const a: number = 1;\nexport const b: string = a +;\n',
    'importer.ts': "import './broken.ts';\nexport const c: number = 1;\n",
    'throws.mjs': "const fail = () => {\n  throw new RangeError('no such price');\n};\nfail();\n",
    'throws.cjs': "\n  throw new RangeError('no such price');\n",
    'throws.cts': "const price: number = 1;\nif (price)\n  throw new RangeError('no such price');\n",
    'throws.mts': "const price: number = 1;\nif (price)\n  throw new RangeError('no such price');\n",
    'imports-throws.mjs': "import './throws.mjs';\n",
    'imports-throws-cjs.mjs': "import './throws.cjs';\n",
    'requires-throws.cjs': "require('./throws.cjs');\n",
    'imports-broken-cjs.mjs': "import './broken.cjs';\n",
    'imports-json.mjs': "import prices from './broken.json' with { type: 'json' };\n",
    'imports-json-plainly.mjs': "\nimport prices from './broken.json';\n",
    'parses.mjs': "\nexport const prices = JSON.parse('{');\n",
    'requires-esm.cjs': "require('./imports-broken.cjs');\n",
    'imports-broken.cjs': "\nrequire('./also-broken.mjs');\n",
    'also-broken.mjs': 'export const net = ;\n',
    'no-built-in.mjs': "import fs from 'node:fs';\nimport x from 'node:no-such-thing';\n",
    'folder.mjs': "import '.';\n",
    'part.mjs': "import 'rxjs/no/such/part';\n",
    'imports-broken-typescript.mjs': "export { a } from './broken.ts';\n",
    'imports-typescript.mjs': "export { typed } from './sound.ts';\n",
    'sound.ts': `import { defineOperation } from ${JSON.stringify(index)};\n
export const typed = defineOperation({ name: 'typed', execute: (n: number) => n });\n`,
    'null.mjs': 'throw null;\n',
    'text.cjs': "throw 'text';\n",
    'empty.mjs': "throw '';\n",
    'symbol.mts': "const by: string = 'symbol';\nthrow Symbol(by);\n",
    'getters.cjs': `throw { get message() { throw 1; }, get stack() { throw 2; }, toString() { throw 3; } };\n`,
    'error-getters.mjs': `throw Object.defineProperties(new Error(), {
      message: { get() { throw null; } }, stack: { get() { throw null; } }, name: { get() { throw null; } } });\n`,
    'revoked.mjs': 'const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nthrow proxy;\n',
    'revoked.ts': 'const { proxy, revoke } = Proxy.revocable({} as object, {});\nrevoke();\nthrow proxy;\n',
    'exports-revoked.mjs': 'const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nexport { proxy };\n',
    'exports-revoked.cjs': 'const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nmodule.exports = proxy;\n',
    'defines-wrongly.mjs': `import { defineOperation } from ${JSON.stringify(index)};\n\ndefineOperation({ name: 1 });\n`,
  };
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(fileURLToPath(new URL('../../node_modules/rxjs', import.meta.url)), join(folder, 'node_modules', 'rxjs'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['broken.mjs', 'broken.mjs:2:22'],
  ['importer.mjs', 'broken.mjs:2:22'],
  ['imports-built-in.mjs', 'broken.mjs:2:22'],
  ['no-export.mjs', 'no-export.mjs:2:10'],
  ['missing.mjs', 'missing.mjs:3:10'],
  ['missing-package.mjs', 'missing-package.mjs:1:15'],
  ['requires.cjs', 'broken.cjs:2:11'],
  ['requires-missing.cjs', 'requires-missing.cjs:2:9'],
  ['requires-json.cjs', 'broken.json:3:7'],
  ['importer.ts', 'broken.ts:2:29'],
  ['imports-broken-typescript.mjs', 'broken.ts:2:29'],
  ['imports-throws.mjs', 'throws.mjs:2:9'],
  ['requires-throws.cjs', 'throws.cjs:2:9'],
  ['throws.cts', 'throws.cts:3:7'],
  ['throws.mts', 'throws.mts:3:7'],
  ['imports-json.mjs', 'broken.json:3:7'],
  ['imports-json-plainly.mjs', 'imports-json-plainly.mjs:2:20'],
  ['parses.mjs', 'parses.mjs:2:28'],
  ['requires-esm.cjs', 'also-broken.mjs:1:20'],
  ['no-built-in.mjs', 'no-built-in.mjs:2:15'],
  ['folder.mjs', 'folder.mjs:1:8'],
  ['part.mjs', 'part.mjs:1:8'],
  ['defines-wrongly.mjs', 'defines-wrongly.mjs:3:1'],
])('a mistake is named with its file, line and column: %s', async (name, place) => {
  const loading = loadModules([pathToFileURL(join(folder, name))], new Registry());
  await expect(loading).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(loading).rejects.toThrow(` (${join(folder, place)})`);
});

const odd: readonly [string, string][] = [
  ['null.mjs', 'it threw null, which is no error'],
  ['text.cjs', 'it threw "text", which is no error'],
  ['empty.mjs', 'it threw "", which is no error'],
  ['symbol.mts', 'it threw Symbol(symbol), which is no error'],
  ['getters.cjs', 'it threw { message: [getter], stack: [getter], toString: function toString }, which is no error'],
  // Node reads these, unless a compiler loads them.
  ['error-getters.mjs', 'it threw null, which is no error'],
  ['revoked.mjs', "Cannot perform 'get' on a proxy that has been revoked"],
  ['revoked.ts', "Cannot perform 'get' on a proxy that has been revoked"],
];

it.each(odd)('whatever a module throws, the error names the module: %s', async (name, reason) => {
  const message = `cannot load module ${join(folder, name)}: ${reason}`;
  await expect(loadModules([pathToFileURL(join(folder, name))], new Registry())).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message,
  });
  await using runtime = inMemory({ modules: [join(folder, name)], workers: 1 });
  await expect(runtime.run(price, 1)).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
});

it.each(['exports-revoked.mjs', 'exports-revoked.cjs'])('what cannot be read is no operation: %s', async (name) => {
  const loading = loadModules([pathToFileURL(join(folder, name))], new Registry());
  await expect(loading).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(loading).rejects.toThrow(`${join(folder, name)} exports no operation`);
});

it('the command says what a module threw, and ends', async () => {
  for (const flags of [[], ['--inline']]) {
    await using worker = new Command(['worker', join(folder, 'getters.cjs'), '--hub', 'http://127.0.0.1:1', ...flags]);
    expect(await worker.exited()).toBe(1);
    expect(worker.output).toMatch(/^error: cannot load module .*getters\.cjs: it threw \{ message: \[getter\]/u);
  }
}, 60_000);

it('JavaScript may import TypeScript', async () => {
  const registry = new Registry();
  await loadModules([pathToFileURL(join(folder, 'imports-typescript.mjs'))], registry);
  expect(registry.offers().operations).toEqual(['typed@1']);
});

// This runner has handlers of its own for what is not handled, so threads load these.
it.each([
  ['imports-throws-cjs.mjs', 'throws.cjs:2:9'],
  ['imports-broken-cjs.mjs', 'broken.cjs:2:11'],
])('a CommonJS module that fails in an ES module is told of, and ends nothing: %s', async (name, place) => {
  await using runtime = inMemory({ modules: [join(folder, name)], workers: 1 });
  const run = runtime.run(price, 1);
  await expect(run).rejects.toThrow(new RegExp(`^cannot load module .* \\(${join(folder, place)}\\)$`, 'u'));
});
