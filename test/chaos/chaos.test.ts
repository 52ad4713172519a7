import { expect, onTestFinished, test } from 'vitest';
import { RunningProgram } from '../examples/run-program.js';

test(
  'nothing is lost, repeated or out of order while processes die, freeze and lose each other',
  { timeout: 60_000 },
  async () => {
    const { status, stdout, stderr } = await ended('--faults', '8', '--seed', '1', '--quick', '--long-operation', '0');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^all +8 .* 0 +0 +0 +0$/mu);
  },
);

test('a long operation survives the hub that it was sent by, and is executed once', { timeout: 60_000 }, async () => {
  const { status, stdout, stderr } = await ended('--faults', '0', '--long-operation', '8');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('executed 1 times');
});

async function ended(...args: readonly string[]): ReturnType<RunningProgram['ended']> {
  const chaos = new RunningProgram(['dist/test/chaos/main.js', ...args]);
  onTestFinished(() => {
    chaos.signal('SIGTERM');
  });
  return await chaos.ended();
}
