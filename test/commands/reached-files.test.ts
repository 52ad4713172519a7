import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reachedFiles } from '../../server/command/reached-files.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What is reached from the first of the files, by their names. */
async function reached(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  const first = join(folder.path, Object.keys(files)[0] ?? '');
  return reachedFiles([first])
    .map((path) => relative(folder.path, path))
    .toSorted();
}

describe('the files of a module', () => {
  it('are those that it imports by paths, and so on, as people write them', async () => {
    const files = await reached({
      'a.ts': `import { b } from './b.js'; export * from "./c"; const d = await import('./lib'); import 'rxjs';`,
      'b.ts': `import './a.js'; import e from '../outside.js'; import data from './data.json' with { type: 'json' };`,
      'c.mts': '',
      'lib/index.cjs': `require('../f.cjs')`,
      'f.cts': '',
      'data.json': '{ "from": "./never" }',
      'unrelated.ts': '',
    });
    expect(files).toEqual(['../outside.js', 'a.ts', 'b.ts', 'c.mts', 'data.json', 'f.cts', 'lib/index.cjs']);
  });

  it('are also those that are not there yet', async () => {
    expect(await reached({ 'a.ts': `import './soon.js';` })).toEqual(['a.ts', 'soon.js']);
  });
});
