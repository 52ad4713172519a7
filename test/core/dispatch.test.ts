import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/protocol/parts.js';
import { unreachedAt } from '../../src/protocol/unreached.js';
import { maxJobBytesInFlight } from '../../src/limits.js';
import { NotSerializableError, type Serializer } from '../../src/serializer/serializer.js';
import { failure, inputs, JobUnderTest, json, ranges, stage } from './job-harness.js';

const mapAndFold = [stage('map'), stage('fold')];
const nobody = { type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' } as const;

function first(batches: readonly Batch[]): Batch {
  const [batch] = batches;
  if (batch === undefined) throw new Error('no batch');
  return batch;
}

/** What is said of a batch beside what is said of each. */
function saidOf({ seq: _, attempt, first: at, count, units, suspect, alone, budgetMs, payload, ...more }: Batch): string[] {
  expect([attempt, at, count, units, suspect, alone, budgetMs, payload]).not.toContain(undefined);
  return Object.keys(more);
}

describe('what is said of a batch', () => {
  it('is no more than there is to say', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const plain = first(test.elements('a'));
    expect(saidOf(plain)).toEqual([]);
    const again = first(test.lose(plain, 'wasted'));
    expect([saidOf(again), again.tried]).toEqual([['tried'], 1]);
    test.succeed(again);
    test.handle({ type: 'rewound' });
    const rewound = first(test.elements('b'));
    expect([saidOf(rewound), rewound.origin]).toEqual([['origin'], 1]);
  });

  it('is of an element that failed before how many tries did not reach each stage', () => {
    const stages = ['f', 'g', 'h'].map((operation) =>
      stage('map', { operation, retry: { strategy: 'immediate', maxRetries: 5 } }),
    );
    const test = JobUnderTest.with(1, { stages, batch: 1 });
    let batch = first(test.elements('a'));
    const unreached: number[][] = [];
    for (const at of [2, 0, 1, 0]) {
      batch = first(test.result(batch, { failures: [failure(0, { stage: at, kind: 'transient' })] }).slice(-1));
      unreached.push([0, 1, 2].map((each) => unreachedAt(batch.unreached, each)));
    }
    expect(unreached).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
      [0, 2, 3],
    ]);
    expect(batch.tried).toBe(4);
    test.result(batch, { failures: [failure(0, { stage: 2, kind: 'fatal' })] });
    expect(test.others.at(-1)).toMatchObject({ type: 'failed', error: { operation: 'h', attempts: 2 } });
  });

  it('is of partials what they are, and that they take as long as they take', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold });
    const elements = test.elements('a', 'b');
    expect(elements.map(({ budgetMs }) => budgetMs > 0)).toEqual([true, true]);
    for (const batch of elements) test.fold(batch);
    const combine = first(test.sent.slice(-1));
    expect([saidOf(combine), combine.units, combine.budgetMs]).toEqual([['parts'], 'partials', 0]);
  });

  it('is of a second attempt that it runs beside the first, which counts as a try like those that are over', () => {
    const test = JobUnderTest.with(3, { batch: 1, speculate: true });
    const [quick, slow] = test.elements('a', 'b');
    if (quick === undefined || slow === undefined) throw new Error('no batches');
    test.complete();
    test.now = 10;
    test.succeed(quick, ['a'], 10);
    test.lose(slow, 'wasted');
    const beside = first(test.tick(1_000));
    expect([saidOf(beside).toSorted(), beside.beside, beside.tried]).toEqual([['beside', 'tried'], true, 2]);
  });
});

describe('whether a job wants a slot', () => {
  /** Of a fold with so many partials and elements, and a window, when nobody is there any more. */
  const wants = (window: number, partials: number, elements: number): boolean => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, window });
    for (let at = 0; at < partials; at += 1) {
      const batch = first(test.elements('a'));
      if (at === partials - 1) test.handle(nobody);
      test.result(batch, { payload: joinParts([json.encode(['a'])]) });
    }
    test.handle(nobody);
    for (let at = 0; at < elements; at += 1) test.elements('b');
    return test.job.wanting;
  };

  it.each([
    ['a partial that waits for elements', 4, 1, 0, false],
    ['a partial and an element', 4, 1, 1, true],
    ['two partials', 4, 2, 0, true],
    ['as many partials as it may have, of which none has a neighbour', 1, 1, 0, false],
    ['as many partials as it may have, and an element', 1, 1, 1, true],
    ['as many partials as it may have, which are neighbours', 2, 2, 0, true],
  ])('depends on what it has: %s', (_, window, partials, elements, expected) => {
    expect(wants(window, partials, elements)).toBe(expected);
  });

  it('is none while there is nothing to combine, though it is known what combining costs', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1 });
    for (const value of ['a', 'b']) test.fold(first(test.elements(value)));
    test.fold(first(test.sent.slice(-1)), 1_000);
    test.handle(nobody);
    expect(test.job.wanting).toBe(false);
    const retry = { strategy: 'after', maxRetries: 2, delayMs: 60_000 } as const;
    const waiting = JobUnderTest.with(3, { stages: [stage('map', { retry }), stage('fold')], batch: 1 });
    const [a, b, c] = waiting.elements('a', 'b', 'c');
    if (a === undefined || b === undefined || c === undefined) throw new Error('no batches');
    waiting.fold(a);
    waiting.fold(first(waiting.fold(b)), 1_000);
    waiting.complete();
    waiting.handle(nobody);
    waiting.result(c, { failures: [failure(0)], payload: joinParts([]) });
    expect(waiting.job.wanting).toBe(false);
  });

  it('is no question while something of it is under way', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const a = first(test.elements('a', 'b'));
    test.handle({ ...nobody, leased: 1 });
    expect(test.job.wanting).toBe(false);
    test.succeed(a);
    expect(test.job.wanting).toBe(true);
  });
});

describe('what cannot be sent', () => {
  const picky = {
    ...json,
    encode: (values: readonly unknown[]): Uint8Array => {
      const at = values.indexOf('bad');
      if (at !== -1) throw new NotSerializableError(at, '$', 'a function');
      return json.encode(values);
    },
  };

  it('is reported with the element itself, wherever it stands', () => {
    const test = JobUnderTest.with(1, { serializer: picky, batch: 3, stages: [stage('map', { onFatal: 'skip' })] });
    test.elements(0, 1, 2, 3, 'bad', 5);
    for (let at = 0; at < test.sent.length; at += 1) test.succeed(first(test.sent.slice(at)));
    expect(test.emitted).toEqual([0, 1, 2, 3, 5]);
    const [skipped] = test.others;
    expect(skipped).toMatchObject({ type: 'skipped', stage: 0, error: { index: 4, operation: 'f' } });
    expect(skipped?.type === 'skipped' ? skipped.input?.() : undefined).toBe('bad');
  });

  it('ends the job behind what was before it, and nothing after it is sent', () => {
    const test = JobUnderTest.with(4, { serializer: picky, batch: 4 });
    expect(test.elements(0, 'bad', 2, 3).map(({ payload }) => json.decode(payload))).toEqual([[0]]);
    expect(test.elements(4, 5)).toEqual([]);
    test.succeed(first(test.sent));
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'NOT_SERIALIZABLE', index: 1 } }]);
  });

  it.each([
    [32, undefined],
    [31, "operation 'plus' failed at index 1: it takes 32 bytes to send with what is before it, and the hub admits 31"],
  ])('is two partials that take more than the hub admits: 32 bytes of %d', (maxPayloadBytes, message) => {
    const limits = () => ({ maxPayloadBytes, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const test = JobUnderTest.with(2, { stages: mapAndFold, batch: 1, limits });
    for (const batch of test.elements('a', 'b')) test.result(batch, { payload: joinParts([json.encode(['x'.repeat(8)])]) });
    if (message === undefined) expect(test.sent.slice(2).map(({ payload }) => payload.byteLength)).toEqual([32]);
    else expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE', message } }]);
  });
});

describe('what a job has under way', () => {
  const half = maxJobBytesInFlight / 2;
  const roomy = () => ({ maxPayloadBytes: Infinity, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
  /** Each element takes so many bytes. */
  const heavy = (bytes: number): Serializer => ({ ...json, encode: (values) => new Uint8Array(values.length * bytes) });

  it('is of elements no more than so many bytes', () => {
    const test = JobUnderTest.with(5, { batch: 1, serializer: heavy(half), limits: roomy });
    expect(test.elements('a', 'b', 'c')).toHaveLength(2);
  });

  it('is of partials no more than so many bytes, either', () => {
    const combinesOf = (bytes: number): number => {
      const test = JobUnderTest.with(6, { stages: mapAndFold, batch: 1, limits: roomy });
      const batches = test.elements(...'abcdefgh');
      test.complete();
      // What combining costs is known from the first two.
      for (const batch of batches.slice(0, 2)) test.fold(batch);
      test.fold(first(test.sent.slice(-1)), 1_000);
      for (const batch of batches.slice(2)) test.result(batch, { payload: joinParts([new Uint8Array(bytes)]) });
      return test.sent.filter(({ units }) => units === 'partials').length - 1;
    };
    const ofTwo = joinParts([new Uint8Array(0), new Uint8Array(0)]).byteLength;
    expect(combinesOf(1_000)).toBe(2);
    expect(combinesOf((maxJobBytesInFlight - ofTwo) / 2)).toBe(1);
  });

  it('counts with what waits, and with what will wait while its owner pauses', () => {
    const test = JobUnderTest.with(1, { batch: 1, limits: roomy });
    const a = first(test.elements('a'));
    test.pause();
    test.result(a, { payload: new Uint8Array(half) });
    const b = first(test.elements('b'));
    expect(test.sent).toHaveLength(2);
    // Now all that is cut and not released makes as many bytes as there may be.
    expect(test.elements('c')).toEqual([]);
    test.result(b, { payload: new Uint8Array(half) });
    expect(test.elements('d')).toEqual([]);
    expect(test.sent).toHaveLength(2);
  });

  it('is counted from what was released, however much was before', () => {
    const test = JobUnderTest.with(1, { batch: 1, limits: roomy });
    for (let at = 0; at < 8; at += 1) {
      test.elements('a');
      test.result(first(test.sent.slice(-1)), { payload: json.encode(['x'.repeat(half / 8)]) });
    }
    test.pause();
    expect(test.elements('b')).toHaveLength(1);
  });

  it('is nothing behind an element that has failed for good; it is not even encoded', () => {
    let encoded = 0;
    const encode = (values: readonly unknown[]): Uint8Array => {
      encoded += values.length;
      return json.encode(values);
    };
    const test = JobUnderTest.with(3, { batch: 1, serializer: { ...json, encode } });
    const [, b] = test.elements('a', 'b');
    if (b === undefined) throw new Error('no batch');
    test.result(b, { failures: [failure(0)] });
    test.elements('c');
    expect(encoded).toBe(2);
  });

  it('is full batches as long as the window keeps elements back, though no more come', () => {
    const test = JobUnderTest.with(1, { window: 100 });
    test.succeed(first(test.elements('a')), ['a'], 1);
    test.elements(...Array.from({ length: 300 }, () => 'b'));
    test.complete();
    // Eight times as many as before, rather than a share of what the window admits.
    expect(new Set(test.sent.slice(1).map(({ count }) => count))).toEqual(new Set([8]));
  });
});

describe('a job that has ended', () => {
  it('sends nothing more, though another batch takes long', () => {
    const limits = () => ({ maxPayloadBytes: 31, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const test = JobUnderTest.with(9, { stages: mapAndFold, batch: 1, limits, speculate: true });
    const [a, b] = test.elements('a', 'b', 'c', 'd');
    if (a === undefined || b === undefined) throw new Error('no batches');
    const payload = joinParts([json.encode(['x'.repeat(8)])]);
    test.complete();
    test.now = 1;
    test.result(a, { payload });
    test.now = 60_000;
    expect(test.result(b, { payload })).toEqual([]);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });
});

describe('a fold that is at its end', () => {
  /** Its first two elements are combined, which took a second; so many others are there but the last ones, and it has had no slot since. */
  function planned(others: number, bytes: number, maxPayloadBytes: number, unanswered = 0): JobUnderTest {
    const limits = () => ({ maxPayloadBytes, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const test = JobUnderTest.with(9, { stages: mapAndFold, batch: 1, limits });
    const [a, b, ...rest] = test.elements(...Array.from({ length: 2 + others }, () => 'a'));
    if (a === undefined || b === undefined) throw new Error('no batches');
    test.fold(a);
    test.fold(first(test.fold(b)), 1_000);
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
    const test = planned(6, 50, 100);
    expect(test.handle(many)).toEqual([]);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('looks after nothing any more once an element has failed for good', () => {
    const test = JobUnderTest.with(9, { stages: mapAndFold, batch: 1 });
    const [a, b, , d, e, f] = test.elements(...'abcdef');
    if (!a || !b || !d || !e || !f) throw new Error('no batches');
    test.fold(a);
    test.fold(first(test.fold(b)), 1_000);
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
    test.fold(first(test.sent));
    // Whether they are ripe or not.
    expect(ranges(test.elements('c'))).toEqual(['0+2']);
    expect(inputs(first(test.sent.slice(-1)))).toEqual(['ab', 'c']);
  });

  it('learns what elements take from batches of elements alone', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold')] });
    test.elements('a');
    const combine = first(test.elements('b'));
    test.now = 10_000;
    test.fold(combine);
    const batch = first(test.elements('c', 'd'));
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
    const [a, b] = test.elements('a', 'b', 'c', ...more);
    if (a === undefined || b === undefined) throw new Error('no batches');
    test.result(a, { failures: [failure(0)], payload: joinParts([]) });
    test.fold(b);
    const c = first(test.sent.slice(2));
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
      const [a, b, c] = test.elements('a', 'b', 'c', 'd');
      if (a === undefined || b === undefined || c === undefined) throw new Error('no batches');
      const payload = joinParts([new Uint8Array(bytes)]);
      test.handle(nobody);
      test.result(a, { failures: [failure(0)], payload: joinParts([]) });
      test.result(b, { payload });
      test.result(c, { payload });
      return first(test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' })).units;
    };
    expect(nextOf(maxJobBytesInFlight / 2 - 1)).toBe('elements');
    expect(nextOf(maxJobBytesInFlight / 2)).toBe('partials');
  });

  it('sends elements, too, where it has as many partials as it may and cannot combine them', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, window: 1 });
    test.fold(first(test.elements('a')));
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
    test.fold(first(test.sent), 1_000);
    expect(ranges(test.sent)).toEqual(['0+1', '1+1', '2+1', '3+1']);
    // The first two are most of the first half of five, but not of three.
    expect(test.fold(first(test.sent.slice(1)), 1_000)).toMatchObject([{ units: 'partials', first: 0 }]);
  });

  it('combines nothing any more once an element has failed for good', () => {
    const test = JobUnderTest.with(4, { stages: mapAndFold, batch: 1 });
    const [a, b, , d] = test.elements('a', 'b', 'c', 'd');
    if (a === undefined || b === undefined || d === undefined) throw new Error('no batches');
    test.result(d, { failures: [failure(0)], payload: joinParts([]) });
    expect([test.fold(a), test.fold(b)]).toEqual([[], []]);
  });
});
