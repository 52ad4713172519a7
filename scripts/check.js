// Checks everything, reports every failure, and ends with a summary. `npm run check -- lint types` runs only these steps,
// `npm run check -- --except tests` all others.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Record<string, () => Promise<void>>} */
const steps = {
  format: async () => run('prettier', '--check', '.'),
  lint: async () => run('oxlint'),
  layering: async () =>
    run('depcruise', ...['src', 'operators', 'server', 'test', 'examples', 'bench'].filter((folder) => existsSync(folder))),
  types: async () => run('tsc', '--project', 'tsconfig.json'),
  unused: async () => run('knip'),
  // A change of the sources may move what a mutation is to change.
  mutations: async () => run('node', 'scripts/mutation-places.js'),
  audit: async () => run('node', 'scripts/audit.js'),
  build: async () => {
    await run('npm', 'run', 'clean', '--silent');
    await run('npm', 'run', 'build', '--silent');
  },
  // The site fails on a dead link.
  docs: async () => run('npm', 'run', 'docs', '--silent'),
  // These include the snippets of the docs.
  tests: async () => run('vitest', 'run'),
  package: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paladin-pack-'));
    try {
      // What is checked is what is published.
      await run('npm', 'pack', '--silent', '--pack-destination', folder);
      const [archive = ''] = readdirSync(folder);
      await run('publint', '--strict', join(folder, archive));
      await run('attw', join(folder, archive), '--profile', 'esm-only');
      await run('node', 'scripts/package-size.js', join(folder, archive));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const names = Object.keys(steps);
const args = process.argv.slice(2);
const except = args[0] === '--except';
const named = except ? args.slice(1) : args;
const unknown = named.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`expected some of ${names.join(', ')}, got ${unknown}`);
  process.exit(2);
}
const chosen = names.filter((name) => named.length === 0 || named.includes(name) !== except);

/** @type {{ name: string, error: unknown, seconds: string }[]} */
const results = [];
for (const name of chosen) {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const error = await steps[name]?.().then(
    () => undefined,
    (/** @type {unknown} */ reason) => reason,
  );
  results.push({ name, error, seconds: ((performance.now() - start) / 1_000).toFixed(1) });
}
console.log();
for (const { name, error, seconds } of results) {
  console.log(
    `${error === undefined ? 'ok    ' : 'FAILED'}  ${name.padEnd(9)} ${seconds.padStart(6)} s  ${error instanceof Error ? error.message : ''}`,
  );
}
process.exitCode = results.every(({ error }) => error === undefined) ? 0 : 1;

/**
 * Runs a program, found among those of the installed packages first.
 *
 * @param {string} program
 * @param {string[]} programArgs
 * @returns {Promise<void>}
 */
async function run(program, ...programArgs) {
  const env = { ...process.env, PATH: `${join(process.cwd(), 'node_modules/.bin')}:${process.env['PATH']}` };
  const child = spawn(program, programArgs, { stdio: ['ignore', 'inherit', 'inherit'], env });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? signal}`));
    });
  });
}
