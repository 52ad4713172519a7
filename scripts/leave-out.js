// Tells npm what to leave out of the package: files of dist that nothing leads to which the package exports. In Node the large
// files have what the small ones have (see bundle.js), and declarations of what is inside are read by nobody.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** @type {{ exports: object, bin: object }} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = [...filesIn(manifest.exports), ...filesIn(manifest.bin)].map((path) => relative('.', path));
/** What Node starts by its path. */
const programs = ['thread', 'syntax-walk', 'async-hooks'].map((name) => `dist/node/${name}.js`);

const scripts = [...entries, ...programs].filter((path) => path.endsWith('.js'));
// Some bundlers for browsers heed the field `browser` of package.json, and others do not.
const platforms = /** @type {const} */ (['node', 'browser', 'neutral']);
const reached = new Set((await Promise.all(platforms.map((platform) => scriptsFrom(scripts, platform)))).flat());
for (const path of entries) if (path.endsWith('.d.ts')) reachTypes(path);

for (const folder of ['dist/src', 'dist/server', 'dist/operators', 'dist/node']) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(?:js|d\.ts)$/u.test(path));
  const unreached = files.filter((path) => !reached.has(join(folder, path)));
  writeFileSync(join(folder, '.npmignore'), unreached.map((path) => `/${path}\n`).join(''));
}

/**
 * All paths that a part of package.json has.
 *
 * @param {unknown} part
 * @returns {string[]}
 */
function filesIn(part) {
  if (typeof part === 'string') return part.startsWith('./dist/') ? [part] : [];
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(filesIn) : [];
}

/**
 * The entries, and what they import on a platform.
 *
 * @param {string[]} entryPoints
 * @param {import('esbuild').Platform} platform
 * @returns {Promise<string[]>}
 */
async function scriptsFrom(entryPoints, platform) {
  const { metafile } = await build({
    entryPoints,
    platform,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    outdir: 'dist',
    packages: 'external',
    external: ['node:*'],
    logLevel: 'error',
    tsconfigRaw: {},
  });
  return Object.keys(metafile.inputs);
}

/**
 * Adds a file of declarations, and those that it imports.
 *
 * @param {string} path
 */
function reachTypes(path) {
  if (reached.has(path)) return;
  reached.add(path);
  for (const { fileName } of ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles) {
    if (fileName.startsWith('.')) reachTypes(relative('.', resolve(dirname(path), fileName.replace(/\.js$/u, '.d.ts'))));
  }
}
