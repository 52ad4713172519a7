// Builds the package into dist: the compiler first, then what makes few large files of the many small ones. `--programs` builds
// the programs of this repository, too. What the compiler has left as it was is not bundled again.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const withPrograms = process.argv.includes('--programs');
/** Says of what the bundles were made. Without it, they are made. */
const stamp = 'dist/.bundled';
/** What is in the bundles, or makes them. The compiler's notes have a hash of each source. */
const inputs = [
  'dist/.tsbuildinfo',
  'node_modules/.package-lock.json',
  'package.json',
  // The compiler leaves out what only browsers run.
  ...readdirSync('src/page/view').map((name) => `src/page/view/${name}`),
  ...['build', 'bundle-client', 'bundle-client/no-polling', 'bundle', 'bundle-page', 'leave-out', 'licences'].map(
    (name) => `scripts/${name}.js`,
  ),
];

const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
// When the compiler fails, it has put small files in the place of large ones.
rmSync(stamp, { force: true });
await compile('tsconfig.build.json');
const now = hashOf(inputs);
await Promise.all([withPrograms ? compile('tsconfig.programs.json') : undefined, before === now ? undefined : bundle()]);
writeFileSync(stamp, now);

/** One after the other: each reads what the one before has written. */
async function bundle() {
  await import('./bundle-client.js');
  await import('./bundle.js');
  await import('./leave-out.js');
}

/**
 * @param {string} project
 * @returns {Promise<void>}
 */
async function compile(project) {
  const child = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '--build', project], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      // The compiler has said why.
      else process.exit(code ?? 1);
    });
  });
}

/**
 * @param {readonly string[]} paths
 * @returns {string}
 */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) if (existsSync(path)) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}
