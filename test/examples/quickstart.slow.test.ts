import { checkMonoid } from 'paladin-rx';
import { afterEach, describe, expect, it } from 'vitest';
import { differences } from '../../examples/quickstart/differences.js';
import { merge, mergeSummaries, nothing, summarize, type DelaysByHour } from '../../examples/quickstart/operations.js';
import { RunningProgram } from './run-program.js';

const limitMs = 60_000;

describe('the quickstart', () => {
  let program: RunningProgram | undefined;
  const start = (...args: string[]): RunningProgram =>
    (program = new RunningProgram(['dist/examples/quickstart/main.js', ...args]));
  afterEach(() => program?.killAll());

  const expectTable = (stdout: string): void => {
    expect(stdout).toMatch(/^00:00 +697 +41\.9 +88\.3 +45\.8 % {2}█+/mu);
    expect(stdout).toMatch(/^all +200,000 +7\.5 +32\.0 +21\.6 % {2}█+/mu);
    expect(stdout).toMatch(/^paladin-rx +\d+\.\d\d s/mu);
    expect(stdout).toMatch(/^plain RxJS +\d+\.\d\d s/mu);
    expect(stdout).toContain('the two agree on all 24 hours');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  };

  it('runs in memory', { timeout: limitMs }, async () => {
    const { status, stdout, stderr, leftBehind } = await start().ended();
    expect({ status, stderr, leftBehind }).toEqual({ status: 0, stderr: '', leftBehind: false });
    expect(stdout).toMatch(/^Starting a hub and \d worker threads? in this process\.\nReady after \d+\.\d\d s\.$/mu);
    expectTable(stdout);
  });

  it('runs on a hub and two worker processes, and leaves none behind', { timeout: limitMs }, async () => {
    const { status, stdout, stderr, leftBehind } = await start('--hub').ended();
    expect({ status, stderr, leftBehind }).toEqual({ status: 0, stderr: '', leftBehind: false });
    expect(stdout).toMatch(
      /^Starting a hub and 2 worker processes\.\nReady after \d+\.\d\d s, at http:\/\/127\.0\.0\.1:\d+\.$/mu,
    );
    expectTable(stdout);
  });

  it.each([/^Starting/u, /^Ready/mu])(
    'leaves no process behind when it is told to end at %s',
    { timeout: limitMs },
    async (moment) => {
      const running = start('--hub');
      await running.printed(moment);
      running.signal('SIGTERM');
      const { status, stderr, leftBehind } = await running.ended();
      // At first there is nothing to end yet, and so nobody who listens for the signal.
      expect([143, 'SIGTERM']).toContain(status);
      expect({ stderr, leftBehind }).toEqual({ stderr: '', leftBehind: false });
    },
  );

  it('refuses what it does not know', { timeout: limitMs }, async () => {
    const { status, stderr } = await start('--hubb').ended();
    expect(status).toBe(1);
    expect(stderr).toContain("Unknown option '--hubb'");
  });
});

describe('its check', () => {
  const summary = (...delays: readonly number[]): DelaysByHour =>
    delays.map((delay) => summarize({ delay, distance: 100, time: 7.5 })).reduce(merge, nothing);

  it('takes rounding for the same, and nothing else', () => {
    expect(differences(summary(1, 20, 3), summary(1, 20, 3))).toEqual([]);
    expect(differences(summary(0.1, 0.2, 0.3), merge(summary(0.1), summary(0.2, 0.3)))).toEqual([]);
    expect(differences(summary(1, 2), summary(1, 2.000_001))).toEqual([
      expect.stringMatching(/^hour 7: mean is 1.5, not 1.5000005/u),
      expect.stringMatching(/^hour 7: m2 is 0.5, not 0.500001/u),
    ]);
    expect(differences(summary(20), summary(10))).toContain('hour 7: late is 1, not 0');
    expect(differences(summary(1), summary(1, 1))).toEqual(['hour 7: count is 1, not 2']);
    expect(differences(nothing, summary(1))).toEqual(['hour 7 is only in one of the two']);
  });

  it('stands on a lawful monoid', async () => {
    const at = (time: number, delay: number): DelaysByHour => summarize({ delay, distance: 100, time });
    const samples = [nothing, at(0, -66), at(0, 1_000), at(7.99, 15), at(7, 16), at(23.98, 0), merge(at(7, 0.1), at(8, 0.2))];
    await checkMonoid(mergeSummaries, samples, { equals: (a, b) => differences(a, b).length === 0 });
  });
});
