import { describe, expect, it } from 'vitest';
import type { Past } from '../../src/core/job/inheritance.js';
import type { JobConfig } from '../../src/core/job/job-events.js';
import { describedPart, joinParts } from '../../src/wire/parts.js';
import { failure, JobUnderTest, json, laterPart, ranges, stage } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

/** The last stage of two as a job, with nine slots. So often were elements tried before. */
function lastPart(kind: 'map' | 'fold', changes: Partial<JobConfig>, past: readonly Past[] = []): JobUnderTest {
  const stages = changes.stages ?? [stage('map'), stage(kind, { operation: 'g' })];
  return JobUnderTest.with(9, { ...changes, stages, part: { from: 1, to: 2, inherited: laterPart(past) } });
}

describe('the elements that come from the part before', () => {
  it('travel with those that were tried as often', () => {
    const past = [
      { first: 2, count: 2, tried: 1, retries: [] },
      { first: 6, count: 1, tried: 2, retries: [] },
    ];
    const test = lastPart('map', { batch: 4 }, past);
    const sent = test.handle({ type: 'elements', values: [...'abcdefghi'], first: 0 });
    expect(sent.map(({ first, count, tried = 0 }) => [first, count, tried])).toEqual([
      [0, 2, 0],
      [2, 2, 1],
      [4, 2, 0],
      [6, 1, 2],
      [7, 2, 0],
    ]);
  });

  it('stay within the window, those that are left out as well', () => {
    const test = lastPart('map', { window: 2, batch: 1 });
    const [a, b] = exactly(2, test.handle({ type: 'elements', values: ['a', 'b'], first: 0 }));
    test.handle({ type: 'leftOut', index: 2, stage: 0 });
    test.handle({ type: 'elements', values: ['d'], first: 3 });
    test.succeed(b);
    expect(ranges(test.sent)).toEqual(['0+1', '1+1']);
    test.succeed(a);
    expect(ranges(test.sent)).toEqual(['0+1', '1+1', '3+1']);
  });

  it('are left out once, where a partial fails that stands for such', () => {
    const stages = [stage('map'), stage('fold', { onFatal: 'skip' })];
    const test = lastPart('fold', { stages });
    test.handle({ type: 'elements', values: ['a'], first: 0 });
    const combine = only(test.handle({ type: 'elements', values: ['b'], first: 1 }));
    test.handle({ type: 'leftOut', index: 2, stage: 0 });
    const again = only(
      test.result(combine, {
        failures: [failure(1, { kind: 'transient' })],
        payload: joinParts([json.encode(['a'])]),
      }),
    );
    test.result(again, { failures: [failure(1, { kind: 'fatal' })], payload: joinParts([json.encode(['a'])]) });
    expect(test.others).toMatchObject([{ type: 'skipped', error: { index: 1 } }]);
  });

  it('have used up the retries that they had there, also where they are folded without a trip', () => {
    const stages = [stage('map'), stage('fold', { retry: { strategy: 'immediate', maxRetries: 2 } })];
    const test = lastPart('fold', { stages }, [{ first: 1, count: 1, tried: 2, retries: [0, 2] }]);
    test.handle({ type: 'elements', values: ['a'], first: 0 });
    const combine = only(test.handle({ type: 'elements', values: ['b'], first: 1 }));
    test.result(combine, { failures: [failure(1)], payload: joinParts([json.encode(['a'])]) });
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'RETRIES_EXHAUSTED', index: 1 } }]);
  });
});

describe('what a fold takes in from the part before', () => {
  const folding = [stage('map'), stage('fold')];

  it('counts as tried where it was reached, and not where the part before had failed', () => {
    const test = lastPart('fold', { stages: folding }, [{ first: 1, count: 1, tried: 3, retries: [2, 1] }]);
    test.handle({ type: 'elements', values: ['a'], first: 0 });
    const combine = only(test.handle({ type: 'elements', values: ['b'], first: 1 }));
    expect([0, 1].map((at) => describedPart(combine.parts, at).tried)).toEqual([0, 1]);
  });

  it('is sent though an element behind it has failed for good', () => {
    const test = lastPart('fold', { stages: folding });
    const [batch] = exactly(1, test.handle({ type: 'elements', values: ['c', 'd'], first: 2 }));
    test.result(batch, { failures: [failure(1, { kind: 'fatal' })], payload: joinParts([json.encode(['c'])]) });
    expect(ranges(test.handle({ type: 'elements', values: ['a', 'b'], first: 0 }))).toEqual(['0+2']);
  });
});

describe('a part whose source has failed', () => {
  it('ends with it once its elements are settled, whatever is combined, and whatever never comes', () => {
    const test = lastPart('fold', {});
    // The first ones have failed in the part before.
    test.handle({ type: 'elements', values: ['c'], first: 2 });
    expect(ranges(test.handle({ type: 'elements', values: ['d'], first: 3 }))).toEqual(['2+2']);
    const error = new Error('boom');
    test.handle({ type: 'sourceFailed', error });
    expect(test.others).toEqual([{ type: 'failed', error }]);
  });
});
