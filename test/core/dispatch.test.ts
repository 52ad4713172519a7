import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/wire/parts.js';
import { mostUnreachedBytes, unreachedAt } from '../../src/protocol/unreached.js';
import { maxJobBytesInFlight } from '../../src/limits.js';
import { NotSerializableError, type Serializer } from '../../src/serializer/serializer.js';
import { failure, JobUnderTest, json, stage } from './job-harness.js';
import { atLeast, exactly, first, only } from '../support/exactly.js';

const mapAndFold = [stage('map'), stage('fold')];
const nobody = { type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' } as const;

/** What is said of a batch beside what is said of each. */
function saidOf({ seq: _, attempt, first: at, count, units, suspect, alone, budgetMs, payload, ...more }: Batch): string[] {
  expect([attempt, at, count, units, suspect, alone, budgetMs, payload]).not.toContain(undefined);
  return Object.keys(more);
}

describe('what is said of a batch', () => {
  it('is no more than there is to say', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const plain = only(test.elements('a'));
    expect(saidOf(plain)).toEqual([]);
    const again = only(test.lose(plain, 'wasted'));
    expect([saidOf(again), again.tried]).toEqual([['tried'], 1]);
    test.succeed(again);
    test.handle({ type: 'rewound' });
    const rewound = only(test.elements('b'));
    expect([saidOf(rewound), rewound.origin]).toEqual([['origin'], 1]);
  });

  it('is of an element that failed before how many tries did not reach each stage', () => {
    const stages = ['f', 'g', 'h'].map((operation) =>
      stage('map', { operation, retry: { strategy: 'immediate', maxRetries: 5 } }),
    );
    const test = JobUnderTest.with(1, { stages, batch: 1 });
    let batch = only(test.elements('a'));
    const unreached: number[][] = [];
    for (const at of [2, 0, 1, 0]) {
      batch = only(test.result(batch, { failures: [failure(0, { stage: at, kind: 'transient' })] }).slice(-1));
      unreached.push([0, 1, 2].map((each) => unreachedAt(batch.unreached, each)));
    }
    expect(unreached).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
      [0, 2, 3],
    ]);
    expect(batch.tried).toBe(4);
    expect(batch.unreached?.byteLength).toBe(mostUnreachedBytes(stages.length));
    test.result(batch, { failures: [failure(0, { stage: 2, kind: 'fatal' })] });
    expect(test.others.at(-1)).toMatchObject({ type: 'failed', error: { operation: 'h', attempts: 2 } });
  });

  it('is of an element that failed in the last stage no more than how often it was tried', () => {
    const retry = { strategy: 'immediate', maxRetries: 1 } as const;
    const test = JobUnderTest.with(1, { stages: [stage('map'), stage('map', { retry })], batch: 1 });
    const again = only(test.result(only(test.elements('a')), { failures: [failure(0, { stage: 1 })] }));
    expect([saidOf(again), again.tried]).toEqual([['tried'], 1]);
  });

  it('is of partials what they are, and that they take as long as they take', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold });
    const elements = test.elements('a', 'b');
    expect(elements.map(({ budgetMs }) => budgetMs > 0)).toEqual([true, true]);
    for (const batch of elements) test.fold(batch);
    const combine = only(test.sent.slice(-1));
    expect([saidOf(combine), combine.units, combine.budgetMs]).toEqual([['parts'], 'partials', 0]);
  });

  it('is of a second attempt that it runs beside the first, which counts as a try like those that are over', () => {
    const test = JobUnderTest.with(3, { batch: 1, speculate: true });
    const [quick, slow] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.now = 10;
    test.succeed(quick, ['a'], 10);
    test.lose(slow, 'wasted');
    const beside = only(test.tick(1_000));
    expect([saidOf(beside).toSorted(), beside.beside, beside.tried]).toEqual([['beside', 'tried'], true, 2]);
  });
});

describe('whether a job wants a slot', () => {
  /** Of a fold with so many partials and elements, and a window, when nobody is there any more. */
  const wants = (window: number, partials: number, elements: number): boolean => {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, window });
    for (let at = 0; at < partials; at += 1) {
      const batch = only(test.elements('a'));
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
    for (const value of ['a', 'b']) test.fold(only(test.elements(value)));
    test.fold(only(test.sent.slice(-1)), 1_000);
    test.handle(nobody);
    expect(test.job.wanting).toBe(false);
    const retry = { strategy: 'after', maxRetries: 2, delayMs: 60_000 } as const;
    const waiting = JobUnderTest.with(3, { stages: [stage('map', { retry }), stage('fold')], batch: 1 });
    const [a, b, c] = exactly(3, waiting.elements('a', 'b', 'c'));
    waiting.fold(a);
    waiting.fold(only(waiting.fold(b)), 1_000);
    waiting.complete();
    waiting.handle(nobody);
    waiting.result(c, { failures: [failure(0)], payload: joinParts([]) });
    expect(waiting.job.wanting).toBe(false);
  });

  it('is no question while something of it is under way', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const a = only(test.elements('a', 'b'));
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
    test.succeed(only(test.sent));
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

  it('is of elements that are tried again no more than so many bytes, too', () => {
    const stages = [stage('map', { retry: { strategy: 'after', maxRetries: 1, delayMs: 50 } })];
    const test = JobUnderTest.with(5, { stages, batch: 1, serializer: heavy(half), limits: roomy });
    const [a, b] = exactly(2, test.elements('a', 'b', 'c'));
    test.result(a, { failures: [failure(0)] });
    expect(test.tick(50)).toEqual([]);
    expect(test.succeed(b, ['b'])).toMatchObject([{ first: 0 }]);
  });

  it('is counted together with outputs that wait for an element before them', () => {
    const sentBeside = (waiting: number): number => {
      const test = JobUnderTest.with(5, { batch: 1, serializer: heavy(half), limits: roomy });
      const [, b] = exactly(2, test.elements('a', 'b', 'c'));
      return test.result(b, { payload: new Uint8Array(waiting) }).length;
    };
    expect([half - 1, half].map(sentBeside)).toEqual([1, 0]);
  });

  it('is of partials no more than so many bytes, either', () => {
    const combinesOf = (bytes: number): number => {
      const test = JobUnderTest.with(6, { stages: mapAndFold, batch: 1, limits: roomy });
      const batches = test.elements(...'abcdefgh');
      test.complete();
      // What combining costs is known from the first two.
      for (const batch of batches.slice(0, 2)) test.fold(batch);
      test.fold(only(test.sent.slice(-1)), 1_000);
      for (const batch of batches.slice(2)) test.result(batch, { payload: joinParts([new Uint8Array(bytes)]) });
      return test.sent.filter(({ units }) => units === 'partials').length - 1;
    };
    const ofTwo = joinParts([new Uint8Array(0), new Uint8Array(0)]).byteLength;
    expect(combinesOf(1_000)).toBe(2);
    expect(combinesOf((maxJobBytesInFlight - ofTwo) / 2)).toBe(1);
  });

  it('counts with what waits, and with what will wait while its owner pauses', () => {
    const test = JobUnderTest.with(1, { batch: 1, limits: roomy });
    const a = only(test.elements('a'));
    test.pause();
    test.result(a, { payload: new Uint8Array(half) });
    const b = only(test.elements('b'));
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
      test.result(only(test.sent.slice(-1)), { payload: json.encode(['x'.repeat(half / 8)]) });
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
    const [, b] = exactly(2, test.elements('a', 'b'));
    test.result(b, { failures: [failure(0)] });
    test.elements('c');
    expect(encoded).toBe(2);
  });

  it('is cut once all is emitted that may be, so that what goes into the room for it goes together', () => {
    const test = JobUnderTest.with(4, { batch: 4, window: 4 });
    const sent = [...'abcd'].map((value) => only(test.elements(value)));
    test.elements(...'efgh');
    for (const batch of sent.toReversed()) test.succeed(batch);
    expect(test.sent.slice(4).map(({ first: at, count }) => [at, count])).toEqual([[4, 4]]);
  });

  it('is full batches as long as the window keeps elements back, though no more come', () => {
    const test = JobUnderTest.with(12, { window: 100 });
    test.succeed(only(test.elements('a')), ['a'], 1);
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
    const [a, b] = atLeast(2, test.elements('a', 'b', 'c', 'd'));
    const payload = joinParts([json.encode(['x'.repeat(8)])]);
    test.complete();
    test.now = 1;
    test.result(a, { payload });
    test.now = 60_000;
    expect(test.result(b, { payload })).toEqual([]);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });
});
