import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, inputs, JobUnderTest, json, ranges, stage } from './job-harness.js';
import { describedPart, joinParts } from '../../src/wire/parts.js';
import { exactly, first, only } from '../support/exactly.js';

const foldOnly = [stage('fold')];
const mapAndFold = [stage('map'), stage('fold')];

/** Answers every batch, the last sent first, until the job is over. */
function finish(test: JobUnderTest): void {
  const open = new Map<number, Batch>(test.sent.map((batch) => [batch.seq, batch]));
  while (test.others.length === 0) {
    const last = first([...open.values()].toReversed());
    open.delete(last.seq);
    for (const batch of test.fold(last)) open.set(batch.seq, batch);
  }
}

describe('a job that folds', () => {
  it('emits the identity of an empty source, without a trip', () => {
    const test = new JobUnderTest({ stages: foldOnly });
    test.complete();
    expect(test.emitted).toEqual(['empty']);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('emits a lone element as it is, without a trip', () => {
    const test = JobUnderTest.with(1, { stages: foldOnly });
    test.elements('a');
    test.complete();
    expect(test.sent).toEqual([]);
    expect(test.emitted).toEqual(['a']);
  });

  it('sends a lone element behind a map, and emits its partial', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold });
    const batch = only(test.elements('a'));
    test.complete();
    test.fold(batch);
    expect(test.emitted).toEqual(['a']);
  });

  it('completes when its last combine came back before the source completed', () => {
    const test = JobUnderTest.with(1, { stages: foldOnly, batch: 2 });
    const batch = only(test.elements('a', 'b'));
    test.fold(batch);
    expect(test.emitted).toEqual([]);
    test.complete();
    expect(test.emitted).toEqual(['ab']);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('combines neighbours only, left before right, whatever order partials come in', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    for (const slots of [1, 2, 5, 30]) {
      for (const stages of [foldOnly, mapAndFold]) {
        const test = JobUnderTest.with(slots, { stages, batch: 2 });
        test.elements(...letters);
        test.complete();
        finish(test);
        expect(test.emitted).toEqual([letters.join('')]);
      }
    }
  });

  it('executes elements first, but for one combine that shows what combining costs', () => {
    const test = JobUnderTest.with(4, { stages: mapAndFold, batch: 1 });
    test.elements(...'abcdefghijklmnopqrstuvwxyz');
    const next = test.sent.slice(0, 8).flatMap((batch) => test.fold(batch));
    expect(next.filter(({ units }) => units === 'partials').map(({ first, count }) => [first, count])).toEqual([[0, 2]]);
  });

  it('combines with a last element that is a partial by itself, however many partials there are', () => {
    for (let count = 3; count < 12; count += 1) {
      const test = JobUnderTest.with(2, { stages: foldOnly, window: 2 });
      const letters = [...'abcdefghijklmnop'].slice(0, count);
      test.elements(...letters);
      test.complete();
      for (let at = 0; at < test.sent.length; at += 1) {
        const batch = test.sent[at];
        if (batch !== undefined) test.fold(batch);
      }
      expect(test.emitted).toEqual([letters.join('')]);
    }
  });

  it('combines first where there are as many partials as the window has elements', () => {
    const window = 8;
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, window });
    test.elements(...'abcdefghijklmnopqrstuvwxyz'.repeat(4));
    let partials = 0;
    let most = 0;
    for (let at = 0; at < test.sent.length; at += 1) {
      const batch = test.sent[at];
      if (batch === undefined) break;
      test.fold(batch);
      partials += batch.units === 'elements' ? 1 : 1 - batch.count;
      most = Math.max(most, partials);
    }
    expect(test.sent.filter(({ units }) => units === 'elements')).toHaveLength(4 * 26);
    expect(most).toBeLessThanOrEqual(2 * window);
  });

  it('goes on beyond its window behind an element that takes long, for what is in partials does not count', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold, batch: 1, window: 4 });
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const slow = first(test.elements(...letters));
    test.complete();
    for (const batch of test.sent) if (batch !== slow) test.fold(batch);
    expect(test.sent.filter(({ units }) => units === 'elements')).toHaveLength(letters.length);
    for (const batch of test.fold(slow)) test.fold(batch);
    expect(test.emitted).toEqual([letters.join('')]);
  });

  it('asks its source for many elements at once, though it never learns what they cost', () => {
    const demand = (kind: 'map' | 'fold'): unknown =>
      new JobUnderTest({ stages: [stage(kind)] }).job.handle({ type: 'connected' }, 0).find(({ type }) => type === 'demand');
    expect(demand('fold')).toEqual({ type: 'demand', count: 1_000 });
    expect(demand('map')).toEqual({ type: 'demand', count: 1 });
  });

  it('passes partials on as the bytes that came', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold, batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.complete();
    const odd = new TextEncoder().encode('[ "a" ]');
    test.result(a, { payload: joinParts([odd]) });
    const [combine] = test.fold(b);
    expect(combine?.payload).toEqual(joinParts([odd, json.encode(['b'])]));
  });

  it('counts elements that are left out as the identity', () => {
    const stages = [stage('map', { onFatal: 'skip' }), stage('fold', { onFatal: 'skip' })];
    const test = JobUnderTest.with(1, { stages, batch: 5 });
    const batch = only(test.elements(...'abcde'));
    test.result(batch, {
      failures: [failure(0), failure(2), failure(4)],
      payload: joinParts([json.encode(['b']), json.encode(['d'])]),
    });
    test.complete();
    const combine = only(test.sent.slice(1));
    expect(inputs(combine)).toEqual(['b', 'd']);
    test.fold(combine);
    expect(test.emitted).toEqual(['bd']);
    expect(test.others).toMatchObject([{ type: 'skipped' }, { type: 'skipped' }, { type: 'skipped' }, { type: 'completed' }]);
  });

  it('emits the identity when every element is left out', () => {
    const test = JobUnderTest.with(1, { stages: [stage('map', { onFatal: 'skip' }), stage('fold')], batch: 2 });
    const batch = only(test.elements('a', 'b'));
    test.complete();
    test.result(batch, { failures: [failure(0), failure(1)], payload: joinParts([]) });
    expect(test.emitted).toEqual(['empty']);
  });

  it('tries a combination again that failed transiently', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold, batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.fold(a);
    const combine = only(test.fold(b));
    const transient = failure(1, { stage: 1, kind: 'transient' });
    const again = only(test.result(combine, { failures: [transient], payload: joinParts([json.encode(['a'])]) }));
    expect(inputs(again)).toEqual(['a', 'b']);
    test.fold(again);
    expect(test.emitted).toEqual(['ab']);
  });

  it('waits before it tries a combination again, also that of an element that is its own partial', () => {
    const retry = { strategy: 'exponential', maxRetries: 9, minDelayMs: 100, maxDelayMs: 250 } as const;
    const failures = [failure(1, { stage: 1, kind: 'transient', retry })];
    const payload = joinParts([json.encode(['a'])]);
    const mapped = JobUnderTest.with(2, { stages: mapAndFold, batch: 1 });
    const [a, b] = exactly(2, mapped.elements('a', 'b'));
    mapped.complete();
    mapped.fold(a);
    const combine = only(mapped.fold(b));
    expect(mapped.result(combine, { failures, payload })).toEqual([]);
    const lone = JobUnderTest.with(1, { stages: foldOnly, batch: 2 });
    const batch = only(lone.elements('a', 'b'));
    lone.complete();
    expect(lone.result(batch, { failures: failures.map((each) => ({ ...each, stage: 0 })), payload })).toEqual([]);
    for (const test of [mapped, lone]) {
      expect(test.job.nextDeadline()).toBe(75);
      expect(test.tick(74)).toEqual([]);
      const again = only(test.tick(75));
      expect(inputs(again)).toEqual(['a', 'b']);
      expect(describedPart(again.parts, 1).tried).toBe(1);
      test.fold(again);
      expect(test.emitted).toEqual(['ab']);
    }
  });

  it('combines the odd one of a group whose combination killed a thread with what it finds', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const test = JobUnderTest.with(1, { stages: foldOnly, batch: 1 });
    test.elements(...letters);
    test.complete();
    let odd: Batch | undefined;
    for (let at = 0; at < test.sent.length && test.others.length === 0; at += 1) {
      const batch = test.sent[at];
      if (batch === undefined) break;
      if (odd === undefined && batch.units === 'partials' && batch.count > 2 && batch.count % 2 === 1) {
        odd = batch;
        test.lose(batch, 'death');
      } else test.fold(batch, 0.001);
    }
    const later = test.sent.filter(({ seq, first }) => odd !== undefined && seq > odd.seq && first === odd.first);
    expect(later.map(({ parts }) => describedPart(parts, 0).tried)).toEqual([1]);
    expect(test.emitted).toEqual([letters]);
  });

  it('names the right one of two partials that cannot be combined', () => {
    const test = JobUnderTest.with(2, { stages: mapAndFold, batch: 2 });
    const [a, b] = exactly(2, test.elements(...'abcd'));
    test.complete();
    test.fold(a);
    const combine = only(test.fold(b));
    test.result(combine, { failures: [failure(1, { stage: 1 })], payload: joinParts([json.encode(['ab'])]) });
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: { operation: 'plus', index: 2, message: "operation 'plus' failed at index 2 (elements 2 to 3, combined): boom" },
      },
    ]);
  });

  it('ends with the error of the lowest index, once all before it is settled', () => {
    const test = JobUnderTest.with(3, { stages: mapAndFold, batch: 1 });
    const [a, b, c] = exactly(3, test.elements(...'abc'));
    test.result(c, { failures: [failure(0)], payload: joinParts([]) });
    test.fold(a);
    expect(test.others).toEqual([]);
    test.result(b, { failures: [failure(0)], payload: joinParts([]) });
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 1 } }]);
  });

  it('halves a group whose combination killed a worker, and gives up on a pair at the fourth death', () => {
    const test = JobUnderTest.with(1, { stages: foldOnly, batch: 1 });
    test.elements(...'abcdefghijklmnopqrstuvwxyzabcdef');
    test.complete();
    let died = false;
    const combines = (): string[] => ranges(test.sent.filter((batch) => batch.units === 'partials'));
    for (let at = 0; at < test.sent.length && test.others.length === 0; at += 1) {
      const batch = test.sent[at];
      if (batch === undefined) break;
      // The first combines show that they are cheap, so that several go in one trip.
      if (batch.units === 'partials' && (batch.count > 2 || died)) {
        died = true;
        test.lose(batch, 'death');
      } else test.fold(batch, 0.001);
    }
    expect(combines()).toContain('24+4');
    expect(combines().filter((range) => range === '24+2')).toHaveLength(4);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', operation: 'plus', index: 26 } }]);
  });

  it('never sends more partials together than the hub admits, and fails at the right one of two that are too large', () => {
    const limits = () => ({ maxPayloadBytes: 40, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 1, limits });
    test.elements(...'abcdefgh');
    test.complete();
    for (let at = 0; at < test.sent.length && test.others.length === 0; at += 1) {
      const batch = test.sent[at];
      if (batch === undefined) break;
      expect(batch.payload.byteLength).toBeLessThanOrEqual(40);
      // Partials of elements have 12 bytes, so that two of them fit; what comes of two does not with another.
      const text = batch.units === 'elements' ? 'x'.repeat(8) : 'x'.repeat(20);
      test.result(batch, { payload: joinParts([json.encode([text])]) });
    }
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE', operation: 'plus' } }]);
  });

  it('tells a combine that is tried again which dispatch it is', () => {
    const test = JobUnderTest.with(1, { stages: foldOnly, batch: 2 });
    const batch = only(test.elements('a', 'b'));
    test.complete();
    const transient = failure(1, { stage: 0, kind: 'transient' });
    const [again] = test.result(batch, { failures: [transient], payload: joinParts([json.encode(['a'])]) });
    expect(again).toMatchObject({ units: 'partials', attempt: 1, count: 2 });
    expect([0, 1].map((at) => describedPart(again?.parts, at).tried)).toEqual([0, 1]);
  });

  it('counts an index without what earlier stages left out, and reports what is left out in order', () => {
    const test = JobUnderTest.with(2, { stages: [stage('map'), stage('map', { operation: 'g' }), stage('fold')], batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.result(b, { failures: [failure(0, { stage: 1 })], payload: joinParts([]) });
    test.result(a, { failures: [failure(0, { kind: 'fatal', onFatal: 'skip' })], payload: joinParts([]) });
    expect(test.others).toMatchObject([
      { type: 'skipped', error: { index: 0 } },
      { type: 'failed', error: { operation: 'g', index: 0 } },
    ]);
  });

  it('gives a partial behind elements that were left out the index of its own first element', () => {
    const skip = { onFatal: 'skip' } as const;
    const test = JobUnderTest.with(1, { stages: [stage('map', skip), stage('fold', skip)], batch: 3 });
    const batch = only(test.elements(...'abc'));
    test.complete();
    const parts = joinParts([json.encode(['a']), json.encode(['c'])]);
    const combine = only(test.result(batch, { failures: [failure(1)], payload: parts }));
    test.result(combine, { failures: [failure(1, { stage: 1 })], payload: joinParts([json.encode(['a'])]) });
    expect(test.emitted).toEqual(['a']);
    expect(test.others).toMatchObject([
      { type: 'skipped', stage: 0, error: { index: 1 } },
      { type: 'skipped', stage: 1, error: { index: 2 } },
      { type: 'completed' },
    ]);
  });

  it('reports each element of a partial that is left out, once, with its index and what is known of it', () => {
    const skip = { onFatal: 'skip' } as const;
    const test = JobUnderTest.with(1, { stages: [stage('map', skip), stage('fold', skip)], batch: 3 });
    const batches = test.elements(...'abcdef');
    for (const batch of batches) {
      // Of the right one, the middle is left out before.
      const isLeft = batch.first === 0;
      const parts = (isLeft ? ['abc'] : ['d', 'f']).map((text) => json.encode([text]));
      batches.push(...test.result(batch, { failures: isLeft ? [] : [failure(1)], payload: joinParts(parts) }));
      if (batches.filter(({ units }) => units === 'partials').length > 0) break;
    }
    test.complete();
    const combine = first(test.sent.filter(({ units }) => units === 'partials'));
    test.result(combine, { payload: joinParts([json.encode(['df'])]) });
    const [, last] = exactly(
      2,
      test.sent.filter(({ units }) => units === 'partials'),
    );
    test.result(last, { failures: [failure(1, { stage: 1 })], payload: joinParts([json.encode(['abc'])]) });
    expect(test.emitted).toEqual(['abc']);
    const message = (index: number) => `operation 'plus' failed at index ${index} (elements 3 to 5, combined): boom`;
    expect(test.others).toMatchObject([
      { type: 'skipped', stage: 0, error: { index: 4 } },
      { type: 'skipped', stage: 1, error: { index: 3, message: message(3), cause: { message: 'boom' } } },
      { type: 'skipped', stage: 1, error: { index: 5, message: message(5), cause: { message: 'boom' } } },
      { type: 'completed' },
    ]);
    expect(test.others.map((effect) => (effect.type === 'skipped' ? effect.input() : undefined))).toEqual([
      'e',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows an element that is left out where it was never combined', () => {
    const test = JobUnderTest.with(1, { stages: [stage('fold', { onFatal: 'skip' })], batch: 1 });
    test.elements('a', 'b');
    test.complete();
    const combine = only(test.sent);
    test.result(combine, { failures: [failure(1)], payload: joinParts([json.encode(['a'])]) });
    const [skipped] = test.others;
    expect(skipped).toMatchObject({ type: 'skipped', error: { index: 1 } });
    expect(skipped?.type === 'skipped' && skipped.input()).toBe('b');
  });

  it('ends, and leaves nothing out, where partials are too large together', () => {
    const test = JobUnderTest.with(2, { stages: [stage('map'), stage('fold', { onFatal: 'skip' })], batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.fold(a);
    test.fold(b);
    const combine = first(test.sent.filter(({ units }) => units === 'partials'));
    const tooLarge = failure(1, { stage: 1, code: 'PAYLOAD_TOO_LARGE', kind: 'fatal' });
    test.result(combine, { failures: [tooLarge], payload: joinParts([json.encode(['a'])]) });
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE', index: 1 } }]);
  });

  it('ends with an error when the identity cannot be had', () => {
    const empty = (): never => {
      throw new RangeError('no identity');
    };
    const test = new JobUnderTest({ stages: foldOnly, empty });
    test.complete();
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'OPERATION_FAILED', operation: 'plus' } }]);
  });
});
