import { describe, expect, test } from 'vitest';
import { RecoveryWatch } from './recovery.js';

describe('a recovery', () => {
  test('is over when everything is out that had been taken in at the first emission', async () => {
    const watch = new RecoveryWatch();
    const recovery = watch.recovery(150);
    watch.report({ atMs: 200, taken: 12, emitted: 9 });
    watch.report({ atMs: 800, taken: 14, emitted: 11 });
    watch.report({ atMs: 900, taken: 15, emitted: 12 });
    watch.report({ atMs: 1_000, taken: 16, emitted: 13 });
    expect(await recovery).toBe(750);
  });

  test('does not count what was emitted before, however late that is heard of', async () => {
    const watch = new RecoveryWatch();
    const recovery = watch.recovery(150);
    watch.report({ atMs: 149, taken: 12, emitted: 12 });
    watch.report({ atMs: 400, taken: 15, emitted: 13 });
    watch.report({ atMs: 500, taken: 17, emitted: 15 });
    expect(await recovery).toBe(350);
  });

  test('counts for each from its own beginning', async () => {
    const watch = new RecoveryWatch();
    const first = watch.recovery(0);
    watch.report({ atMs: 10, taken: 5, emitted: 2 });
    const second = watch.recovery(20);
    watch.report({ atMs: 20, taken: 8, emitted: 5 });
    watch.report({ atMs: 40, taken: 11, emitted: 8 });
    expect(await Promise.all([first, second])).toEqual([20, 20]);
  });
});
