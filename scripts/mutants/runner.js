// A test runner of Stryker for the machines: it loads their unit tests once, then runs for each mutant those that reach it, in
// the same process, the quickest first. What all of them let pass meets the simulation.
import { build } from 'esbuild';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asProgram } from './as-program.js';
import { collectTests } from './collect-tests.js';
import { machineTests } from './machine-tests.js';

/** @typedef {import('./collect-tests.js').Body} Body */
/** @typedef {import('./collect-tests.js').Test} Test */
/** @typedef {{ mutantCoverage?: unknown, currentTestId?: string, readonly activeMutant: string }} Instruments */

/** The test that runs the simulation, for as many seeds as this variable says. */
export const simulation = 'the simulation';
export const seedsVariable = 'MUTANTS_SEEDS';

/** Where the process that runs all tests says how long each takes, for the others. */
const timesFile = 'machines.json';

/** The most processor time of a run of the simulation: hundred times what one takes by itself. */
const mostSimulationMs = 5_000;
/** The processor time, in microseconds, from which on the test that runs is one that does not end. */
let endlessFrom = Infinity;
/** Which mutant is on. */
let active = '';
/** How often anybody asked. */
let looks = 0;

/**
 * What instrumented code looks at, wherever there is a mutant, and what it counts in.
 *
 * @type {Instruments}
 */
const instruments = shared('__stryker__', {
  get activeMutant() {
    looks += 1;
    if (looks % 4_096 === 0 && isEndless()) throw new Error('it does not end');
    return active;
  },
});

/** @param {number} mostCpuMs by the clock it may take long beside other work */
function startWatch(mostCpuMs) {
  endlessFrom = process.cpuUsage().user + mostCpuMs * 1_000;
}

function isEndless() {
  return process.cpuUsage().user > endlessFrom;
}

class MachinesRunner {
  /** @type {Test[]} */
  #tests = [];
  /** @type {Record<string, number> | undefined} */
  #timesMs;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    this.#tests = await load();
  }

  /** Runs all tests, and notes which mutants each of them reaches. */
  async dryRun() {
    const tests = [];
    for (const { id, body } of this.#tests) {
      instruments.currentTestId = id;
      const start = performance.now();
      const failure = await failureOf(body);
      tests.push({ id, name: id, timeSpentMs: performance.now() - start, ...outcome(failure) });
    }
    delete instruments.currentTestId;
    writeFileSync(timesFile, JSON.stringify(Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
    return { status: 'complete', tests, mutantCoverage: instruments.mutantCoverage };
  }

  /**
   * Runs the tests that reach the mutant until one fails.
   *
   * @param {{ testFilter?: readonly string[], activeMutant: { id: string } }} options
   */
  async mutantRun({ testFilter, activeMutant }) {
    if (this.#timesMs === undefined) {
      const timesMs = /** @type {Record<string, number>} */ (JSON.parse(readFileSync(timesFile, 'utf8')));
      // The quickest first.
      this.#tests.sort((a, b) => (timesMs[a.id] ?? 0) - (timesMs[b.id] ?? 0));
      this.#timesMs = timesMs;
    }
    const chosen = this.#tests.filter(({ id }) => testFilter?.includes(id) ?? true);
    active = activeMutant.id;
    try {
      for (const { id, body } of chosen) {
        startWatch(1_000 + 20 * (this.#timesMs[id] ?? 0));
        const failure = await failureOf(body);
        if (isEndless()) return { status: 'timeout', reason: 'it does not end' };
        if (failure !== undefined) return { status: 'killed', killedBy: [id], failureMessage: failure, nrOfTests: 1 };
      }
      return { status: 'survived', nrOfTests: chosen.length };
    } finally {
      active = '';
      endlessFrom = Infinity;
    }
  }
}

/**
 * What was thrown, as text; undefined: nothing.
 *
 * @param {Body} body
 * @returns {Promise<string | undefined>}
 */
async function failureOf(body) {
  try {
    await body();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** @param {string | undefined} failure */
function outcome(failure) {
  return failure === undefined ? { status: 0 } : { status: 1, failureMessage: failure };
}

/**
 * All tests, in the order of their files, then the simulation.
 *
 * @returns {Promise<Test[]>}
 */
async function load() {
  const tests = collectTests();
  const { simulate } = await importBundled();
  const seeds = Number(process.env[seedsVariable] ?? 0);
  if (seeds === 0) return tests;
  const simulateAll = async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      startWatch(mostSimulationMs);
      await simulate(seed);
    }
  };
  return [...tests, { id: simulation, body: simulateAll }];
}

/** Loads tests and simulation as one file, whose sources Stryker has instrumented. */
async function importBundled() {
  const outfile = join(process.cwd(), 'machines.mjs');
  // A process that hung is followed by another one.
  if (!existsSync(outfile)) {
    const imports = machineTests.map((file) => `import './${file}';`);
    const unfinished = `${outfile}.${process.pid}`;
    await build({
      ...asProgram,
      stdin: {
        contents: [...imports, "export { simulate } from './test/simulation/run.ts';"].join('\n'),
        resolveDir: process.cwd(),
      },
      outfile: unfinished,
    });
    renameSync(unfinished, outfile);
  }
  return /** @type {{ simulate: (seed: number) => unknown }} */ (await import(pathToFileURL(outfile).href));
}

/**
 * Makes it a global, unless it is one already.
 *
 * @template T
 * @param {string} name
 * @param {T} value
 * @returns {T}
 */
function shared(name, value) {
  const globals = /** @type {Record<string, T>} */ (Object(globalThis));
  return (globals[name] ??= value);
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'machines', injectableClass: MachinesRunner }];
