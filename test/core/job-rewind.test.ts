import { describe, expect, it } from 'vitest';
import { failure, inputs, JobUnderTest, ranges, stage } from './job-harness.js';
import { only } from '../support/exactly.js';

describe('a job that is rewound', () => {
  it('counts elements from 0 again, and batches on', () => {
    const test = JobUnderTest.with(2);
    for (const [round, value] of ['a', 'b', 'c'].entries()) {
      if (round > 0) test.handle({ type: 'rewound' });
      const batch = only(test.elements(value));
      expect([batch.seq, batch.first, inputs(batch)]).toEqual([round, 0, [value]]);
      test.succeed(batch);
    }
    expect(ranges(test.sent)).toEqual(['0+1', '0+1', '0+1']);
    expect(test.emitted).toHaveLength(3);
  });

  it('says how many elements went before, so that each has a key of its own', () => {
    const test = JobUnderTest.with(2);
    for (const values of [['a'], ['b', 'c'], ['d']]) {
      if (test.sent.length > 0) test.handle({ type: 'rewound' });
      for (const batch of test.elements(...values)) for (const next of test.succeed(batch)) test.succeed(next);
    }
    expect(test.sent.map(({ origin = 0, first }) => origin + first)).toEqual([0, 1, 2, 3]);
  });

  it('does not take a late answer for one of the next element', () => {
    const test = JobUnderTest.with(2);
    const first = only(test.elements('a'));
    test.succeed(first);
    test.handle({ type: 'rewound' });
    test.elements('b');
    test.succeed(first);
    expect([test.emitted.length, test.job.staleResults]).toEqual([1, 1]);
  });

  it('is not rewound while something is to be done, nor when it folds, nor at its end, and stays as it is', () => {
    const test = JobUnderTest.with(1);
    const batch = only(test.elements('a', 'b'));
    expect(() => test.handle({ type: 'rewound' })).toThrow("'rewound' while something is to be done");
    expect(ranges(test.succeed(batch))).toEqual(['1+1']);
    const folding = JobUnderTest.with(1, { stages: [stage('fold')] });
    expect(() => folding.handle({ type: 'rewound' })).toThrow("'rewound'");
    const ending = JobUnderTest.with(1);
    ending.elements('a');
    ending.handle({ type: 'sourceCompleted' });
    expect(() => ending.handle({ type: 'rewound' })).toThrow("'rewound' after the source has ended");
  });

  it('numbers those that come after one that was left out from 0, too', () => {
    const test = JobUnderTest.with(1, { stages: [stage('map', { onFatal: 'skip' }), stage('map')] });
    const left = only(test.elements('a'));
    test.result(left, { failures: [failure(0, { kind: 'fatal' })] });
    test.handle({ type: 'rewound' });
    const failing = only(test.elements('b'));
    test.result(failing, { failures: [failure(0, { kind: 'fatal', stage: 1 })] });
    expect(test.others.at(-1)).toMatchObject({ type: 'failed', error: { index: 0 } });
  });
});
