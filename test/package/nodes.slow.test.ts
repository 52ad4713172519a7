// Kinds of modules, loaded by versions of Node that this one is not. npm fetches them from its registry.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InstalledProject } from './installed.js';
import { describeWithRegistry } from './registry.js';

const versions = ['22', '24'];
const platform = process.platform === 'win32' ? 'win' : process.platform;

let project: InstalledProject;
beforeAll(async () => {
  project = await InstalledProject.with('rxjs@7');
  const nodes = versions.map((version) => `node${version}@npm:node-${platform}-${process.arch}@${version}`);
  await project.install(...nodes);
  await project.write(files);
}, 300_000);
afterAll(async () => project?.[Symbol.asyncDispose]());

const requiring = `const { defineOperation } = require('paladin-rx');
exports.double = defineOperation({ name: 'double', execute: (n: number) => 2 * n });`;
const importing = requiring
  .replace(/const (.*) = require\((.*)\)/u, 'import $1 from $2')
  .replace('exports.double', 'export const double');

/** A module of each kind. None but itself loads `paladin-rx` in the thread. */
const files: Readonly<Record<string, string>> = {
  'package.json': '{}',
  'esm/package.json': '{ "type": "module" }',
  'esm/module.ts': importing,
  'esm/of-common.mts': "export { double } from './require.cjs';",
  'esm/require.cts': requiring,
  'module.mts': importing,
  'require.cts': requiring,
  'require.ts': requiring,
  'require.cjs': requiring.replace(': number', ''),
  'equals.ts': `import paladin = require('paladin-rx');
export = { double: paladin.defineOperation({ name: 'double', execute: (n: number) => 2 * n }) };`,
  'enum.ts': importing.replace('export', 'enum Times { Two = 2 }\nexport').replace('2 * n', 'Times.Two * n'),
  'of-common.mts': "export { double } from './require.cjs';",
  'of-module.cjs': "exports.double = require('./of-helper.mjs').double;",
  'of-helper.mts': "export { double } from './module.mjs';",
  'main.mjs': `import { defineOperation, inMemory } from 'paladin-rx';
const runtime = inMemory({ workers: 1, modules: [process.argv[2]] });
console.log(await runtime.run(defineOperation({ name: 'double', execute: () => 0 }), 21));
await runtime.close();`,
};

const modules = Object.keys(files).filter((file) => !file.endsWith('package.json') && file !== 'main.mjs');

for (const version of versions) {
  describeWithRegistry(`Node ${version} loads`, () => {
    test.for(modules)('%s', { timeout: 60_000 }, async (module) => {
      const node = join(project.path, `node_modules/node${version}/bin/node`);
      const { code, stdout, stderr } = await project.run([node, 'main.mjs', `./${module}`]);
      expect(code, stderr).toBe(0);
      expect(stdout).toBe('42\n');
    });
  });
}
