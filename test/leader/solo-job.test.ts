import { defineOperation } from 'paladin-rx';
import { describe, expect, it, vi } from 'vitest';
import type { JobDriver } from '../../src/leader/job-driver.js';
import { SoloJob } from '../../src/leader/solo-job.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('a job for one value at a time', () => {
  it('does not heed the signal of a run that has its output, also where the next one begins at once', async () => {
    const cancel = vi.fn();
    // All that a solo job uses of a driver.
    const driver = { push: () => undefined, rewind: () => undefined, cancel } as unknown as JobDriver;
    const controller = new AbortController();
    let second: Promise<unknown> | undefined;
    const job: SoloJob = new SoloJob(
      double,
      () => driver,
      () => {
        second ??= job.execute(2, undefined);
        controller.abort();
      },
      () => undefined,
    );
    const first = job.execute(1, controller.signal);
    job.next(2);
    job.next(4);
    expect([await first, await second]).toEqual([2, 4]);
    expect(cancel).not.toHaveBeenCalled();
  });
});
