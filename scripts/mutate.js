// Breaks the machines, one way after the other, and requires that their tests or the simulation find each. `npm run mutations --
// WORD…` tries only those whose names contain one of the words. `mutations/found-by.json` says which test file found each the
// last time: it is tried first, and the others only where it finds nothing. `npm run mutations -- --remember` notes there what
// has found them now.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { machineTests } from './mutants/machine-tests.js';
import { mutations } from './mutation-list.js';
import { bundleTest } from './mutations/bundle-test.js';

/** @typedef {NonNullable<Parameters<typeof bundleTest>[2]>} Changed a source, and what it is to say */

const root = join(import.meta.dirname, '..');
const remember = process.argv.includes('--remember');
const words = process.argv.slice(2).filter((word) => word !== '--remember');
const chosen = mutations.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

/** What the machines are tested by. */
const tests = [
  ...machineTests,
  'test/line-pace.test.ts',
  'test/server/intake.test.ts',
  'test/executor/inline-executor.test.ts',
  'test/executor/inline-turns.test.ts',
  'test/leader/report.test.ts',
  'test/leader/wakeful-waiting.test.ts',
  'test/page/history.test.ts',
  'test/page/pictures.test.ts',
  'test/page/told.test.ts',
  'test/transcripts/transcripts.test.ts',
  'test/worker/handed-back.test.ts',
];
const simulation = 'test/simulation/simulation.slow.test.ts';
/** Simulated runs a mutation: enough for all so far, with much to spare. */
const seeds = '500';

/** A machine that is broken may go round in circles. Whatever takes so long is found: tests take a tenth of it. */
const mostMs = 240_000;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const foundByPath = join(import.meta.dirname, 'mutations/found-by.json');
/** @type {Record<string, string>} */
const foundBy = JSON.parse(readFileSync(foundByPath, 'utf8'));

/** Where bundles of tests are put, which import packages of this project. */
const bundles = mkdtempSync(join(tmpdir(), 'paladin-mutations-'));
process.on('exit', () => rmSync(bundles, { recursive: true }));
symlinkSync(join(root, 'node_modules'), join(bundles, 'node_modules'));

/** @type {string[]} */
const survivors = [];
const waiting = [...chosen];
const start = performance.now();
// A test that fails by itself would find everything.
const broken = await failing(tests);
if (broken !== undefined) throw new Error(`without any mutation, ${broken.file ?? 'a test'} fails: ${broken.reason}`);
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => tryAll()));
console.log(
  `${chosen.length - survivors.length} of ${chosen.length} mutations found, in ${Math.round((performance.now() - start) / 1_000)} s`,
);
for (const name of survivors) console.error(`not found: ${name}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** Takes mutations from those that wait. */
async function tryAll() {
  for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
    const { name, file, find, replace } = mutation;
    const parts = readFileSync(join(root, file), 'utf8').split(find);
    if (parts.length !== 2) throw new Error(`'${name}': its place is ${parts.length - 1} times in ${file}`);
    const found = await finds(mutation, { file, text: parts.join(replace) });
    console.log(`${found ? 'found' : 'NOT FOUND'}: ${name}`);
    if (!found) survivors.push(name);
  }
}

/**
 * Whether a test finds a mutation. What is likely to is tried first: what found it the last time, or else the tests named like
 * the source.
 *
 * @param {import('./mutation-list.js').Mutation} mutation
 * @param {Changed} changed
 * @returns {Promise<boolean>}
 */
async function finds({ name, file: source }, changed) {
  const lastTime = foundBy[name];
  const likely = lastTime !== undefined && existsSync(join(root, lastTime)) ? [lastTime] : namesakes(basename(source, '.ts'));
  for (const files of [likely, tests, [simulation]]) {
    const failure = files.length === 0 ? undefined : await failing(files, changed);
    if (failure === undefined) continue;
    if (failure.file !== undefined) note(name, failure.file);
    return true;
  }
  return false;
}

/**
 * The test files whose names begin like this.
 *
 * @param {string} start
 * @returns {string[]}
 */
function namesakes(start) {
  return tests.filter((file) => basename(file).startsWith(start));
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
 * The first test file that fails, with the reason; without a file if it did not end. Undefined if all pass.
 *
 * @param {readonly string[]} files
 * @param {Changed} [changed]
 * @returns {Promise<{ readonly file?: string | undefined, readonly reason: string } | undefined>}
 */
async function failing(files, changed) {
  const folder = mkdtempSync(join(bundles, 'bundles-'));
  const programs = await Promise.all(files.map((file) => bundleTest(file, folder, changed)));
  const child = fork(join(import.meta.dirname, 'mutations/run-tests.js'), programs, {
    env: { ...process.env, SEEDS: seeds, MOST_FAILURES: '1' },
    stdio: 'ignore',
    timeout: mostMs,
    killSignal: 'SIGKILL',
  });
  const end = () => void child.kill('SIGKILL');
  process.on('exit', end);
  /** @type {{ failed: number, reason: string } | undefined} */
  let told;
  child.on('message', (message) => (told = /** @type {typeof told} */ (message)));
  await once(child, 'close');
  process.off('exit', end);
  rmSync(folder, { recursive: true });
  if (told === undefined) return { reason: 'its process has ended' };
  return told.failed === -1 ? undefined : { file: files[told.failed], reason: told.reason };
}
