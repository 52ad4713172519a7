/**
 * Programs and tests of users, run as `docs/bundlers.md` says by what executes TypeScript or tests. Needs the registry of npm.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentedFile } from './documented.js';
import { InstalledProject } from './installed.js';
import { multiplyModule, printedByThreads, printingProgram } from './printing-program.js';
import { describeWithRegistry } from './registry.js';

let project: InstalledProject;
beforeAll(async () => {
  const runners = ['tsx@4', 'vitest@4', 'jest@30', 'ts-jest@29', 'typescript@5.9', 'esbuild@0.28'];
  project = await InstalledProject.with('rxjs@7', '@types/node@20', ...runners);
}, 600_000);
afterAll(async () => project?.[Symbol.asyncDispose]());

const operations = multiplyModule(': number');

/** Two tests: that operations execute in threads, and that they execute in the test. */
const tests = (runner: string, module: string): string => `
  import { threadId } from 'node:worker_threads';
  import { expect, test } from '${runner}';
  import { inMemory, remoteMap } from 'paladin-rx';
  import { execute } from 'paladin-rx/testing';
  import { lastValueFrom, of, toArray } from 'rxjs';
  import { multiply } from './operations.js';

  test('in threads', async () => {
    const runtime = inMemory({ workers: 2, modules: [${module}] });
    const made = await lastValueFrom(of(1, 2).pipe(remoteMap(multiply, runtime), toArray()));
    expect(made.map(({ product, threadId: at }) => [product, at !== threadId])).toEqual([[21, true], [42, true]]);
    await runtime.close();
  });

  test('in the test', async () => {
    expect(await execute(multiply, 4)).toEqual({ product: 84, threadId });
  });`;

const limit = { timeout: 120_000 };

describeWithRegistry('tsx', () => {
  const main = printingProgram(`'./operations.ts'`);

  test.each([
    ['module', 'tsx main.ts'],
    ['module', 'node --import tsx main.ts'],
    ['commonjs', 'tsx main.ts'],
    ['commonjs', 'node --import tsx main.ts'],
  ])('in a package of type %s: %s', limit, async (type, command) => {
    const folder = `tsx-${type}`;
    await project.write({
      [`${folder}/package.json`]: JSON.stringify({ type }),
      [`${folder}/main.ts`]: main,
      [`${folder}/operations.ts`]: operations,
    });
    expect(await project.run(command.split(' '), folder)).toEqual({
      code: 0,
      stdout: printedByThreads,
      stderr: '',
    });
  });
});

describeWithRegistry('Vitest', () => {
  test.each(['forks', 'threads', 'vmThreads'])('in its pool of %s', limit, async (pool) => {
    const folder = `vitest-${pool}`;
    await project.write({
      [`${folder}/operations.ts`]: operations,
      [`${folder}/double.test.ts`]: tests('vitest', `new URL('./operations.ts', import.meta.url)`),
    });
    const { code, stdout, stderr } = await project.run(
      ['vitest', 'run', '--root', '.', '--pool', pool, '--testTimeout', '60000'],
      folder,
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests.* 2 passed/u);
  });
});

describeWithRegistry('Jest', () => {
  const jest = 'node_modules/jest/bin/jest.js';

  /** What Jest says of the tests in a folder. */
  async function said(folder: string, ...flags: readonly string[]): Promise<string> {
    const { stdout, stderr } = await project.run([process.execPath, ...flags, `../${jest}`, '--testTimeout', '60000'], folder);
    return stdout + stderr;
  }

  test('with ES modules', limit, async () => {
    await project.write({
      'jest-esm/package.json': '{ "type": "module", "jest": { "transform": {} } }',
      'jest-esm/operations.js': operations.replace(': number', ''),
      'jest-esm/double.test.js': tests('@jest/globals', `new URL('./operations.js', import.meta.url)`),
    });
    expect(await said('jest-esm', '--experimental-vm-modules')).toMatch(/Tests: +2 passed, 2 total/u);
  });

  const typescript = {
    'tsconfig.json': `{ "compilerOptions": { "module": "node20", "target": "es2022", "types": ["node"], "esModuleInterop": true } }`,
    'operations.ts': operations,
  };

  test('with TypeScript as ES modules, by ts-jest', limit, async () => {
    const files = {
      ...typescript,
      'package.json': '{ "type": "module" }',
      'jest.config.js': `export default {
        extensionsToTreatAsEsm: ['.ts'],
        moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
        transform: { '\\\\.ts$': ['ts-jest', { useESM: true }] },
      };`,
      'double.test.ts': tests('@jest/globals', `new URL('./operations.ts', import.meta.url)`),
    };
    for (const [name, text] of Object.entries(files)) await project.write({ [`jest-ts/${name}`]: text });
    expect(await said('jest-ts', '--experimental-vm-modules')).toMatch(/Tests: +2 passed, 2 total/u);
  });

  test('with TypeScript as CommonJS, by ts-jest and what is documented', limit, async () => {
    const files = {
      ...typescript,
      'package.json': '{ "type": "commonjs" }',
      'double.test.ts': tests('@jest/globals', `require('node:path').join(__dirname, 'operations.ts')`).replace(
        'operations.js',
        'operations',
      ),
      'jest.config.mjs': documentedFile('jest.config.mjs'),
      'es-modules.mjs': documentedFile('es-modules.mjs'),
    };
    for (const [name, text] of Object.entries(files)) await project.write({ [`jest-cjs/${name}`]: text });
    expect(await said('jest-cjs')).toMatch(/Tests: +2 passed, 2 total/u);
  });
});
