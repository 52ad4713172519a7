import { describe, expect, it } from 'vitest';
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, JobUnderTest, stage } from './job-harness.js';
import { atLeast, only } from '../support/exactly.js';

const nobody = { type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' } as const;

function pair(test: JobUnderTest, ...more: string[]): [Batch, Batch] {
  const [a, b] = atLeast(2, test.elements('a', 'b', ...more));
  return [a, b];
}

describe('a job that is over', () => {
  /** Two outputs wait, since the job is paused. */
  function waiting(): JobUnderTest {
    const test = JobUnderTest.with(3, { batch: 1 });
    const [a, b] = pair(test, 'c');
    test.pause();
    test.succeed(a);
    test.succeed(b);
    return test;
  }

  it('has nothing under way, and wants nothing', () => {
    const test = waiting();
    expect(test.job.load.batches).toBe(1);
    expect(test.job.handle({ type: 'refused', error: new PaladinError('CLOSED', 'closed') }, 0)).toHaveLength(1);
    test.job.handle({ type: 'resumed' }, 0);
    expect([test.job.load, test.job.nextDeadline()]).toEqual([{ batches: 0, bytes: 0 }, undefined]);
  });

  it('emits nothing more, though something waits', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    const [a, b] = pair(test);
    test.succeed(b);
    const { seq, attempt, payload } = a;
    const result = { seq, attempt, done: 1, failures: [], elapsedMs: 1, payload };
    test.job.handle({ type: 'result', workerId: 'w', result }, 0);
    // The first one has been emitted, and the other one is due.
    expect(test.job.nextDeadline()).toBe(0);
    expect(test.job.handle({ type: 'cancelled' }, 0)).toEqual([{ type: 'closed' }]);
  });

  it('fails once, though there has been no worker for as long as it waits for one', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    const [a, b] = pair(test, 'c');
    test.handle(nobody);
    test.result(b, { failures: [failure(0)] });
    test.now = 60_000;
    test.succeed(a);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'OPERATION_FAILED', index: 1 } }]);
  });

  it('is not divided any more', () => {
    const stages = [stage('map'), stage('map', { operation: 'g' })];
    const test = JobUnderTest.with(2, { batch: 1, stages, divisible: true });
    const [a, b] = pair(test, 'c');
    test.handle({ ...nobody, divideAt: 1 });
    test.result(b, { failures: [failure(0)] });
    test.now = 9_000;
    test.succeed(a);
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 1 } }]);
  });
});

describe('a fold that has only to be combined', () => {
  it('waits for a worker no longer than others do', () => {
    const test = JobUnderTest.with(2, { batch: 1, stages: [stage('map'), stage('fold')] });
    const [a, b] = pair(test);
    test.complete();
    test.handle({ ...nobody, leased: 1 });
    test.fold(a);
    test.fold(b);
    test.handle(nobody);
    test.tick(9_999);
    expect(test.others).toEqual([]);
    test.tick(10_000);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'NO_WORKER' } }]);
  });
});

describe('what a job asks of its source', () => {
  const demands = (test: JobUnderTest, event: Parameters<JobUnderTest['handle']>[0]): unknown[] =>
    test.job.handle(event, 0).filter(({ type }) => type === 'demand');

  it('is nothing where it needs no more, or where its source has ended', () => {
    const test = JobUnderTest.with(1, { batch: 1, window: 4 });
    expect(demands(test, { type: 'tick' })).toEqual([]);
    const batch = only(test.elements('a', 'b'));
    test.complete();
    const { seq, attempt, payload } = batch;
    const result = { seq, attempt, done: 1, failures: [], elapsedMs: 1, payload };
    expect(demands(test, { type: 'result', workerId: 'w', result })).toEqual([]);
  });
});
