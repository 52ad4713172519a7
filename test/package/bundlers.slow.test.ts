/** Bundles of programs of users, made as `docs/bundlers.md` says, and run. Needs the registry of npm. */
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentedCommand, documentedFile } from './documented.js';
import { InstalledProject } from './installed.js';
import { multiplyModule, printedByThreads, printingProgram } from './printing-program.js';
import { describeWithRegistry } from './registry.js';

let project: InstalledProject;
beforeAll(async () => {
  const bundlers = ['esbuild@0.28', 'rollup@4', 'vite@8', 'webpack@5', 'webpack-cli@6'];
  project = await InstalledProject.with('rxjs@7', ...bundlers, '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29');
}, 600_000);
afterAll(async () => project?.[Symbol.asyncDispose]());

const operations = multiplyModule('', `import { factor } from './factor.js';`);
const main = printingProgram(`new URL('./operations.js', import.meta.url)`);

/** Prints what comes of operations inline, and what is said of threads. */
const inMemoryAlone = `
  import { threadId } from 'node:worker_threads';
  import { inMemory } from 'paladin-rx';
  import { multiply } from './operations.js';
  (async () => {
    for (const options of [{}, { modules: [new URL('./operations.js', import.meta.url)] }]) {
      const runtime = inMemory(options);
      await runtime.run(multiply, 2).then(
        (made) => console.log(JSON.stringify([made.product, made.threadId !== threadId])),
        (error) => console.log(error.message),
      );
      await runtime.close();
    }
  })();`;

interface Build {
  readonly command: string;
  readonly program: string;
  /** The extension of the sources. */
  readonly extension?: 'js' | 'ts';
  /** Further files, such as the bundler's options. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Builds a program in a folder of its own, and returns what it prints when it is run without its sources. */
async function printedBy({ command, program, extension = 'js', files = {} }: Build): Promise<string> {
  const folder = `build-${++builds}`;
  const sources = { main: program, operations, factor: 'export const factor = 21;' };
  const named = Object.entries(sources).map(([name, text]) => [`src/${name}.${extension}`, text]);
  const all = [...Object.entries(files), ...named].map(([name, text]) => [`${folder}/${name}`, text]);
  await project.write(Object.fromEntries(all) as Record<string, string>);
  await succeeds(command, folder);
  await rm(join(project.path, folder, 'src'), { recursive: true });
  const { stdout, stderr } = await project.run([process.execPath, 'dist/main.js'], folder);
  return (stdout + stderr).slice(0, 2_000);
}

let builds = 0;

async function succeeds(command: string, folder: string): Promise<void> {
  const ended = await project.run(command.split(' '), folder);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
}

const limit = { timeout: 120_000 };

describeWithRegistry('with the package external', () => {
  test('by esbuild', limit, async () => {
    expect(await printedBy({ command: documentedCommand('esbuild'), program: main, extension: 'ts' })).toBe(printedByThreads);
  });

  test('by esbuild, as CommonJS', limit, async () => {
    const command = documentedCommand('esbuild').replace('--format=esm', '--format=cjs');
    expect(await printedBy({ command, program: asCommonJs(main), extension: 'ts', files: ofCommonJs })).toBe(printedByThreads);
  });

  test('by rollup', limit, async () => {
    const files = { 'rollup.config.mjs': documentedFile('rollup.config.mjs') };
    expect(await printedBy({ command: 'rollup --config rollup.config.mjs', program: main, files })).toBe(printedByThreads);
  });

  test('by vite', limit, async () => {
    const files = { 'vite.config.mjs': documentedFile('vite.config.mjs') };
    expect(await printedBy({ command: 'vite build', program: main, extension: 'ts', files })).toBe(printedByThreads);
  });

  test('by webpack', limit, async () => {
    const files = { 'webpack.config.mjs': documentedFile('webpack.config.mjs') };
    const command = 'webpack --mode production --config webpack.config.mjs';
    expect(await printedBy({ command, program: main, files })).toBe(printedByThreads);
  });
});

describeWithRegistry('with the package in the bundle, operations execute inline, and threads say that they cannot', () => {
  const printed =
    /^\[42,false\]\ncannot start a thread: a file of paladin-rx is not there:.* keep paladin-rx external \(see docs\/bundlers\.md\)\n$/u;

  test('by esbuild', limit, async () => {
    const command = documentedCommand('esbuild').replace(' --external:paladin-rx', '');
    expect(await printedBy({ command, program: inMemoryAlone, extension: 'ts' })).toMatch(printed);
  });

  test('by esbuild, as CommonJS', limit, async () => {
    const command = documentedCommand('esbuild').replace(' --external:paladin-rx', '').replace('--format=esm', '--format=cjs');
    const program = asCommonJs(inMemoryAlone);
    expect(await printedBy({ command, program, extension: 'ts', files: ofCommonJs })).toMatch(printed);
  });

  test('by rollup', limit, async () => {
    const files = {
      'rollup.config.mjs': documentedFile('rollup.config.mjs'),
      'all.config.mjs': `
        import commonjs from '@rollup/plugin-commonjs';
        import { nodeResolve } from '@rollup/plugin-node-resolve';
        import options from './rollup.config.mjs';
        const plugins = [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs()];
        export default { ...options, external: [], plugins };`,
    };
    expect(await printedBy({ command: 'rollup --config all.config.mjs', program: inMemoryAlone, files })).toMatch(printed);
  });

  test('by vite', limit, async () => {
    const files = {
      'documented.mjs': documentedFile('vite.config.mjs'),
      'vite.config.mjs': `
        import options from './documented.mjs';
        export default { ...options, ssr: { noExternal: true } };`,
    };
    expect(await printedBy({ command: 'vite build', program: inMemoryAlone, extension: 'ts', files })).toMatch(printed);
  });

  test('by webpack, which looks for the files that URLs lead to', limit, async () => {
    const files = {
      'webpack.config.mjs': documentedFile('webpack.config.mjs'),
      'all.config.mjs': `
        import options from './webpack.config.mjs';
        export default { ...options, externals: [], module: {}, optimization: { minimize: false } };`,
    };
    const command = 'webpack --mode production --config all.config.mjs';
    expect(await printedBy({ command, program: inMemoryAlone, files })).toMatch(printed);
  });
});

describeWithRegistry('for pages, nothing needs to be external', () => {
  const page = `
    import { defineOperation, inMemory } from 'paladin-rx';
    const double = defineOperation({ name: 'double', execute: (n) => 2 * n });
    const runtime = inMemory();
    runtime.run(double, 21).then((doubled) => console.log(doubled)).then(() => runtime.close());`;

  /** What the only script below a folder prints. A page has no modules of Node. */
  async function printedByScript(folder: string): Promise<string> {
    const [script = '', ...others] = readdirSync(join(project.path, folder)).filter((name) => name.endsWith('.js'));
    expect(others).toEqual([]);
    const text = readFileSync(join(project.path, folder, script), 'utf8');
    expect(/(?:\bfrom|\bimport|\brequire\()\s*["'`]node:.*/u.exec(text)).toBeNull();
    const { stdout, stderr } = await project.run([process.execPath, script], folder);
    return (stdout + stderr).slice(0, 2_000);
  }

  test('by vite', limit, async () => {
    await project.write({
      'vite-page/index.html': '<script type="module" src="/page.js"></script>',
      'vite-page/page.js': page,
      // What it adds for old browsers needs a document.
      'vite-page/vite.config.mjs': 'export default { build: { modulePreload: false } };',
    });
    await succeeds('vite build', 'vite-page');
    expect(await printedByScript('vite-page/dist/assets')).toBe('42\n');
  });

  test('by webpack', limit, async () => {
    await project.write({ 'webpack-page/src/index.js': page });
    await succeeds('webpack --mode production --target web --no-optimization-minimize', 'webpack-page');
    expect(await printedByScript('webpack-page/dist')).toBe('42\n');
  });
});

const ofCommonJs = { 'package.json': '{ "type": "commonjs" }' };

/** What is known of the place of a file in CommonJS is its path. */
function asCommonJs(program: string): string {
  return program.replace('import.meta.url', "require('node:url').pathToFileURL(__filename)");
}
