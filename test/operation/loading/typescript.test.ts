// Node loads modules in threads, from compiled code: this tests what the build made.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defineOperation, inMemory } from 'paladin-rx';
import { expect, it, vi } from 'vitest';
import { folderOf } from './folder-of.js';

// Each compiler that starts takes a while, and there may be several in a test.
vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A project that has installed this package. */
function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = folderOf({ 'package.json': '{ "type": "module" }', ...files });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/paladin-rx'));
  return folder;
}

/** A module with one operation, which returns a value. */
const operation = (name: string, value: string): string =>
  `import { defineOperation } from 'paladin-rx';\nexport const ${name} = defineOperation({ name: '${name}', execute: async () => ${value} });\n`;

const required =
  "const { defineOperation } = require('paladin-rx');\nexports.double = defineOperation({ name: 'double', execute: async () => 2 as number });";

/** The kinds of CommonJS modules in TypeScript. The first file is the module. */
const commonJsModules: [string, Record<string, string>][] = [
  ['.cts with import', { 'operations.cts': operation('double', '2 as number') }],
  ['.cts with require', { 'operations.cts': required }],
  ['.ts with require', { 'operations.ts': required, 'package.json': '{}' }],
  [
    '.ts with import = require',
    {
      'operations.ts': `import paladin = require('paladin-rx');\nexport = { double: paladin.defineOperation({ name: 'double', execute: async () => 2 as number }) };`,
      'package.json': '{}',
    },
  ],
  ['.mts that imports .cts', { 'operations.mts': "export { double } from './part.cjs';", 'part.cts': required }],
];

/** What each operation of these modules returns, in one thread. */
async function results(folder: string, modules: readonly string[], ...names: string[]): Promise<unknown[]> {
  const urls = modules.map((module) => new URL(module, `${pathToFileURL(folder).href}/`));
  await using runtime = inMemory({ workers: 1, modules: urls });
  return await Promise.all(names.map((name) => runtime.run(defineOperation({ name, execute: () => undefined }), null)));
}

it('all kinds of modules share what they import, and this package', async () => {
  const folder = projectOf({
    'state.ts': 'export const state: { n: number } = { n: 0 };',
    'one.ts': `import { state } from './state.js';\nstate.n += 1;\n${operation('one', 'state.n')}`,
    'two.mts': `import { state } from './state.ts';\nstate.n += 10;\n${operation('two', 'state.n')}`,
    'three.mjs': `import { state } from './state';\nstate.n += 100;\n${operation('three', 'state.n')}`,
    'four.cts': `import { state } from './state.js';\nstate.n += 1_000;\n${operation('four', 'state.n')}`,
    'five.cjs': `const { state } = require('./state');\nstate.n += 10_000;\nconst { defineOperation } = require('paladin-rx');\nexports.five = defineOperation({ name: 'five', execute: () => state.n });`,
    'six.ts': `import { PaladinError } from 'paladin-rx';\nimport { copy } from './copy.cjs';\n${operation('six', 'copy === PaladinError')}`,
    'copy.cts': `import { PaladinError } from 'paladin-rx';\nexport const copy: unknown = PaladinError;`,
  });
  const modules = ['one.js', 'two.mjs', 'three.mjs', 'four.cjs', 'five.cjs', 'six.js'];
  expect(await results(folder, modules, 'one', 'two', 'three', 'four', 'five', 'six')).toEqual([
    ...Array.from({ length: 5 }, () => 11_111),
    true,
  ]);
});

it.each(commonJsModules)('CommonJS is loaded where nothing else has loaded this package: %s', async (_, files) => {
  const folder = projectOf(files);
  const [main = ''] = Object.keys(files);
  expect(await results(folder, [main], 'double')).toEqual([2]);
});

it('CommonJS modules that require each other are each executed once', async () => {
  const folder = projectOf({
    'operations.cts': `import other = require('./other.cjs');
exports.early = 1;
exports.times = (exports.times ?? 0) + 1;
${operation('all', '[exports.times, other.earlyOfOperations(), __filename === module.filename]')}`,
    'other.cts': `const operations: { early: number } = require('./operations.cjs');
export const earlyOfOperations = (): number => operations.early;`,
  });
  expect(await results(folder, ['operations.cts'], 'all')).toEqual([[1, 1, true]]);
});

it('TypeScript is more than types', async () => {
  const folder = projectOf({
    'tsconfig.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "experimentalDecorators": true } }',
    'operations.ts': `
      import type { Nothing } from './not-there.js';
      import { view } from './view.js';
      enum Color { Red = 'red' }
      namespace Space { export const one = 1; }
      class Point { constructor(readonly x: number, private y = 2) {} sum() { return this.x + this.y; } }
      const twice = (_: unknown, __: string, found: PropertyDescriptor) => ({ ...found, value: () => 2 });
      class Decorated { @twice two() { return 1; } }
      async function disposed(): Promise<string[]> {
        const log: string[] = [];
        { using _ = { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: () => void log.push('disposed') }; }
        return log;
      }
      ${operation('all', '[Color.Red, Space.one, new Point(1).sum(), new Decorated().two(), await disposed(), view] satisfies unknown[]')}
      ${operation('meta', '[import.meta.url, import.meta.resolve("./view.js")]').split('\n')[1] ?? ''}
      ${operation('later', "(await import('./later.js')).later").split('\n')[1] ?? ''}
    `,
    'view.tsx': `const h = (tag: string, _: unknown, ...rest: unknown[]) => tag + rest.join('');\nexport const view: string = <b>{1 as number}</b>;`,
    'later.ts': 'export const later: string = await Promise.resolve("later");',
  });
  const [all, meta, later] = await results(folder, ['operations.js'], 'all', 'meta', 'later');
  expect(all).toEqual(['red', 1, 3, 2, ['disposed'], 'b1']);
  const href = pathToFileURL(join(folder, 'operations.ts')).href;
  expect(meta).toEqual([href, href.replace('operations.ts', 'view.tsx')]);
  expect(later).toBe('later');
});

it('paths of tsconfig.json hold for imports, also those of CommonJS', async () => {
  const folder = projectOf({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "rates": ["./src/rates.ts"] } } }',
    'src/operations.ts': `import { rate } from '@/rates';\nimport { part } from '@/part.cjs';\n${operation('sum', 'rate + part')}`,
    'src/part.cts': `import { rate } from 'rates';\nexport const part: number = 2 * rate;`,
    'src/rates.ts': 'export const rate: number = 7;',
  });
  expect(await results(folder, ['src/operations.js'], 'sum')).toEqual([21]);
});

it('paths of tsconfig.json hold for JavaScript; a declaration there leaves the package as it is', async () => {
  const folder = projectOf({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "rates": ["./src/rates.d.ts"] } } }',
    'operations.js': `import { rate } from '@/rate';\n${operation('found', 'rate')}`,
    'src/rate.js': "export { rate } from 'rates';",
    'src/rates.d.ts': 'export declare const rate: number;',
    'node_modules/rates/index.js': 'exports.rate = 7;',
  });
  expect(await results(folder, ['operations.js'], 'found')).toEqual([7]);
});

it('in a package that says nothing of its kind, a module is what it is written as', async () => {
  const folder = projectOf({
    'package.json': '{}',
    'module.ts': operation('module', 'import.meta.url.length > 0'),
    'common.ts': `const { defineOperation } = require('paladin-rx');\nconst name: string = __filename;\nmodule.exports = defineOperation({ name: 'common', execute: () => name });`,
    'mixed.ts': `import path from 'node:path';\n${operation('mixed', 'path.basename(__filename)')}`,
  });
  expect(await results(folder, ['module.ts', 'common.ts', 'mixed.ts'], 'module', 'common', 'mixed')).toEqual([
    true,
    join(folder, 'common.ts'),
    'mixed.ts',
  ]);
});

it('JavaScript alone loads nothing of what translates TypeScript', async () => {
  const loaded = `Object.keys(process.getBuiltinModule('node:module').Module._cache)`;
  const folder = projectOf({ 'operations.js': operation('cached', `${loaded}.filter((path) => path.includes('jiti'))`) });
  expect(await results(folder, ['operations.js'], 'cached')).toEqual([[]]);
  expect(existsSync(join(folder, 'node_modules/.cache'))).toBe(false);
});

it('what was translated before is kept', async () => {
  const folder = projectOf({ 'operations.ts': operation('value', '1 as number') });
  const kept = join(folder, 'node_modules/.cache/paladin-rx');
  const idsOfFiles = (): number[] => readdirSync(kept).map((file) => statSync(join(kept, file)).ino);
  await results(folder, ['operations.ts'], 'value');
  const before = idsOfFiles();
  await results(folder, ['operations.ts'], 'value');
  expect(idsOfFiles()).toEqual(before);
});

it('what was translated before is not used when the source is another', async () => {
  const folder = projectOf({ 'operations.ts': operation('value', '1 as number') });
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([1]);
  writeFileSync(join(folder, 'operations.ts'), operation('value', '2 as number'));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
  const kept = join(folder, 'node_modules/.cache/paladin-rx');
  const files = readdirSync(kept);
  expect(files).toHaveLength(1);
  // A file that somebody has cut off is not used either.
  for (const file of files) writeFileSync(join(kept, file), readFileSync(join(kept, file), 'utf8').slice(0, -3));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
  // Nor one that another version has made.
  const ofAnother = (text: string): string => text.replace('2', '3').replace(/jiti [\d.]+/u, 'jiti 0.0.0');
  for (const file of files) writeFileSync(join(kept, file), ofAnother(readFileSync(join(kept, file), 'utf8')));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
});

it.each([
  [
    'a syntax error in what it imports',
    { 'operations.ts': "import './part.js';", 'part.ts': 'const one: number = 1;\nconst two: string = one +;\n' },
    'Unexpected token (FOLDER/part.ts:2:26)',
    { name: 'SyntaxError', message: 'Unexpected token' },
  ],
  [
    'a name that is declared twice',
    { 'operations.ts': "import './part.js';", 'part.ts': "import { a } from './operations.js';\nexport const a: number = 1;\n" },
    'Duplicate declaration "a" (FOLDER/part.ts:2:14)',
    { name: 'SyntaxError' },
  ],
  [
    'import = require in an ES module',
    { 'operations.ts': "import path = require('node:path');\nexport const name = path.basename('/a');" },
    'require is not defined in ES module scope, you can use import instead (FOLDER/operations.ts:1:14); ' +
      'createRequire of node:module makes a require',
    { name: 'ReferenceError' },
  ],
  [
    'an import that is not there',
    { 'operations.ts': "\nimport './part.js';", 'part.ts': "type A = 1;\nimport { a } from './absent.js';\na();" },
    "Cannot find module 'FOLDER/absent.js' imported from FOLDER/part.ts (FOLDER/part.ts:2:19)",
    { name: 'Error', code: 'ERR_MODULE_NOT_FOUND' },
  ],
  [
    'a package that is not there',
    { 'operations.ts': "import './part.js';", 'part.ts': "import { a } from 'absent/part';\na();" },
    "Cannot find package 'absent' imported from FOLDER/part.ts (FOLDER/part.ts:1:19)",
    { name: 'Error', code: 'ERR_MODULE_NOT_FOUND' },
  ],
  [
    'a name that is not exported',
    { 'operations.ts': "import { a, b } from './part.js';\na();\nb();", 'part.ts': 'export const a = () => 1;' },
    "The requested module './part.js' does not provide an export named 'b' (FOLDER/operations.ts:1:13)",
    { name: 'SyntaxError' },
  ],
  [
    'an error that it throws',
    {
      'operations.ts': "import { check } from './part.js';\n\ncheck(1 as number);",
      'part.ts': `interface Cause { code: string }
export function check(_: number): never {
  throw new RangeError('too small', { cause: Object.assign(new TypeError('inner'), { code: 'E_INNER' } satisfies Cause) });
}`,
    },
    'too small (FOLDER/part.ts:3:9)',
    { name: 'RangeError', message: 'too small', cause: { name: 'TypeError', code: 'E_INNER' } },
  ],
])('says where the mistake is: %s', async (_, files, text, cause) => {
  const folder = projectOf(files);
  const message = `cannot load module ${folder}/operations.ts: ${text.replaceAll('FOLDER', folder)}`;
  await expect(results(folder, ['operations.ts'], 'any')).rejects.toMatchObject({ code: 'INVALID_INPUT', message, cause });
});
