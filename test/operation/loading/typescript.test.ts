import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { expectMistake, operation, projectOf, results } from './typescript-project.js';

// Each compiler that starts takes a while, and there may be several in a test.
vi.setConfig({ testTimeout: 60_000 });

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

it('CommonJS is loaded where nothing else has loaded this package', async () => {
  const folder = projectOf({ 'operations.cts': operation('double', '2 as number') });
  expect(await results(folder, ['operations.cts'], 'double')).toEqual([2]);
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

it('paths of tsconfig.json do not lead away from this package: a thread has one copy of it', async () => {
  const folder = projectOf({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "paladin-rx": ["./elsewhere.ts"] } } }',
    'elsewhere.ts': 'throw new Error("another copy");',
    'operations.ts': operation('value', '1 as number'),
  });
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([1]);
});

it('JavaScript alone loads nothing of what translates TypeScript', async () => {
  const loaded = `Object.keys(process.getBuiltinModule('node:module').Module._cache)`;
  const folder = projectOf({ 'operations.js': operation('cached', `${loaded}.filter((path) => path.includes('jiti'))`) });
  expect(await results(folder, ['operations.js'], 'cached')).toEqual([[]]);
  expect(existsSync(join(folder, 'node_modules/.cache'))).toBe(false);
});

it('what was translated before is kept, and not used when the source is another', async () => {
  const folder = projectOf({ 'operations.ts': operation('value', '1 as number') });
  const kept = join(folder, 'node_modules/.cache/paladin-rx');
  const idsOfFiles = (): number[] => readdirSync(kept).map((file) => statSync(join(kept, file)).ino);
  await results(folder, ['operations.ts'], 'value');
  const before = idsOfFiles();
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([1]);
  expect(idsOfFiles()).toEqual(before);
  writeFileSync(join(folder, 'operations.ts'), operation('value', '2 as number'));
  expect(await results(folder, ['operations.ts'], 'value')).toEqual([2]);
  expect(idsOfFiles()).toHaveLength(1);
});

it.each([
  [
    'a syntax error in what it imports',
    { 'operations.ts': "import './part.js';", 'part.ts': 'const one: number = 1;\nconst two: string = one +;\n' },
    'Unexpected token (FOLDER/part.ts:2:26)',
    { name: 'SyntaxError', message: 'Unexpected token' },
  ],
  [
    'an import that is not there',
    { 'operations.ts': "\nimport './part.js';", 'part.ts': "type A = 1;\nimport { a } from './absent.js';\na();" },
    "Cannot find module 'FOLDER/absent.js' imported from FOLDER/part.ts (FOLDER/part.ts:2:19)",
    { name: 'Error', code: 'ERR_MODULE_NOT_FOUND' },
  ],
])('says where the mistake is: %s', async (_, files, reason, cause) => {
  await expectMistake(files, reason, cause);
});
