import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportOf, type JobProgress } from '../../src/leader/job-progress.js';
import { leaderToHub } from '../../src/wire/parse.js';

const parse = leaderToHub(1_024);

const amount = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(NaN, Infinity, -1, -0, 0.5, Number.MAX_SAFE_INTEGER, 2 ** 60));
const words = fc.string({ unit: 'binary', maxLength: 700, size: 'max' });
const counts = {
  taken: amount,
  done: amount,
  emitted: amount,
  failed: amount,
  retried: amount,
  skipped: amount,
  inFlight: amount,
};
const anyProgress: fc.Arbitrary<JobProgress> = fc.record(
  {
    jobId: words,
    name: words,
    operations: fc.array(words, { maxLength: 3 }),
    state: fc.constantFrom('running', 'waiting', 'paused', 'completed', 'failed'),
    ...counts,
    perSecond: amount,
    elapsedMs: amount,
    total: amount,
    remainingMs: fc.record({ least: amount, most: amount }),
    waitsFor: words,
  },
  { requiredKeys: ['jobId', 'name', 'operations', 'state', 'perSecond', 'elapsedMs', ...exactKeys(counts)] },
);

function exactKeys<T extends object>(of: T): (keyof T)[] {
  // An object that was written down here has no other keys.
  return Object.keys(of) as (keyof T)[];
}

describe('what a hub is told of a job', () => {
  it('is always what the hub takes', () => {
    fc.assert(
      fc.property(anyProgress, (progress) => {
        const report = { type: 'progress', jobs: [{ job: 0, progress: reportOf(progress) }], left: 0 };
        expect(parse(report)).toEqual(report);
      }),
    );
  });

  it('is what the job says, where that is within the bounds', () => {
    const said = {
      taken: 4,
      done: 3,
      emitted: 2,
      failed: 0,
      retried: 1,
      skipped: 1,
      inFlight: 1,
      perSecond: 0.5,
      elapsedMs: 7.5,
    };
    const more = { total: 9, remainingMs: { least: 1.5, most: 2.5 }, waitsFor: 'the source is slow', name: 'nightly' };
    const report = reportOf({ jobId: 'l.1', operations: ['score'], state: 'waiting', ...said, ...more });
    expect(report).toEqual({ state: 'waiting', ...said, ...more });
  });
});
