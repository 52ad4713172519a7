import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../fixtures/unguarded-program.mjs', import.meta.url));

it.each([
  ['inMemory', 'yes'],
  ['inMemory', 'no'],
  ['startWorker', 'yes'],
  ['startWorker', 'no'],
])(
  'a program that starts threads wherever it is loaded is told at once, and makes no more threads (%s, thread waits: %s)',
  async (how, waits) => {
    const env = { ...process.env, HOW: how, WAITS: waits };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env, timeout: 20_000 });
    const lines = stdout.trimEnd().split('\n');
    // Once by the program, and at most once by each of its two threads.
    expect(lines.filter((line) => line === 'loaded').length).toBeLessThanOrEqual(3);
    const told = lines.filter((line) => line !== 'loaded');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      new RegExp(
        `^INVALID_INPUT: .*unguarded-program.mjs: ${how}: this module starts threads while a thread loads it: guard`,
        'u',
      ),
    );
  },
  30_000,
);
