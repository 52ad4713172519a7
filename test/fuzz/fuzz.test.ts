import { expect, onTestFinished, test } from 'vitest';
import { RunningProgram } from '../examples/run-program.js';

test('a hub under attack serves the healthy, and is as it was when it is over', { timeout: 150_000 }, async () => {
  const fuzz = new RunningProgram(['dist/test/fuzz/main.js', '--frames', '500', '--seed', '1', '--no-speed']);
  onTestFinished(() => {
    fuzz.signal('SIGTERM');
  });
  const { status, stdout, stderr } = await fuzz.ended();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^messages +[1-9]/mu);
});
