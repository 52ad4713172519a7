// Modules are loaded by Node itself only from compiled code, so this tests what the build made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModules } from '../../dist/src/operation/modules.js';
import { Registry } from '../../dist/src/operation/registry.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paladin-load-error-'));
  const files = {
    'broken.mjs': 'export const net = 1;\nexport const gross = ;\n',
    'sound.mjs': 'export const sound = 1;\n',
    'importer.mjs': "import './sound.mjs';\nimport './middle.mjs';\n",
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
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['broken.mjs', 'broken.mjs:2:22'],
  ['importer.mjs', 'broken.mjs:2:22'],
  ['no-export.mjs', 'no-export.mjs:2:10'],
  ['missing.mjs', 'missing.mjs:3:10'],
  ['missing-package.mjs', 'missing-package.mjs:1:15'],
  ['requires.cjs', 'broken.cjs:2:11'],
  ['requires-missing.cjs', 'requires-missing.cjs:2:9'],
  ['requires-json.cjs', 'broken.json:3:7'],
  ['importer.ts', 'broken.ts:2:29'],
])('a mistake is named with its file, line and column: %s', async (name, place) => {
  const loading = loadModules([pathToFileURL(join(folder, name))], new Registry());
  await expect(loading).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(loading).rejects.toThrow(` (${join(folder, place)})`);
});
