import { expect, onTestFinished, test } from 'vitest';
import { canReadMemory } from '../../bench/processes/memory.js';
import { RunningProgram } from '../examples/run-program.js';

const timeout = 150_000;

/** What it prints when all is well. */
async function printedBy(...args: readonly string[]): Promise<string> {
  const fuzz = new RunningProgram(['dist/test/fuzz/main.js', '--seed', '1', ...args]);
  onTestFinished(() => {
    fuzz.signal('SIGTERM');
  });
  const { status, stdout, stderr } = await fuzz.ended();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

test('a hub under attack serves the healthy, and is as it was when it is over', { timeout }, async () => {
  expect(await printedBy('--frames', '500', '--no-speed')).toMatch(/^messages +[1-9]/mu);
});

test('a hub under each attack by itself likewise', { timeout }, async () => {
  // Strangers only, for whom nobody waits when they are gone.
  expect(await printedBy('--each', '--no-speed', '--layers', 'http')).toMatch(/^http: polling +[1-9]/mu);
});

test.runIf(canReadMemory)('unread results and arguments fill neither a hub nor a worker', { timeout }, async () => {
  expect(await printedBy('--memory')).toMatch(/all is well/u);
});
