import { describe, expect, test } from 'vitest';
import { RecoveryWatch } from './recovery.js';

describe('a recovery', () => {
  test('is over when everything that had been taken in is out', async () => {
    const watch = new RecoveryWatch();
    watch.report({ atMs: 100, taken: 12, emitted: 0 });
    const recovery = watch.recovery(150);
    watch.report({ atMs: 200, taken: 23, emitted: 11 });
    watch.report({ atMs: 900, taken: 24, emitted: 12 });
    watch.report({ atMs: 1_000, taken: 25, emitted: 13 });
    expect(await recovery).toBe(750);
  });

  test('counts for each from its own beginning', async () => {
    const watch = new RecoveryWatch();
    watch.report({ atMs: 0, taken: 5, emitted: 0 });
    const first = watch.recovery(0);
    watch.report({ atMs: 10, taken: 8, emitted: 3 });
    const second = watch.recovery(10);
    watch.report({ atMs: 20, taken: 10, emitted: 5 });
    watch.report({ atMs: 40, taken: 13, emitted: 8 });
    expect(await Promise.all([first, second])).toEqual([20, 30]);
  });
});
