import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/protocol/parts.js';
import { NotSerializableError } from '../../src/serializer/serializer.js';
import { JobUnderTest, json, ranges, stage } from './job-harness.js';

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

describe('a fold of the elements themselves', () => {
  it('sends full batches, and two elements where one would be cut, which is a partial by itself', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold')], batch: 4 });
    expect(ranges(test.elements(...'abcdefgh'))).toEqual(['0+4']);
    const lone = JobUnderTest.with(1, { stages: [stage('fold')], batch: 1 });
    expect(ranges(lone.elements('a', 'b', 'c'))).toEqual(['0+2']);
  });
});
