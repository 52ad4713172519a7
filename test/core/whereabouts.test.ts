import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../src/core/job/wait.js';
import { JobUnderTest } from './job-harness.js';
import { exactly } from '../support/exactly.js';

/** Two elements are under way, and nothing else comes. */
function stuck(now: number): JobUnderTest {
  const test = JobUnderTest.with(2, { batch: 1 });
  exactly(2, test.elements('a', 'b'));
  test.now = now;
  return test;
}

/** What is asked of the hub. */
function look(test: JobUnderTest): object[] {
  test.others.length = 0;
  test.handle({ type: 'looked' });
  return test.others;
}

function why(test: JobUnderTest): string | undefined {
  const { wait } = test.job.facts({ now: test.now, hub: { awayBecause: undefined } });
  return wait && sentenceOf(wait);
}

const onWorker = { type: 'located', seq: 0, attempt: 1, workerId: 'w7', forMs: 8_500, slots: 2 } as const;

describe('where the oldest batch is', () => {
  it('is asked of the hub when somebody looks, once a second, and not before it has taken a second', () => {
    const test = stuck(999);
    expect(look(test)).toEqual([]);
    test.now = 1_000;
    expect(look(test)).toEqual([{ type: 'locate', seq: 0, attempt: 1 }]);
    test.now = 1_999;
    expect(look(test)).toEqual([]);
    test.now = 2_000;
    expect(look(test)).toHaveLength(1);
  });

  it('is not asked while the hub is away', () => {
    const test = stuck(2_000);
    test.handle({ type: 'disconnected' });
    expect(look(test)).toEqual([]);
  });

  it('is said with the name of the worker, or with its id', () => {
    const test = stuck(9_000);
    expect(why(test)).toBe('waits for element 0, under way for 9 s');
    test.handle({ ...onWorker, workerName: 'b' });
    test.now = 9_600;
    expect(why(test)).toBe('waits for element 0, on worker b for 9 s');
    test.handle({ ...onWorker, workerName: '' });
    expect(why(test)).toBe('waits for element 0, on worker w7 for 9 s');
  });

  it('is the queue of the hub when other jobs have all slots: then the job waits for these', () => {
    const test = stuck(9_000);
    test.handle({ type: 'located', seq: 0, attempt: 1, forMs: 0, slots: 4 });
    expect(why(test)).toBe('waits for a free slot: other jobs have all 4');
    expect(test.job.facts({ now: test.now, hub: { awayBecause: undefined } }).state).toBe('waiting');
    test.handle({ type: 'located', seq: 0, attempt: 1, forMs: 0, slots: 1 });
    expect(why(test)).toBe('waits for a free slot: other jobs have the only one');
  });

  it('is behind another one of the job, of which the hub speaks then: that one counts', () => {
    const test = stuck(9_000);
    test.handle({ ...onWorker, seq: 1, forMs: 1_000 });
    expect(why(test)).toBe('waits for element 1, on worker w7 for 1 s');
    // It has been given out just now: nothing holds the job up.
    test.handle({ ...onWorker, seq: 1, forMs: 999 });
    expect(why(test)).toBeUndefined();
  });

  it('is behind others of the job still, when that one is over: nothing holds the job up while these come back', () => {
    const test = stuck(9_000);
    test.complete();
    look(test);
    test.handle({ ...onWorker, seq: 1, forMs: 2_000 });
    const [, second] = exactly(2, test.sent);
    test.succeed(second);
    test.now = 9_900;
    expect(why(test)).toBeUndefined();
    test.now = 10_000;
    expect(why(test)).toBe('waits for element 0, under way for 10 s');
  });

  it('counts for a while, and for that attempt alone', () => {
    const test = stuck(9_000);
    test.handle({ ...onWorker, attempt: 2 });
    expect(why(test)).toBe('waits for element 0, under way for 9 s');
    test.handle({ ...onWorker, seq: 9 });
    expect(why(test)).toBe('waits for element 0, under way for 9 s');
    test.handle(onWorker);
    test.now = 12_000;
    expect(why(test)).toBe('waits for element 0, on worker w7 for 12 s');
    test.now = 12_001;
    expect(why(test)).toBe('waits for element 0, under way for 12 s');
  });
});
