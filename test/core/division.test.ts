import { describe, expect, it } from 'vitest';
import type { JobConfig, PartOfJob } from '../../src/core/job/job-events.js';
import { inputs, JobUnderTest, ranges, stage } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

const maps = [stage('map'), stage('map', { operation: 'g' })];
const folding = [...maps, stage('fold')];

/** The hub says that the chain finds workers in two parts only. */
function missing(divideAt: number) {
  return { type: 'capacity', slots: 0, leased: 0, missing: 'no single worker offers all', divideAt } as const;
}

/** The two jobs that take the place of one which was divided. */
function partsOf(test: JobUnderTest, config: Partial<JobConfig>, slots = 6): { head: JobUnderTest; tail: JobUnderTest } {
  const divided = test.others.at(-1);
  if (divided?.type !== 'divided') throw new Error('it was not divided');
  const part = (begin: PartOfJob): JobUnderTest => JobUnderTest.with(slots, { ...config, part: begin });
  return { head: part(divided.first), tail: part(divided.second) };
}

const isDivided = (test: JobUnderTest): boolean => test.others.at(-1)?.type === 'divided';

describe('whether a chain is divided', () => {
  it.each([
    [0, false],
    [1, true],
    [2, false],
    [3, false],
  ])('depends on whether both parts have stages: before stage %d of two', (divideAt, expected) => {
    const test = JobUnderTest.with(0, { stages: maps, divisible: true });
    test.elements('a');
    test.handle(missing(divideAt));
    expect(isDivided(test)).toBe(expected);
  });

  it('depends on the stages of the part, where it is one', () => {
    const config = { stages: [...maps, stage('map', { operation: 'h' })], divisible: true };
    const test = JobUnderTest.with(0, config);
    test.elements('a');
    test.handle(missing(1));
    const { tail } = partsOf(test, config);
    tail.handle({ type: 'elements', values: ['a'], first: 0 });
    tail.handle(missing(2));
    tail.lose(only(tail.sent), 'returned', undefined, '');
    tail.tick(9_000);
    expect(isDivided(tail)).toBe(false);
  });

  it('depends on whether there is anything to do: one partial alone has nothing to be combined with', () => {
    for (const [elements, expected] of [
      ['a', false],
      ['ab', true],
    ] as const) {
      const test = JobUnderTest.with(2, { stages: folding, divisible: true, batch: 1 });
      const sent = test.elements(...elements);
      test.handle(missing(2));
      for (const batch of sent) test.fold(batch);
      test.tick(3_000);
      expect(isDivided(test)).toBe(expected);
    }
  });
});

describe('a chain of which something was executed', () => {
  it('waits for its workers no longer than half of the time in which it must find some', () => {
    const test = JobUnderTest.with(1, { stages: maps, divisible: true, batch: 1, noWorkerTimeoutMs: 1_000 });
    test.succeed(only(test.elements('a')));
    const sent = test.elements('b');
    test.handle(missing(1));
    for (const batch of sent) test.lose(batch, 'returned', undefined, '');
    test.tick(499);
    expect(isDivided(test)).toBe(false);
    test.tick(500);
    expect(isDivided(test)).toBe(true);
  });
});

describe('the parts of a divided chain', () => {
  it('are given what is theirs: elements the first, and partials that are to be combined the second', () => {
    const config = { stages: folding, divisible: true, batch: 1 };
    const test = JobUnderTest.with(3, config);
    const [a, b, c] = exactly(3, test.elements('a', 'b', 'c'));
    test.fold(a);
    const combine = only(test.fold(b));
    expect(inputs(combine)).toEqual(['a', 'b']);
    test.handle(missing(2));
    test.lose(combine, 'returned', undefined, '');
    test.lose(c, 'returned', undefined, '');
    test.complete();
    test.tick(3_000);
    const { head, tail } = partsOf(test, config);
    expect(head.sent.concat(head.tick(3_000)).flatMap(inputs)).toEqual(['c']);
    expect(tail.sent.concat(tail.tick(3_000)).flatMap(inputs)).toEqual(['a', 'b']);
  });

  it('have settled between them what was settled before, where order does not matter', () => {
    const config = { stages: maps, divisible: true, batch: 1, ordered: false };
    const test = JobUnderTest.with(2, config);
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.succeed(b, ['B']);
    test.handle(missing(1));
    test.lose(a, 'returned', undefined, '');
    test.tick(3_000);
    const { head } = partsOf(test, config);
    expect(head.others).toEqual([]);
    head.succeed(only(head.sent.concat(head.tick(3_000))), ['a1']);
    expect(head.others).toEqual([{ type: 'completed' }]);
  });

  it('send what was tried before by itself, and say so; the others together', () => {
    const config = { stages: maps, divisible: true, batch: 6 };
    const test = JobUnderTest.with(1, { ...config, batch: 1 });
    const sent = test.elements(0, 1, 2, 3, 4, 5);
    test.lose(only(sent), 'wasted');
    test.handle(missing(1));
    for (const batch of test.sent.slice(1)) test.lose(batch, 'returned', undefined, '');
    test.tick(3_000);
    const { tail } = partsOf(test, config, 1);
    tail.handle({ type: 'elements', values: [3, 4, 5], first: 3 });
    tail.handle({ type: 'elements', values: [0, 1, 2], first: 0 });
    for (let at = 0; at < tail.sent.length; at += 1) tail.succeed(only(tail.sent.slice(at)));
    expect(ranges(tail.sent)).toEqual(['3+3', '0+1', '1+2']);
    expect(tail.sent.map(({ tried = 0 }) => tried)).toEqual([0, 1, 0]);
    tail.complete();
    expect(tail.emitted).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('know in order what was tried before, also where a part was tried and is divided again', () => {
    const config = { stages: [...maps, stage('map', { operation: 'h' })], divisible: true, batch: 1 };
    const test = JobUnderTest.with(1, config);
    test.lose(only(test.elements('a', 'b')), 'wasted');
    test.handle(missing(1));
    for (const batch of test.sent.slice(1)) test.lose(batch, 'returned', undefined, '');
    test.tick(3_000);
    const { tail } = partsOf(test, config, 1);
    tail.handle({ type: 'elements', values: ['b'], first: 1 });
    tail.lose(only(tail.sent), 'wasted');
    tail.handle(missing(1));
    for (const batch of tail.sent.slice(1)) tail.lose(batch, 'returned', undefined, '');
    tail.tick(9_000);
    const past = [0, 1].map((index) => ({ first: index, tried: 1 }));
    expect(tail.others.at(-1)).toMatchObject({ type: 'divided', second: { inherited: { past } } });
  });

  it('are given an element that is left out only once', () => {
    const skip = { onFatal: 'skip' } as const;
    const config = { stages: [stage('map', skip), stage('fold', skip)], divisible: true, batch: 1 };
    const test = JobUnderTest.with(0, config);
    test.elements('a', 'b', 'c');
    test.complete();
    test.handle(missing(1));
    const { tail } = partsOf(test, config, 1);
    tail.handle({ type: 'elements', values: ['a'], first: 0 });
    tail.handle({ type: 'leftOut', index: 1, stage: 0 });
    tail.handle({ type: 'elements', values: ['c'], first: 2 });
    tail.complete();
    const combine = only(tail.sent);
    expect(inputs(combine)).toEqual(['a', 'c']);
    expect(tail.others).toEqual([]);
  });
});

describe('a later part whose first part has failed', () => {
  /** Of a chain that was divided before anything was executed. */
  function tailOf(stages: JobConfig['stages']): JobUnderTest {
    const config = { stages, divisible: true, batch: 1 };
    const test = JobUnderTest.with(0, config);
    test.elements('a', 'b', 'c');
    test.handle(missing(1));
    return partsOf(test, config).tail;
  }

  it('ends when its elements have come back, not before', () => {
    const tail = tailOf(maps);
    tail.handle({ type: 'elements', values: ['a'], first: 0 });
    tail.handle({ type: 'sourceFailed', error: 'that of the first part' });
    expect(tail.others).toEqual([]);
    tail.succeed(only(tail.sent));
    expect([tail.emitted, tail.others]).toEqual([['a'], [{ type: 'failed', error: 'that of the first part' }]]);
  });

  it('does not wait for what it combines', () => {
    const tail = tailOf([stage('map'), ...folding.slice(1)]);
    for (const index of [1, 2]) tail.handle({ type: 'elements', values: [`${index}`], first: index });
    for (const batch of tail.sent.slice()) tail.fold(batch);
    tail.handle({ type: 'sourceFailed', error: 'that of the first part' });
    expect(tail.others).toEqual([{ type: 'failed', error: 'that of the first part' }]);
  });
});
