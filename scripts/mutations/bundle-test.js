import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { asProgram } from '../mutants/as-program.js';

const root = join(import.meta.dirname, '../..');

/**
 * Makes one program of a test file and all sources that it reaches, with one of them changed.
 *
 * @param {string} file the test file, from the root of the project
 * @param {string} folder
 * @param {{ readonly file: string, readonly text: string } | undefined} changed
 * @returns {Promise<string>} where the program is, in the folder
 */
export async function bundleTest(file, folder, changed) {
  const path = join(root, file);
  const outfile = join(folder, `${basename(file, '.ts')}-${(bundles += 1)}.mjs`);
  /** What the test has Vitest load in place of other files. */
  const mocks = new Map(
    Array.from(
      readFileSync(path, 'utf8').matchAll(/^vi\.mock\('(?<of>.+)', \(\) => import\('(?<by>.+)'\)\);$/gmu),
      ({ groups: { of = '', by = '' } = {} }) => [resolve(dirname(path), of), resolve(dirname(path), by)],
    ),
  );
  /** @type {import('esbuild').Plugin} */
  const changes = {
    name: 'changes',
    setup(bundler) {
      const place = changed && join(root, changed.file);
      bundler.onLoad({ filter: /\.ts$/ }, (args) =>
        changed && args.path === place ? { contents: changed.text, loader: 'ts' } : undefined,
      );
      if (mocks.size === 0) return;
      bundler.onResolve({ filter: /^\.{1,2}\// }, (args) => {
        const mock = mocks.get(resolve(args.resolveDir, args.path));
        return mock === undefined ? undefined : { path: mock.replace(/\.js$/u, '.ts') };
      });
    },
  };
  await build({
    ...asProgram,
    entryPoints: [path],
    outfile,
    define: { 'import.meta.dirname': JSON.stringify(dirname(path)) },
    plugins: [changes],
    logLevel: 'silent',
  });
  return outfile;
}

let bundles = 0;
