// Breaks the machines, one way after the other, and requires that their tests or the simulation find each. `npm run mutations --
// WORD…` tries only those whose names contain one of the words. `mutations/found-by.json` says which test file found each the
// last time: it is tried first, and the others only where it finds nothing. `npm run mutations -- --remember` notes there what
// has found them now.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { mutations } from './mutation-list.js';

const root = join(import.meta.dirname, '..');
const remember = process.argv.includes('--remember');
const words = process.argv.slice(2).filter((word) => word !== '--remember');
const chosen = mutations.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

/** What the machines are tested by. */
const tests = [
  'test/core',
  'test/collections',
  'test/server/scheduler.test.ts',
  'test/server/attempts.test.ts',
  'test/server/congestion.test.ts',
  'test/server/kept-bytes.test.ts',
  'test/server/limits-of-peers.test.ts',
  'test/server/lying-workers.test.ts',
  'test/server/recovery-in-pieces.test.ts',
  'test/server/recovery-of-hubs.test.ts',
  'test/server/recovery-of-leaders.test.ts',
  'test/server/recovery-of-workers.test.ts',
  'test/server/resting-workers.test.ts',
  'test/server/suspects.test.ts',
  'test/server/told-leaders.test.ts',
  'test/server/turns.test.ts',
  'test/server/queued.test.ts',
  'test/server/batch-queue.test.ts',
  'test/server/capacity.test.ts',
  'test/server/complete.test.ts',
  'test/server/fitting.test.ts',
  'test/server/charging.test.ts',
  'test/server/stuck-workers.test.ts',
  'test/server/shared-workers.test.ts',
  'test/server/room.test.ts',
  'test/server/describing.test.ts',
  'test/server/division.test.ts',
  'test/server/hostile-peers.test.ts',
  'test/server/waiting.test.ts',
  'test/server/leasing.test.ts',
  'test/server/turns-kept.test.ts',
  'test/server/leaders-back.test.ts',
  'test/server/workers-back.test.ts',
  'test/server/owing.test.ts',
  'test/server/parts.test.ts',
  'test/server/intake.test.ts',
  'test/executor/inline-executor.test.ts',
  'test/executor/inline-turns.test.ts',
  'test/transcripts',
];
const simulation = ['test/simulation'];
/** Simulated runs a mutation: enough for all so far, with much to spare. */
const seeds = '500';

/** A machine that is broken may go round in circles. Whatever takes so long is found: tests take a tenth of it. */
const mostMs = 240_000;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const foundByPath = join(import.meta.dirname, 'mutations/found-by.json');
/** @type {Record<string, string>} */
const foundBy = JSON.parse(readFileSync(foundByPath, 'utf8'));

/** @type {string[]} */
const survivors = [];
const waiting = [...chosen];
const start = performance.now();
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => tryAll()));
console.log(
  `${chosen.length - survivors.length} of ${chosen.length} mutations found, in ${Math.round((performance.now() - start) / 1_000)} s`,
);
for (const name of survivors) console.error(`not found: ${name}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** Takes mutations from those that wait, in a copy of the sources of its own. */
async function tryAll() {
  const folder = mkdtempSync(join(tmpdir(), 'paladin-mutations-'));
  try {
    for (const part of [
      'src',
      'server',
      'operators',
      'test',
      'package.json',
      'vitest.config.ts',
      'tsconfig.json',
      'tsconfig.base.json',
    ]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
      const { name, file, find, replace } = mutation;
      const path = join(folder, file);
      const original = readFileSync(path, 'utf8');
      const places = original.split(find).length - 1;
      if (places !== 1) throw new Error(`'${name}': its place is ${places} times in ${file}`);
      writeFileSync(
        path,
        original.replace(find, () => replace),
      );
      const found = await finds(folder, mutation);
      writeFileSync(path, original);
      console.log(`${found ? 'found' : 'NOT FOUND'}: ${name}`);
      if (!found) survivors.push(name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Whether a test finds a mutation. What is likely to is tried first: what found it the last time, or else the tests named like
 * the source.
 *
 * @param {string} folder
 * @param {import('./mutation-list.js').Mutation} mutation
 * @returns {Promise<boolean>}
 */
async function finds(folder, { name, file: source }) {
  const lastTime = foundBy[name];
  const likely =
    lastTime !== undefined && existsSync(join(folder, lastTime)) ? [lastTime] : namesakes(folder, basename(source, '.ts'));
  for (const files of [likely, tests, simulation]) {
    const file = files.length === 0 ? undefined : await failing(folder, files);
    if (file === undefined) continue;
    if (file !== '') note(name, file);
    return true;
  }
  return false;
}

/**
 * The test files whose names begin like this.
 *
 * @param {string} folder
 * @param {string} start
 * @returns {string[]}
 */
function namesakes(folder, start) {
  return ['test/core', 'test/core/fold', 'test/server'].flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((name) => name.startsWith(start) && name.endsWith('.test.ts'))
      .map((name) => join(part, name)),
  );
}

/**
 * Notes which file's tests have found a mutation.
 *
 * @param {string} name
 * @param {string} file
 */
function note(name, file) {
  if (!remember || foundBy[name] === file) return;
  foundBy[name] = file;
  const known = mutations.filter((mutation) => foundBy[mutation.name] !== undefined).map((mutation) => mutation.name);
  writeFileSync(foundByPath, `${JSON.stringify(Object.fromEntries(known.map((each) => [each, foundBy[each]])), undefined, 2)}\n`);
}

/**
 * The first test file that fails, or '' if none ended; undefined if all pass.
 *
 * @param {string} folder
 * @param {readonly string[]} files
 * @returns {Promise<string | undefined>}
 */
function failing(folder, files) {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  return new Promise((resolve, reject) => {
    const child = spawn(
      join(folder, 'node_modules/.bin/vitest'),
      [
        'run',
        '--project=unit',
        '--project=shared',
        '--project=apart',
        '--project=slow',
        // The tests of machines leave each other alone, and start in half the time.
        '--no-isolate',
        '--bail=1',
        '--reporter=json',
        `--outputFile=${report}`,
        ...files,
      ],
      {
        cwd: folder,
        env: { ...process.env, SEEDS: seeds, MOST_FAILURES: '1' },
        stdio: 'ignore',
        // With a group of its own, to be ended together.
        detached: true,
      },
    );
    const end = () => void (child.exitCode ?? process.kill(-(child.pid ?? 0), 'SIGKILL'));
    process.on('exit', end);
    const limit = setTimeout(end, mostMs);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(limit);
      process.off('exit', end);
      resolve(code === 0 ? undefined : failedFile(folder, report));
    });
  });
}

/**
 * @param {string} folder
 * @param {string} report
 * @returns {string}
 */
function failedFile(folder, report) {
  if (!existsSync(report)) return '';
  /** @type {{ testResults: { name: string, status: string }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.find(({ status }) => status === 'failed');
  return failed === undefined ? '' : relative(folder, failed.name);
}
