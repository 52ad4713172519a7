import { readFileSync } from 'node:fs';
import { checkMonoid } from 'paladin-rx';
import { afterEach, describe, expect, it } from 'vitest';
import { intervals } from '../../examples/quickstart/intervals.js';
import { mergeTallies, nothing, resampleFrom, type Draw } from '../../examples/quickstart/operations.js';
import { RunningProgram } from './run-program.js';

const limitMs = 60_000;
const pictureFile = new URL('../../docs/quickstart.svg', import.meta.url);
const committedPicture = readFileSync(pictureFile, 'utf8');

describe('the quickstart', () => {
  let program: RunningProgram | undefined;
  const start = (...args: string[]): RunningProgram =>
    (program = new RunningProgram(['dist/examples/quickstart/main.js', ...args]));
  afterEach(() => program?.killAll());

  const expectTable = (stdout: string): void => {
    expect(stdout).toMatch(/^00:00 +697 +\d+ +\d+ to \d+ {2}█+░+$/mu);
    expect(stdout).toMatch(/^paladin-rx +\d+\.\d\d s +96,000 resamples/mu);
    expect(stdout).toMatch(/^plain RxJS +\d+\.\d\d s/mu);
    expect(stdout).toContain('the two agree on all 24 hours, count by count');
    expect(stdout).toMatch(/^picture +docs\/quickstart\.svg$/mu);
    // It comes out the same on any machine, so that a run leaves a clone as it was.
    expect(readFileSync(pictureFile, 'utf8')).toBe(committedPicture);
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

  it('explains itself', { timeout: limitMs }, async () => {
    const { status, stdout, stderr } = await start('--help').ended();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm run quickstart/u);
  });

  it.each([
    ['--hubb', "error: Unknown option '--hubb'"],
    ['hub', "error: Unexpected argument 'hub'"],
  ])('refuses what it does not know: %s', { timeout: limitMs }, async (given, message) => {
    const { status, stdout, stderr } = await start(given).ended();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.split('\n').slice(0, 3)).toEqual([message, '', 'Usage: npm run quickstart [-- --hub]']);
    expect(stderr).not.toContain(' at ');
  });
});

describe('its resampling', () => {
  const delays = [Int16Array.of(-3, 0, 4, 60), Int16Array.of(7)];
  const draw = (hour: number, block: number, resamples = 10): Draw => ({ hour, block, resamples });
  const tallyOf = resampleFrom(delays);

  it('is the same each time, and another for each hour and block', () => {
    expect(tallyOf(draw(0, 1))).toEqual(tallyOf(draw(0, 1)));
    expect(tallyOf(draw(0, 1, 1_000))).not.toEqual(tallyOf(draw(0, 2, 1_000)));
    expect(tallyOf(draw(1, 0))).toEqual(new Map([[1, new Map([[7, 10]])]]));
  });

  it('draws each flight as often as any other', () => {
    // That 60 is not among four is as likely as (3/4)^4. Otherwise it is the limit.
    const without =
      1 -
      (tallyOf(draw(0, 0, 100_000))
        .get(0)
        ?.get(60) ?? 0) /
        100_000;
    expect(without).toBeCloseTo(0.75 ** 4, 2);
  });

  it('stands on a lawful monoid', async () => {
    await checkMonoid(mergeTallies, [nothing, tallyOf(draw(0, 0)), tallyOf(draw(0, 1)), tallyOf(draw(1, 0))]);
  });

  it('gives intervals that hold 95 % of the resamples', () => {
    const flights = Int16Array.from({ length: 10 }, (_, at) => 9 - at);
    const counts = new Map([
      [4, 20],
      [5, 10],
      [6, 950],
      [9, 20],
    ]);
    expect(intervals([flights], new Map([[0, counts]]))).toEqual([{ hour: 0, flights: 10, limit: 8, low: 5, high: 6 }]);
  });
});
