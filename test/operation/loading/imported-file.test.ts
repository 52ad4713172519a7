import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { importedFile } from '../../../src/operation/loading/imported-file.js';
import { Projects } from '../../../src/operation/loading/tsconfig.js';
import { folderOf } from './folder-of.js';

it('is found by a path, by paths of the project, and in a package', () => {
  const folder = folderOf({
    'src/a b.ts': '',
    'src/index.js': '',
    'node_modules/jobs/package.json': '{ "exports": "./jobs.js" }',
    'node_modules/jobs/jobs.js': '',
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "fs": ["./src/index.js"] } } }',
  });
  const found = (specifier: string, projects?: Projects): string | undefined => {
    const file = importedFile(specifier, join(folder, 'src'), projects);
    return file && relative(folder, file);
  };
  expect(
    ['./a%20b.js?version=2', join(folder, 'src'), '.', pathToFileURL(join(folder, 'src/a b.js')).href, 'jobs'].map((each) =>
      found(each),
    ),
  ).toEqual(['src/a b.ts', 'src/index.js', 'src/index.js', 'src/a b.ts', 'node_modules/jobs/jobs.js']);
  expect(['./absent.js', 'absent', 'fs', 'node:fs', '@/index.js', '%', './%'].map((each) => found(each))).toEqual(
    Array.from({ length: 7 }),
  );
  expect(['@/index.js', 'fs', 'jobs'].map((each) => found(each, new Projects()))).toEqual([
    'src/index.js',
    'src/index.js',
    'node_modules/jobs/jobs.js',
  ]);
});
