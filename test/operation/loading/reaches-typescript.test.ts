import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { reachesTypeScript } from '../../../src/operation/loading/reaches-typescript.js';
import { folderOf } from './folder-of.js';

it.each([
  [
    'it is TypeScript itself',
    true,
    { 'main.js': "import './part.js';", 'part.js': "export * from './typed.ts';", 'typed.ts': '' },
  ],
  ['a part stands for TypeScript', true, { 'main.js': "import { a } from './part.js';", 'part.ts': '' }],
  ['it imports some later', true, { 'main.js': "const part = await import('./part.mjs');", 'part.mts': '' }],
  ['it requires some', true, { 'main.js': "require('./part')", 'part.cts': '' }],
  ['all is JavaScript', false, { 'main.js': "import './part.js';", 'part.js': "import './main.js';", 'part.ts': '' }],
  ['what it imports is not there', false, { 'main.js': "import './part.mjs'; import 'absent'; import 'node:fs';" }],
  ['a name may be one of paths', true, { 'main.js': "import '@lib/part';", 'tsconfig.json': '{}' }],
  [
    'a string of the program is no name',
    false,
    { 'main.js': "print(' from ').replaceAll(' from ', ''); import('https://x/y');", 'tsconfig.json': '{}' },
  ],
  ['a name is that of a builtin module', false, { 'main.js': "import 'fs'; import 'node:fs';", 'tsconfig.json': '{}' }],
  [
    'a package is JavaScript, whatever lies in it',
    false,
    {
      'main.js': "import 'jobs';",
      'node_modules/jobs/package.json': '{"main": "main.js"}',
      'node_modules/jobs/main.js': "import './typed.ts';",
      'node_modules/jobs/typed.ts': '',
    },
  ],
  [
    'a package has TypeScript for an export',
    true,
    {
      'main.js': "import 'jobs';",
      'node_modules/jobs/package.json': '{"exports": "./main.ts"}',
      'node_modules/jobs/main.ts': '',
    },
  ],
])('says whether TypeScript is reached: %s', (_, expected, files) => {
  const folder = folderOf(files);
  expect(reachesTypeScript([pathToFileURL(join(folder, 'main.js'))])).toBe(expected);
});

it('a module without a file reaches none', () => {
  expect(reachesTypeScript([new URL('data:text/javascript,1')])).toBe(false);
  expect(reachesTypeScript([new URL('file:///absent/main.js')])).toBe(false);
});
