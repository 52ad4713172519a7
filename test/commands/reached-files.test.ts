import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reachedFiles } from '../../server/command/reached-files.js';
import { folderOf } from '../operation/loading/folder-of.js';

/** What is reached from the first of the files, by their names. */
function reached(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = folderOf(files);
  return namesOf(reachedFiles([join(folder, Object.keys(files)[0] ?? '')]), folder);
}

function namesOf(paths: readonly string[], folder: string): readonly string[] {
  return paths.map((path) => relative(folder, path)).toSorted();
}

describe('the files of a module', () => {
  it('are those that it imports by paths, and so on, as people write them', () => {
    const files = reached({
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

  it('are also those that are not there yet', () => {
    expect(reached({ 'a.ts': `import './soon.js';` })).toEqual(['a.ts', 'soon.js']);
  });

  it('are also those that tsconfig.json gives names', () => {
    const files = reached({
      'src/a.ts': `import '@/b'; import './c.js'; import '@/absent';`,
      'src/b.ts': `import '#d';`,
      'src/c.js': `import '@/e.js';`,
      'src/d.ts': '',
      'src/e.ts': '',
      'package.json': '{ "imports": { "#d": "./src/d.js" } }',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    });
    expect(files).toEqual(['src/a.ts', 'src/b.ts', 'src/c.js', 'src/d.ts', 'src/e.ts']);
  });

  it('are also those of packages in the same repository, but not of installed ones', () => {
    const folder = folderOf({
      'app/a.ts': `import '@acme/shared/rates'; import 'installed'; import 'paladin-rx'; import 'node:fs';`,
      'packages/shared/package.json': '{ "exports": { "./rates": "./src/rates.ts" } }',
      'packages/shared/src/rates.ts': `import './table.js';`,
      'packages/shared/src/table.ts': '',
      'packages/paladin/package.json': '{ "main": "./index.js" }',
      'packages/paladin/index.js': '',
      'node_modules/installed/package.json': '{ "main": "./index.js" }',
      'node_modules/installed/index.js': '',
    });
    mkdirSync(join(folder, 'node_modules/@acme'));
    symlinkSync(join(folder, 'packages/shared'), join(folder, 'node_modules/@acme/shared'));
    // As npm link does it, for whoever works on both.
    symlinkSync(join(folder, 'packages/paladin'), join(folder, 'node_modules/paladin-rx'));
    const expected = ['app/a.ts', 'packages/shared/src/rates.ts', 'packages/shared/src/table.ts'];
    expect(namesOf(reachedFiles([join(folder, 'app/a.ts')]), folder)).toEqual(expected);
  });

  it('begin where the module is found', () => {
    const folder = folderOf({
      'src/a.ts': '',
      'src/b.mts': '',
      'jobs/package.json': '{ "exports": "./src/c.ts" }',
      'jobs/src/c.ts': '',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(folder, 'jobs'), join(folder, 'node_modules/jobs'));
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(folder);
    const modules = ['./src/a.js', pathToFileURL(join(folder, 'src/b.mjs')).href, '@/a', 'jobs', 'soon.ts'];
    expect(namesOf(reachedFiles(modules), folder)).toEqual(['jobs/src/c.ts', 'soon.ts', 'src/a.ts', 'src/b.mts']);
  });
});
