// Breaks the machines, one way after the other, and requires that their tests or the simulation find each. `npm run mutations -- WORD…` tries
// only those whose names contain one of the words.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutations } from './mutation-list.js';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const chosen = mutations.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

/** What the machines are tested by. */
const tests = [
  'test/core',
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
  'test/transcripts',
  'test/simulation',
];
/** Simulated runs a mutation: enough for all so far, with much to spare. */
const seeds = '500';

/** A machine that is broken may go round in circles. Whatever takes so long is found: tests take a tenth of it. */
const mostMs = 240_000;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

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
      const found = await fails(folder);
      writeFileSync(path, original);
      console.log(`${found ? 'found' : 'NOT FOUND'}: ${name}`);
      if (!found) survivors.push(name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Whether a test fails.
 *
 * @param {string} folder
 * @returns {Promise<boolean>}
 */
function fails(folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      join(folder, 'node_modules/.bin/vitest'),
      ['run', '--project', 'unit', '--project', 'apart', '--project', 'slow', '--bail', '1', ...tests],
      {
        cwd: folder,
        env: { ...process.env, SEEDS: seeds },
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
      resolve(code !== 0);
    });
  });
}
