// Breaks the machines in every small way that Stryker knows, and tells which of these no test finds.
//
// `npm run mutants -- settlement core/job/` tries the files whose paths contain one of these words; without words, all of them.
// `npm run mutants -- --seeds 200` shows what the unit tests let pass to as many runs of the simulation; 0: to none.
import { Stryker } from '@stryker-mutator/core';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { accepted } from './mutants/accepted.js';
import { seedsVariable, simulation } from './mutants/runner.js';

/** @typedef {Awaited<ReturnType<Stryker['runMutationTest']>>[number]} Mutant */
/** @typedef {{ readonly file: string, readonly number: number, readonly line: string, readonly becomes: string }} Survivor */

/** @type {ConstructorParameters<typeof Stryker>[0]} */
const options = {
  plugins: ['runner', 'ignored'].map((name) => join(import.meta.dirname, `mutants/${name}.js`)),
  testRunner: 'machines',
  ignorers: ['checks and texts'],
  // Each mutant meets the tests that reach it, and no others.
  coverageAnalysis: 'perTest',
  // What runs while modules are loaded is constants.
  ignoreStatic: true,
  reporters: ['progress-append-only'],
  concurrency: Math.min(2, availableParallelism()),
  // For what hangs outside of all mutants; beside other work a test takes many times as long as alone.
  timeoutMS: 60_000,
  tempDirName: '.mutants',
  ignorePatterns: ['/*', '!/src', '!/server', '!/test', '!/package.json', '!/tsconfig*.json'],
};

const root = join(import.meta.dirname, '..');
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '50' } },
});
const files = ['src/core', 'src/collections', 'server/core']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  // Invariants check the machines: a weaker check of a machine that is right fails nowhere.
  .filter((name) => name.endsWith('.ts') && !name.endsWith('/invariants.ts'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .toSorted();
if (files.length === 0) throw new Error(`no file of the machines has ${words.join(' or ')} in its path`);

/** As they are when they are broken: they may change before all mutants have been tried. */
const linesOf = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n')]));
const start = performance.now();
process.env[seedsVariable] = values.seeds;
const mutants = await new Stryker({ ...options, mutate: files }).runMutationTest();
const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').map(locate);
const left = survivors.filter(
  (survivor) => !accepted.some((entry) => entry.mutants.some((mutant) => isSame(survivor, entry, mutant))),
);
const gone = accepted
  .filter(({ file }) => files.includes(file))
  .flatMap((entry) => entry.mutants.map((mutant) => ({ ...entry, mutant })))
  .filter(({ mutant, ...entry }) => !survivors.some((survivor) => isSame(survivor, entry, mutant)));

const columns = ['tried', 'found', 'hang', 'simulation only', 'accepted', 'left'];
const rows = files.map((file) => ({ file, counts: countsOf(file) })).filter(({ counts: [tried] }) => tried !== 0);
const total = columns.map((_, at) => rows.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0));
console.log(`\n${'mutants of'.padEnd(32)}${columns.map((name) => `  ${name}`).join('')}`);
for (const { file, counts } of [...rows, { file: 'all', counts: total }]) {
  console.log(file.padEnd(32) + counts.map((count, at) => `  ${String(count).padStart(columns[at]?.length ?? 0)}`).join(''));
}
console.log(`in ${((performance.now() - start) / 60_000).toFixed(1)} min`);
for (const { file, number, line, becomes } of left) console.log(`\nnot found: ${file}:${number}\n  ${line}\n  ${becomes}`);
for (const { file, line, mutant } of gone) console.log(`\naccepted, but found or not there: ${file}\n  ${line}\n  ${mutant}`);
process.exitCode = left.length + gone.length === 0 ? 0 : 1;

/**
 * @param {string} file
 * @returns {number[]} as the columns
 */
function countsOf(file) {
  const ofFile = mutants.filter(({ fileName, status }) => relative(root, fileName) === file && status !== 'Ignored');
  const ofStatus = (/** @type {Mutant['status'][]} */ ...statuses) => ofFile.filter(({ status }) => statuses.includes(status));
  const found = ofStatus('Killed', 'RuntimeError');
  const late = found.filter(({ killedBy }) => killedBy?.includes(simulation));
  const survived = ofStatus('Survived', 'NoCoverage').length;
  const leftOfFile = left.filter((survivor) => survivor.file === file).length;
  return [ofFile.length, found.length - late.length, ofStatus('Timeout').length, late.length, survived - leftOfFile, leftOfFile];
}

/**
 * Where the mutant begins, and how its line reads before and after.
 *
 * @param {Mutant} mutant
 * @returns {Survivor}
 */
function locate({ fileName, location: { start: from, end: to }, replacement }) {
  const file = relative(root, fileName);
  const lines = linesOf.get(file) ?? [];
  // Stryker counts from 1.
  const [line = '', last = ''] = [lines[from.line - 1], lines[to.line - 1]];
  const becomes = line.slice(0, from.column - 1) + replacement + last.slice(to.column - 1);
  return { file, number: from.line, line: onOneLine(line), becomes: onOneLine(becomes) };
}

/** @param {string} text */
function onOneLine(text) {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

/**
 * @param {Survivor} survivor
 * @param {{ readonly file: string, readonly line: string }} entry
 * @param {string} mutant
 */
function isSame(survivor, { file, line }, mutant) {
  return survivor.file === file && survivor.line === line && survivor.becomes === mutant;
}
