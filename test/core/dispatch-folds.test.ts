import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/wire/parts.js';
import { maxJobBytesInFlight } from '../../src/limits.js';
import { failure, inputs, JobUnderTest, ranges, stage } from './job-harness.js';
import { atLeast, exactly, first, only } from '../support/exactly.js';

const mapAndFold = [stage('map'), stage('fold')];
const nobody = { type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' } as const;

describe('a fold that is at its end', () => {
  /**
   * Its first two elements are combined, which took a second; so many others are there but the last ones, and it has had no slot
   * since.
   */
  function planned(others: number, bytes: number, maxPayloadBytes: number, unanswered = 0): JobUnderTest {
    const limits = () => ({ maxPayloadBytes, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const test = JobUnderTest.with(9, { stages: mapAndFold, batch: 1, limits });
    const sent = test.elements(...Array.from({ length: 2 + others }, () => 'a'));
    const [a, b] = atLeast(2, sent);
    const rest = sent.slice(2);
    test.fold(a);
    test.fold(only(test.fold(b)), 1_000);
    test.complete();
    test.handle(nobody);
    for (const batch of rest.slice(0, others - unanswered)) test.result(batch, { payload: joinParts([new Uint8Array(bytes)]) });
    return test;
  }
  const many = { type: 'capacity', slots: 9, leased: 0, missing: '' } as const;

  it('combines all pairs at once for which there are slots', () => {
    expect(ranges(planned(4, 10, 100).handle(many))).toEqual(['4+2', '0+2']);
  });

  it('combines no more pairs than there are slots for, beside what is under way', () => {
    expect(planned(4, 10, 100).handle({ ...many, slots: 3 })).toHaveLength(2);
    expect(planned(4, 10, 100).handle({ ...many, slots: 1 })).toHaveLength(1);
    expect(planned(6, 10, 100, 2).handle({ ...many, slots: 9 }).length).toBeGreaterThan(1);
    expect(planned(6, 10, 100, 2).handle({ ...many, slots: 3 })).toHaveLength(1);
  });

  it('fails once, though several pairs are too large', () => {
    // The last element is still under way, so nothing was combined before there were slots.
    const test = planned(7, 50, 100, 1);
    expect(test.others).toEqual([]);
    expect(test.handle(many)).toEqual([]);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('looks after nothing any more once an element has failed for good', () => {
    const test = JobUnderTest.with(9, { stages: mapAndFold, batch: 1 });
    const [a, b, , d, e, f] = test.elements(...'abcdef');
    if (!a || !b || !d || !e || !f) throw new Error('no batches');
    test.fold(a);
    test.fold(only(test.fold(b)), 1_000);
    test.fold(d);
    test.fold(e);
    expect(test.job.nextDeadline()).toBeDefined();
    test.result(f, { failures: [failure(0)], payload: joinParts([]) });
    expect(test.job.nextDeadline()).toBeUndefined();
  });
});

describe('a fold of the elements themselves', () => {
  it('makes partials of lone elements, and combines them at once where it may have but one', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold')], window: 1 });
    expect(test.elements('a')).toEqual([]);
    expect(ranges(test.elements('b'))).toEqual(['0+2']);
    test.fold(only(test.sent));
    // Whether they are ripe or not.
    expect(ranges(test.elements('c'))).toEqual(['0+2']);
    expect(inputs(only(test.sent.slice(-1)))).toEqual(['ab', 'c']);
  });

  it('learns what elements take from batches of elements alone', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold')] });
    test.elements('a');
    const combine = only(test.elements('b'));
    test.now = 10_000;
    test.fold(combine);
    const batch = only(test.elements('c', 'd'));
    test.now = 10_001;
    test.fold(batch);
    expect(first(test.elements(...Array.from({ length: 100 }, () => 'e'))).count).toBe(16);
  });

  it('sends full batches, and two elements where one would be cut, which is a partial by itself', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold')], batch: 4 });
    expect(ranges(test.elements(...'abcdefgh'))).toEqual(['0+4']);
    const lone = JobUnderTest.with(1, { stages: [stage('fold')], batch: 1 });
    expect(ranges(lone.elements('a', 'b', 'c'))).toEqual(['0+2']);
  });
});

describe('a fold behind a map', () => {
  /** Two partials that are not ripe: what is before them is tried again in a while. More elements may come. */
  function unripe(slots: number, window: number, ...more: string[]): { test: JobUnderTest; sent: Batch[] } {
    const retry = { strategy: 'after', maxRetries: 2, delayMs: 60_000 } as const;
    const test = JobUnderTest.with(3, { stages: [stage('map', { retry }), stage('fold')], batch: 1, window });
    const [a, b] = atLeast(2, test.elements('a', 'b', 'c', ...more));
    test.result(a, { failures: [failure(0)], payload: joinParts([]) });
    test.fold(b);
    const c = only(test.sent.slice(2));
    test.handle({ type: 'capacity', slots, leased: 0, missing: '' });
    return { test, sent: test.fold(c) };
  }

  it('combines neighbours that are not ripe, once there are as many as the window has elements, before it sends elements', () => {
    expect(unripe(0, 3).test.job.wanting).toBe(false);
    expect(unripe(0, 2).test.job.wanting).toBe(true);
    const { units, first: at } = first(unripe(1, 2, 'd').sent);
    expect([units, at]).toEqual(['partials', 1]);
  });

  it('combines neighbours that are not ripe, too, once they take as many bytes as may be under way', () => {
    const retry = { strategy: 'after', maxRetries: 2, delayMs: 60_000 } as const;
    const limits = () => ({ maxPayloadBytes: Infinity, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const nextOf = (bytes: number): string => {
      const test = JobUnderTest.with(3, { stages: [stage('map', { retry }), stage('fold')], batch: 1, limits });
      const [a, b, c] = exactly(3, test.elements('a', 'b', 'c', 'd'));
      const payload = joinParts([new Uint8Array(bytes)]);
      test.handle(nobody);
      test.result(a, { failures: [failure(0)], payload: joinParts([]) });
      test.result(b, { payload });
      test.result(c, { payload });
      return only(test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' })).units;
    };
    expect(nextOf(maxJobBytesInFlight / 2 - 1)).toBe('elements');
    expect(nextOf(maxJobBytesInFlight / 2)).toBe('partials');
  });

  it('sends elements, too, where it has as many partials as it may and cannot combine them', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, window: 1 });
    test.fold(only(test.elements('a')));
    expect(ranges(test.elements('b'))).toEqual(['1+1']);
  });

  it('sends elements first as soon as it knows what combining costs', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1 });
    test.elements(...'abcdef');
    for (let at = 0; at < 6; at += 1) {
      test.now += 1_000;
      test.fold(first(test.sent.slice(at)), 1_000);
    }
    expect(test.sent.filter(({ units }) => units === 'partials')).toHaveLength(1);
  });

  it('combines by powers of two while it does not know how many elements there will be', () => {
    for (const [isOver, range] of [
      [false, '0+2'],
      [true, '1+2'],
    ] as const) {
      const test = JobUnderTest.with(3, { stages: mapAndFold, batch: 1 });
      const batches = test.elements('a', 'b', 'c');
      if (isOver) test.complete();
      const combines = batches.toReversed().flatMap((batch) => test.fold(batch));
      expect(ranges(combines)).toEqual([range]);
    }
  });

  it('counts those that it has not sent yet as well', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1 });
    test.elements(...'abcde');
    test.complete();
    // So expensive that three are under way, and the last one waits.
    test.now = 1_000;
    test.fold(only(test.sent), 1_000);
    expect(ranges(test.sent)).toEqual(['0+1', '1+1', '2+1', '3+1']);
    // The first two are most of the first half of five, but not of three.
    expect(test.fold(first(test.sent.slice(1)), 1_000)).toMatchObject([{ units: 'partials', first: 0 }]);
  });

  it('combines nothing any more once an element has failed for good', () => {
    const test = JobUnderTest.with(4, { stages: mapAndFold, batch: 1 });
    const [a, b, , d] = exactly(4, test.elements('a', 'b', 'c', 'd'));
    test.result(d, { failures: [failure(0)], payload: joinParts([]) });
    expect([test.fold(a), test.fold(b)]).toEqual([[], []]);
  });
});
