// Checks everything, reports every failure, and ends with a summary. `npm run check -- lint types` runs only these steps,
// `npm run check -- --except tests` all others.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {(program: string, ...args: string[]) => Promise<void>} Run */

/** What only reads the sources. Two of these run at a time: most use one core. */
const reading = new Set(['format', 'lint', 'layering', 'types', 'unused', 'mutations', 'audit']);

/** @type {Record<string, (run: Run) => Promise<void>>} */
const steps = {
  format: async (run) => run('prettier', '--check', '.'),
  lint: async (run) => run('oxlint'),
  layering: async (run) =>
    run('depcruise', ...['src', 'operators', 'server', 'test', 'examples', 'bench'].filter((folder) => existsSync(folder))),
  types: async (run) => {
    await run('tsc', '--project', 'tsconfig.json');
    await run('tsc', '--project', 'src/page/view/tsconfig.json');
  },
  unused: async (run) => run('knip'),
  // A change of the sources may move what a mutation is to change.
  mutations: async (run) => run('node', 'scripts/mutation-places.js'),
  audit: async (run) => run('node', 'scripts/audit.js'),
  build: async (run) => {
    await run('npm', 'run', 'clean', '--silent');
    await run('npm', 'run', 'build', '--silent');
  },
  // The site fails on a dead link.
  docs: async (run) => run('npm', 'run', 'docs', '--silent'),
  // These include the snippets of the docs.
  tests: async (run) => run('vitest', 'run'),
  package: async (run) => {
    const folder = mkdtempSync(join(tmpdir(), 'paladin-pack-'));
    try {
      // What is checked is what is published: built from nothing, by the step above or by npm.
      const asBuilt = chosen.includes('build') ? ['--ignore-scripts'] : [];
      await run('npm', 'pack', '--silent', ...asBuilt, '--pack-destination', folder);
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

/** @type {Map<string, { error: unknown, seconds: string }>} */
const results = new Map();
const waiting = chosen.filter((name) => reading.has(name));
await Promise.all([1, 2].map(() => checkBeside()));
for (const name of chosen) {
  if (reading.has(name)) continue;
  console.log(`\n── ${name}`);
  await check(name, async (program, ...programArgs) => start(program, programArgs, 'inherit'));
}
console.log();
for (const name of chosen) {
  const { error, seconds = '' } = results.get(name) ?? {};
  console.log(
    `${error === undefined ? 'ok    ' : 'FAILED'}  ${name.padEnd(9)} ${seconds.padStart(6)} s  ${error instanceof Error ? error.message : ''}`,
  );
}
process.exitCode = [...results.values()].every(({ error }) => error === undefined) ? 0 : 1;

/** Checks what waits, step by step. What a step says is told at its end, in one go. */
async function checkBeside() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    /** @type {Uint8Array[]} */
    const said = [];
    await check(name, async (program, ...programArgs) => start(program, programArgs, 'pipe', (chunk) => said.push(chunk)));
    console.log(`\n── ${name}\n${Buffer.concat(said).toString().trim()}`);
  }
}

/**
 * @param {string} name
 * @param {Run} run
 * @returns {Promise<void>}
 */
async function check(name, run) {
  const startMs = performance.now();
  const error = await steps[name]?.(run).then(
    () => undefined,
    (/** @type {unknown} */ reason) => reason,
  );
  results.set(name, { error, seconds: ((performance.now() - startMs) / 1_000).toFixed(1) });
}

/**
 * Runs a program, found among those of the installed packages first.
 *
 * @param {string} program
 * @param {readonly string[]} programArgs
 * @param {'inherit' | 'pipe'} output
 * @param {(chunk: Uint8Array) => void} [onSaid]
 * @returns {Promise<void>}
 */
async function start(program, programArgs, output, onSaid = () => undefined) {
  const env = { ...process.env, PATH: `${join(process.cwd(), 'node_modules/.bin')}:${process.env['PATH']}` };
  const child = spawn(program, programArgs, { stdio: ['ignore', output, output], env });
  child.stdout?.on('data', onSaid);
  child.stderr?.on('data', onSaid);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? signal}`));
    });
  });
}
