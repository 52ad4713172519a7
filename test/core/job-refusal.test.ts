import { describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../src/core/job/job-events.js';
import { inputs, JobUnderTest, ranges, stage } from './job-harness.js';
import { only } from '../support/exactly.js';

const refusal: Refusal = { code: 'INVALID_INPUT', reason: 'input: odd', cause: new Error('why') };
const refuse = (value: unknown): Refusal | undefined => (value === 'odd' ? refusal : undefined);

describe('a job that refuses elements', () => {
  it('ends where it meets the first, after what came before it, and sends none of what comes after it', () => {
    const asked = vi.fn(refuse);
    const test = JobUnderTest.with(1, { batch: 5, refuse: asked });
    const sent = test.elements('a', 'b', 'odd', 'd', 'odd');
    expect(ranges(sent)).toEqual(['0+2']);
    for (const batch of sent) test.succeed(batch);
    expect(test.emitted).toEqual(['a', 'b']);
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: {
          code: 'INVALID_INPUT',
          message: "operation 'f' failed at index 2: input: odd",
          operation: 'f',
          index: 2,
          attempts: 0,
          cause: { message: 'why' },
        },
      },
    ]);
    expect(asked.mock.calls).toEqual([['a'], ['b'], ['odd']]);
  });

  it('leaves them out where asked, and sends the others as they are', () => {
    const test = JobUnderTest.with(8, { batch: 5, refuse, stages: [stage('map', { onFatal: 'skip' })] });
    const sent = test.elements('odd', 'a', 'b', 'odd', 'odd');
    test.elements('c', 'odd');
    sent.push(...test.complete());
    for (const batch of test.sent) test.succeed(batch);
    expect(test.sent.map(inputs)).toEqual([['a', 'b'], ['c']]);
    expect(test.emitted).toEqual(['a', 'b', 'c']);
    const skipped = test.others.filter(({ type }) => type === 'skipped');
    expect(skipped).toMatchObject([0, 3, 4, 6].map((index) => ({ stage: 0, error: { index, code: 'INVALID_INPUT' } })));
    expect(test.others.at(-1)).toEqual({ type: 'completed' });
  });

  it('asks about each element once, however often it is sent', () => {
    const asked = vi.fn(refuse);
    const test = JobUnderTest.with(1, { batch: 2, refuse: asked });
    const batch = only(test.elements('a', 'b'));
    const again = only(test.lose(batch, 'returned'));
    test.succeed(again);
    expect(test.emitted).toEqual(['a', 'b']);
    expect(asked.mock.calls).toEqual([['a'], ['b']]);
  });
});
