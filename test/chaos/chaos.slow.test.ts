import { describe, test, type TestContext } from 'vitest';
import { RunningProgram } from '../examples/run-program.js';

// Beside each other: the long operation only waits.
describe.concurrent('the chaos run', () => {
  test(
    'loses, repeats and reorders nothing while processes die, freeze and lose each other',
    { timeout: 90_000 },
    async (context) => {
      const { expect } = context;
      const { status, stdout, stderr } = await ended(context, '--faults', '8', '--seed', '1', '--quick', '--long-operation', '0');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^all +8 .* 0 +0 +0 +0$/mu);
    },
  );

  test('has a long operation survive the hub that it was sent by, executed once', { timeout: 90_000 }, async (context) => {
    const { expect } = context;
    const { status, stdout, stderr } = await ended(context, '--faults', '0', '--long-operation', '8');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('executed 1 times');
  });
});

async function ended({ onTestFinished }: TestContext, ...args: readonly string[]): ReturnType<RunningProgram['ended']> {
  const chaos = new RunningProgram(['dist/test/chaos/main.js', ...args]);
  onTestFinished(() => {
    chaos.signal('SIGTERM');
  });
  return await chaos.ended();
}
