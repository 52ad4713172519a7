import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileFor, isTypeScript } from '../../../src/operation/loading/file-for.js';
import { folderOf } from './folder-of.js';

it.each([
  ['a.js', ['a.js', 'a.ts'], 'a.js'],
  ['a.js', ['a.ts', 'a.tsx'], 'a.ts'],
  ['a.js', ['a.tsx'], 'a.tsx'],
  ['a.mjs', ['a.ts', 'a.mts'], 'a.mts'],
  ['a.cjs', ['a.ts', 'a.cts'], 'a.cts'],
  ['a.ts', ['a.js'], 'a.js'],
  ['a.mts', ['a.mjs'], 'a.mjs'],
  ['a', ['a.js', 'a.ts'], 'a.ts'],
  ['a', ['a/index.ts'], 'a/index.ts'],
  ['a.jobs', ['a.jobs.ts'], 'a.jobs.ts'],
  ['a.js', ['a.mts', 'a.json'], undefined],
  ['a.js', ['a.js/index.ts'], undefined],
  ['a.json', ['a.json'], 'a.json'],
])('%s means, of %j, %s', (path, files, expected) => {
  const folder = folderOf(Object.fromEntries(files.map((file) => [file, ''])));
  expect(fileFor(join(folder, path))).toBe(expected === undefined ? undefined : join(folder, expected));
});

it('a folder is no file', () => {
  const folder = folderOf({ 'a.ts': '' });
  mkdirSync(join(folder, 'a.js'));
  expect(fileFor(join(folder, 'a.js'))).toBe(join(folder, 'a.ts'));
});

it('declarations are no TypeScript to load', () => {
  expect(['a.ts', 'a.mts', 'a.cts', 'a.tsx'].filter(isTypeScript)).toHaveLength(4);
  expect(['a.d.ts', 'a.js', 'a.ts.js', 'ts', 'a.d.mts'].filter(isTypeScript)).toEqual([]);
});
