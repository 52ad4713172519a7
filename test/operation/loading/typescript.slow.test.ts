// More of what typescript.test.ts tests: each test starts compilers of its own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { expectMistake, operation, projectOf, results } from './typescript-project.js';

// Each compiler that starts takes a while, and there may be several in a test.
vi.setConfig({ testTimeout: 60_000 });

const required =
  "const { defineOperation } = require('paladin-rx');\nexports.double = defineOperation({ name: 'double', execute: async () => 2 as number });";

/** The kinds of CommonJS modules in TypeScript. The first file is the module. */
const commonJsModules: [string, Record<string, string>][] = [
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

it('what was translated before is not used when it was cut off, or another version has made it', async () => {
  const folder = projectOf({ 'operations.ts': operation('value', '2 as number') });
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
  const kept = join(folder, 'node_modules/.cache/paladin-rx');
  const files = readdirSync(kept);
  for (const file of files) writeFileSync(join(kept, file), readFileSync(join(kept, file), 'utf8').slice(0, -3));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
  const ofAnother = (text: string): string => text.replace('2', '3').replace(/jiti [\d.]+/u, 'jiti 0.0.0');
  for (const file of files) writeFileSync(join(kept, file), ofAnother(readFileSync(join(kept, file), 'utf8')));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
});

it.each([
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
])('says where the mistake is: %s', async (_, files, reason, cause) => {
  await expectMistake(files, reason, cause);
});
