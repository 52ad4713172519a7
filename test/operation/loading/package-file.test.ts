import { symlinkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/operation/loading/package-file.js';
import { folderOf } from './folder-of.js';

const package_ = (fields: object): string => JSON.stringify(fields);

describe('a specifier of a package', () => {
  const files = {
    'node_modules/plain/package.json': package_({ name: 'plain', main: './lib/main' }),
    'node_modules/plain/lib/main.js': '',
    'node_modules/plain/lib/part.js': '',
    'node_modules/@acme/orders/package.json': package_({
      name: '@acme/orders',
      exports: {
        '.': { types: './index.d.ts', require: './index.cjs', node: { import: './node.mjs' }, default: './index.mjs' },
        './operations': ['./operations.js'],
        './jobs/*': './jobs/*.js',
        './jobs/old/*': null,
        './jobs/*.js': './jobs/*.js',
        './closed': null,
      },
    }),
    'node_modules/@acme/orders/node.mjs': '',
    'node_modules/@acme/orders/operations.ts': '',
    'node_modules/@acme/orders/jobs/a.js': '',
    'node_modules/@acme/orders/jobs/old/b.js': '',
    'node_modules/single/package.json': package_({ name: 'single', exports: './only.js' }),
    'node_modules/single/only.js': '',
    'inner/src/deep/.keep': '',
    'inner/node_modules/plain/package.json': package_({ name: 'plain' }),
    'inner/node_modules/plain/index.js': '',
  };

  it.each([
    ['plain', '', 'node_modules/plain/lib/main.js'],
    ['plain/lib/part.js', '', 'node_modules/plain/lib/part.js'],
    ['plain/lib/part', '', 'node_modules/plain/lib/part.js'],
    ['@acme/orders', '', 'node_modules/@acme/orders/node.mjs'],
    ['@acme/orders/operations', '', 'node_modules/@acme/orders/operations.ts'],
    ['@acme/orders/jobs/a', '', 'node_modules/@acme/orders/jobs/a.js'],
    ['@acme/orders/jobs/a.js', '', 'node_modules/@acme/orders/jobs/a.js'],
    ['single', '', 'node_modules/single/only.js'],
    ['plain', 'inner/src/deep', 'inner/node_modules/plain/index.js'],
    ['single', 'inner/src/deep', 'node_modules/single/only.js'],
  ])('%s, seen from ./%s, is %s', (specifier, from, expected) => {
    const folder = folderOf(files);
    expect(packageFile(specifier, join(folder, from))).toBe(join(folder, expected));
  });

  it.each([
    ['absent/part', /^there is no package 'absent' in the node_modules of \/.* or of a folder above it$/u],
    ['plain/nothing.js', /^the package in \/.*plain has no file nothing\.js$/u],
    ['@acme/orders/secret', /orders does not export '\.\/secret'; it exports \., \.\/operations, \.\/jobs\/\*/u],
    ['@acme/orders/closed', /does not export '\.\/closed'/u],
    ['@acme/orders/jobs/old/b', /does not export '\.\/jobs\/old\/b'/u],
    ['single/part', /does not export '\.\/part'; it exports \.$/u],
    ['#operations', /has no '#operations' among the imports of its package\.json$/u],
  ])('%s is missed with words', (specifier, message) => {
    const folder = folderOf({ ...files, 'package.json': package_({ name: 'app' }) });
    expect(() => packageFile(specifier, folder)).toThrow(message);
  });

  it.each(['./a.js', '../a', '/a', '.', 'C:\\a', '@scope', 'a%2fb'])('%s is none', (specifier) => {
    expect(packageFile(specifier, folderOf({}))).toBeUndefined();
  });
});

it('a package finds itself by its name, and what it imports by #', () => {
  const folder = folderOf({
    'package.json': package_({
      name: 'app',
      exports: { './operations': './src/operations.js' },
      imports: { '#operations': './src/operations.js', '#other': 'other', '#jobs/*': './src/*.js' },
    }),
    'src/operations.ts': '',
    'node_modules/other/index.js': '',
    'node_modules/other/package.json': '{}',
  });
  const operations = join(folder, 'src/operations.ts');
  const from = join(folder, 'src');
  expect(packageFile('app/operations', from)).toBe(operations);
  expect(packageFile('#operations', from)).toBe(operations);
  expect(packageFile('#jobs/operations', from)).toBe(operations);
  expect(packageFile('#other', from)).toBe(join(folder, 'node_modules/other/index.js'));
});

it('a package that is a link is where Node loads it', () => {
  const folder = folderOf({ 'packages/jobs/package.json': package_({ main: 'main.ts' }), 'packages/jobs/main.ts': '' });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(folder, 'packages/jobs'), join(folder, 'node_modules/jobs'));
  expect(packageFile('jobs', folder)).toBe(join(folder, 'packages/jobs/main.ts'));
});
