// Puts few large files in the place of the many small ones that Node would load from the built package. To load a file takes a
// third of a millisecond, whatever is in it, in the program and in each of its threads. They are made short, too. Browsers keep
// the small files: a bundler there leaves out those that a page does not use.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { licencesOf } from './licences.js';

/**
 * What programs import or start, by the file that is written.
 *
 * @type {Record<string, string>}
 */
const entries = {
  'src/index': 'src/index.ts',
  'src/index.thread': 'src/index.thread.ts',
  'src/worker': 'src/worker.ts',
  'server/index': 'server/index.ts',
  'server/command/paladin': 'server/command/paladin.ts',
  // Browsers load the small files.
  'node/testing': 'src/testing.ts',
  'node/otel': 'src/otel.ts',
  'node/progress': 'src/progress.ts',
  'node/operators': 'operators/index.ts',
  // Threads begin with these. They are started by paths relative to the shared parts.
  'node/thread': 'src/executor/thread.ts',
  'node/syntax-walk': 'src/operation/syntax-walk.ts',
  'node/async-hooks': 'src/operation/loading/async-hooks.ts',
  // For tests that share these with threads.
  'src/executor/thread-executor': 'src/executor/thread-executor.ts',
  'src/operation/modules': 'src/operation/modules.ts',
  'node/executing-now': 'src/executor/executing-now.ts',
};

/** The shared parts, in order: each has what its sources import, and no part before it has. */
const parts = {
  thread: ['src/executor/thread.ts', 'src/definitions.ts'],
  main: ['src/index.ts'],
  socket: ['src/link/socket-dial.ts'],
  worker: ['src/worker.ts'],
  // A worker has this of its hub without the hub.
  pages: ['src/http/health-server.ts', 'src/metrics/worker-metrics.ts', 'src/http/page-file.ts'],
  hub: ['server/network/start-hub.ts'],
};

/** @type {{ dependencies: object, peerDependencies: object }} */
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
/** What programs and threads load from packages. The others are in the large files. */
const packages = Object.keys({ ...dependencies, ...peerDependencies }).filter(
  (name) => name !== 'msgpackr' && name !== 'flatted',
);

const { metafile } = await build({
  entryPoints: [...Object.values(entries), ...Object.values(parts).flat()],
  bundle: true,
  write: false,
  metafile: true,
  outdir: 'dist',
  format: 'esm',
  platform: 'node',
  external: [...packages, 'socket.io-client', 'engine.io-client'],
  tsconfigRaw: {},
});

/** @type {Map<string, string>} */
const partOf = new Map();
for (const [part, sources] of Object.entries(parts)) {
  for (const source of sources) place(source, part);
}
// What these do when they are loaded is not for others.
for (const program of [
  'src/executor/thread.ts',
  'src/operation/syntax-walk.ts',
  'src/operation/loading/async-hooks.ts',
  'server/command/paladin.ts',
]) {
  partOf.delete(resolve(program));
}

/** What scripts/bundle-client.js has made of socket.io's client. */
const socketClient = resolve('dist/src/link/socket-client.js');
partOf.set(socketClient, 'socket');

// The names of shared parts change with their content.
rmSync('dist/node', { recursive: true, force: true });
const bundle = await rolldown({
  input: entries,
  platform: 'node',
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [
    { name: 'socket-client', resolveId: (id) => (id.endsWith('/socket-client.js') ? socketClient : undefined) },
    { name: 'ascii', generateBundle: (_, files) => Object.values(files).forEach(writeInAscii) },
  ],
  // Paths of tsconfig.json lead from the package's name to its sources.
  tsconfig: false,
  logLevel: 'warn',
  // What one program imports at once, another one imports later.
  checks: { ineffectiveDynamicImport: false },
});
const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'node/[name]-[hash].js',
  // The compiler that checks tests comes by here.
  postBanner: '// @ts-nocheck',
  // Some tell bundlers of users what to leave alone.
  comments: { annotation: true, legal: false, jsdoc: false },
  // Node reads all of a file before it runs any of it, in each thread anew. Short files start sooner. Traces keep
  // their names. Lines stay short, as Node prints the one where an error was thrown that nobody catches.
  minify: {
    compress: { target: 'es2022', keepNames: { function: true, class: true } },
    mangle: { toplevel: true, keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: false },
  },
  codeSplitting: {
    groups: Object.keys(parts).map((part, at) => ({
      name: part,
      priority: 100 - at,
      test: (/** @type {string} */ id) => partOf.get(id) === part,
    })),
  },
});
const sources = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
// It stands beside the parts, and like them is made anew.
const { pageInputs } = await import('./bundle-page.js');
writeFileSync('dist/node/LICENSES.txt', licencesOf('What is here', [...sources, ...pageInputs]));
for (const name of Object.keys(entries)) rmSync(`dist/${name}.js.map`, { force: true });

/**
 * Writes other characters than ASCII, which are in texts alone, as escapes: Node reads ASCII faster, and in half of the memory.
 *
 * @param {import('rolldown').OutputAsset | import('rolldown').OutputChunk} file
 */
function writeInAscii(file) {
  if (file.type !== 'chunk') return;
  file.code = file.code.replace(/[^\0-\x7F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Puts a source and what it imports into a part.
 *
 * @param {string} source
 * @param {string} part
 */
function place(source, part) {
  const id = resolve(source);
  if (partOf.has(id)) return;
  partOf.set(id, part);
  for (const { path, kind, external } of metafile.inputs[source]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true) place(path, part);
  }
}
