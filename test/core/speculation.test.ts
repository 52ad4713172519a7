import { describe, expect, it } from 'vitest';
import { leastSpeculationMs } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, JobUnderTest, ranges } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

/** A job that executes slow batches twice, batches of one element. */
function speculating(slots: number, window = 1_000): JobUnderTest {
  return JobUnderTest.with(slots, { batch: 1, speculate: true, window });
}

/** After so long each batch is slow. */
const late = 20 * leastSpeculationMs;

describe('a slow batch', () => {
  it('is executed a second time where slots are idle and nothing else is to come', () => {
    const test = speculating(3);
    const [a] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.now = 10;
    test.succeed(a, ['a'], 10);
    expect(ranges(test.tick(late))).toEqual(['1+1']);
    // Once is enough.
    expect(test.tick(2 * late)).toEqual([]);
  });

  it('is not while more elements may come', () => {
    const test = speculating(3);
    const [a] = exactly(2, test.elements('a', 'b'));
    test.now = 10;
    test.succeed(a, ['a'], 10);
    expect(test.tick(late)).toEqual([]);
    expect(test.job.nextDeadline()).toBeUndefined();
  });

  it('is not while elements wait for room in the window', () => {
    const test = speculating(4, 2);
    const [, b] = exactly(2, test.elements('a', 'b', 'c'));
    test.complete();
    test.now = 10;
    test.succeed(b, ['b'], 10);
    expect(test.tick(late)).toEqual([]);
    expect(test.job.nextDeadline()).toBeUndefined();
  });

  it('is not where two attempts of it are under way, since a worker is back with the first', () => {
    const test = speculating(4);
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.now = 10;
    test.succeed(a, ['a'], 10);
    test.lose(b, 'gone');
    test.handle({ type: 'adopted', workerId: 'w1', seq: b.seq, attempt: 1, inPlaceOf: [] });
    expect(test.tick(late)).toEqual([]);
  });

  it('is where it was sent before others that are slow as well, if there is one slot only', () => {
    const test = speculating(4);
    const [a, , c] = exactly(3, test.elements('a', 'b', 'c'));
    test.complete();
    test.now = 5;
    test.lose(a, 'returned');
    test.now = 10;
    test.succeed(c, ['c'], 10);
    test.handle({ type: 'capacity', slots: 3, leased: 2, missing: '' });
    expect(ranges(test.tick(late))).toEqual(['1+1']);
  });

  it('is not where there are fewer slots than batches under way', () => {
    const test = speculating(4);
    const [a] = exactly(4, test.elements('a', 'b', 'c', 'd'));
    test.complete();
    test.now = 10;
    test.succeed(a, ['a'], 10);
    for (const slots of [1, 2, 3]) {
      test.handle({ type: 'capacity', slots, leased: 3, missing: '' });
      expect(test.tick(late)).toEqual([]);
    }
  });
});

describe('two attempts at once', () => {
  /** Both attempts of the one element that is left. */
  function both(): { test: JobUnderTest; attempts: [Batch, Batch] } {
    const test = speculating(3);
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.now = 10;
    test.succeed(a, ['a'], 10);
    return { test, attempts: [b, only(test.tick(late))] };
  }

  it.each([
    [0, 1],
    [1, 0],
  ] as const)('are two tries when both fail, attempt %d first', (sooner, later) => {
    const { test, attempts } = both();
    expect(attempts.map(({ tried = 0 }) => tried)).toEqual([0, 1]);
    const transient = failure(0, { kind: 'transient', retry: { strategy: 'immediate', maxRetries: 3 } });
    expect(test.result(attempts[sooner], { failures: [transient] })).toEqual([]);
    expect(test.result(attempts[later], { failures: [transient] })).toMatchObject([{ first: 1, tried: 2 }]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ] as const)('are told apart by an error when both fail, attempt %d first', (sooner, later) => {
    const { test, attempts } = both();
    test.result(attempts[sooner], { failures: [failure(0)] });
    test.result(attempts[later], { failures: [failure(0)] });
    // As the operation was told it.
    expect(test.others).toMatchObject([{ type: 'failed', error: { attempts: later + 1 } }]);
  });
});
