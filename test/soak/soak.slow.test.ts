import { expect, onTestFinished, test } from 'vitest';
import { RunningProgram } from '../examples/run-program.js';

test('whoever stays keeps no sockets, timers or jobs of those who come and go', { timeout: 60_000 }, async () => {
  const soak = new RunningProgram(['dist/test/soak/main.js', '--minutes', '0.15', '--seed', '1']);
  onTestFinished(() => {
    soak.signal('SIGTERM');
  });
  const { stdout, stderr } = await soak.ended();
  // Memory shows in a long run only.
  expect(stderr.split('\n').filter((line) => !/^FAILED: the heap|^$/u.test(line))).toEqual([]);
  expect(stdout).toMatch(/^hub +\d/mu);
});
