import { describe, expect, it } from 'vitest';
import type { JobConfig, PartOfJob } from '../../src/core/job/job-events.js';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/wire/parts.js';
import { failure, inputs, JobUnderTest, json, ranges, stage } from './job-harness.js';
import { exactly, first, only } from '../support/exactly.js';

const maps = [stage('map'), stage('map', { operation: 'g' })];
const folding = [...maps, stage('fold')];

function missing(divideAt: number) {
  return { type: 'capacity', slots: 0, leased: 0, missing: 'no single worker offers all', divideAt } as const;
}

/** The two jobs that take the place of one which was divided. */
function partsOf(test: JobUnderTest, config: Partial<JobConfig>): { head: JobUnderTest; tail: JobUnderTest } {
  const divided = test.others.at(-1);
  if (divided?.type !== 'divided') throw new Error('it was not divided');
  const part = (begin: PartOfJob): JobUnderTest => JobUnderTest.with(6, { ...config, part: begin });
  return { head: part(divided.first), tail: part(divided.second) };
}

const startingAt = (batches: readonly Batch[], index: number): Batch => first(batches.filter((batch) => batch.first === index));

describe('a chain that no worker executes whole', () => {
  it('is divided: the first part has all elements, sent or not, and the second one none', () => {
    const config = { stages: folding, divisible: true, batch: 2 };
    const test = new JobUnderTest(config);
    test.handle({ type: 'connected' });
    const batch = only(test.elements(1, 2, 3, 4, 5));
    test.complete();
    test.handle(missing(2));
    expect(test.others).toEqual([]);
    test.lose(batch, 'returned', undefined, '');
    const { head, tail } = partsOf(test, config);
    expect(head.sent.concat(head.tick(0)).flatMap(inputs)).toEqual([1, 2, 3, 4, 5]);
    expect(tail.sent).toEqual([]);
    test.elements(6);
    expect(test.others).toHaveLength(1);
  });

  it('waits where its owner cannot go on in parts', () => {
    const test = JobUnderTest.with(0, { stages: folding });
    test.elements(1);
    test.handle(missing(2));
    expect(test.others.map(({ type }) => type)).not.toContain('divided');
  });

  it('waits for what is under way, and then for workers that may be back', () => {
    const test = JobUnderTest.with(3, { stages: maps, divisible: true, batch: 1 });
    const [a] = exactly(3, test.elements('a', 'b', 'c'));
    test.succeed(a);
    test.handle(missing(1));
    test.tick(4_000);
    expect(test.others).toEqual([]);
    for (const batch of test.sent.slice(1, -1)) test.succeed(batch);
    test.lose(startingAt(test.sent, 2), 'returned');
    expect(test.others).toMatchObject([{ type: 'divided', first: { from: 0, to: 1 }, second: { from: 1, to: 2 } }]);
  });

  it('is not divided where a worker of the whole is there in time', () => {
    const test = JobUnderTest.with(1, { stages: maps, divisible: true, batch: 1 });
    const sent = test.elements('a', 'b', 'c');
    for (const batch of sent) test.succeed(batch);
    test.handle(missing(1));
    for (const batch of test.sent.slice(sent.length)) test.lose(batch, 'returned', undefined, '');
    test.tick(2_000);
    test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' });
    test.tick(9_000);
    expect(test.others).toEqual([]);
    for (const batch of test.sent.slice(-2)) test.succeed(batch);
    test.complete();
    expect(test.emitted).toEqual(['a', 'b', 'c']);
  });

  it('is not divided any more once it has failed, though that was to be, and elements are left', () => {
    const test = JobUnderTest.with(1, { stages: maps, divisible: true, batch: 1 });
    const batch = only(test.elements('a', 'b'));
    test.handle(missing(1));
    test.now = 9_000;
    test.result(batch, { failures: [failure(0)] });
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 0 } }]);
  });

  it('keeps what is settled, in its place, with what is left out and what was tried', () => {
    const skip = { onFatal: 'skip', retry: { strategy: 'after', maxRetries: 2, delayMs: 50 } } as const;
    const stages = [stage('map', skip), stage('map', { ...skip, operation: 'g' })];
    const config = { stages, divisible: true, batch: 1 };
    const test = JobUnderTest.with(6, config);
    const sent = test.elements(...'abcdef');
    // a is gone with its worker, b is done, c is left out, d is tried again, e is done.
    test.succeed(startingAt(sent, 1), ['B']);
    test.result(startingAt(sent, 2), { failures: [failure(0, { kind: 'fatal' })] });
    test.result(startingAt(sent, 3), { failures: [failure(0, { stage: 1, kind: 'transient' })] });
    test.succeed(startingAt(sent, 4), ['E']);
    test.handle(missing(1));
    test.lose(startingAt(sent, 0), 'gone');
    test.lose(startingAt(sent, 5), 'returned');
    expect(test.emitted).toEqual([]);
    test.complete();
    test.tick(3_000);
    const { head, tail } = partsOf(test, config);
    expect(ranges(head.sent)).toEqual(['0+1', '3+1', '5+1']);
    expect(head.sent.map(({ tried = 0, suspect }) => [tried, suspect])).toEqual([
      [1, true],
      [1, false],
      [0, false],
    ]);
    head.succeed(startingAt(head.sent, 0), ['a1']);
    tail.handle({ type: 'elements', values: ['a1'], first: 0 });
    head.result(startingAt(head.sent, 3), { failures: [failure(0, { kind: 'fatal' })] });
    expect(head.others).toMatchObject([{ type: 'skipped', stage: 0, error: { index: 3 }, index: 3 }]);
    tail.handle({ type: 'leftOut', index: 3, stage: 0 });
    head.succeed(startingAt(head.sent, 5), ['f1']);
    tail.handle({ type: 'elements', values: ['f1'], first: 5 });
    expect(head.others.at(-1)).toEqual({ type: 'completed' });
    tail.complete();
    expect(ranges(tail.sent)).toEqual(['0+1', '5+1']);
    expect(tail.sent.map(({ tried = 0 }) => tried)).toEqual([1, 0]);
    tail.result(startingAt(tail.sent, 5), { failures: [failure(0, { kind: 'fatal' })] });
    tail.succeed(startingAt(tail.sent, 0), ['A']);
    expect(tail.emitted).toEqual(['A', 'B', 'E']);
    expect(tail.others).toMatchObject([
      { type: 'skipped', stage: 0, error: { index: 2, operation: 'f' } },
      { type: 'skipped', stage: 1, error: { index: 3, operation: 'g' } },
      { type: 'completed' },
    ]);
  });

  it('keeps the partials of a fold, and makes one of them with what comes', () => {
    const config = { stages: folding, divisible: true, batch: 1 };
    const test = JobUnderTest.with(5, config);
    const sent = test.elements(...'abcde');
    for (const at of [1, 3]) test.fold(startingAt(sent, at));
    test.handle(missing(2));
    for (const at of [0, 2, 4]) test.lose(startingAt(sent, at), 'returned');
    test.complete();
    test.tick(3_000);
    const { head, tail } = partsOf(test, config);
    for (const batch of head.sent) {
      head.succeed(batch);
      tail.handle({ type: 'elements', values: inputs(batch), first: batch.first });
    }
    tail.complete();
    for (let at = 0; at < tail.sent.length; at += 1) {
      const batch = tail.sent[at];
      if (batch !== undefined) tail.fold(batch);
    }
    expect(tail.emitted).toEqual(['abcde']);
    expect(tail.others).toEqual([{ type: 'completed' }]);
  });

  it('is not told of elements that nobody has tried: they travel together in the second part', () => {
    const config = { stages: maps, divisible: true, batch: 4 };
    const test = JobUnderTest.with(2, config);
    const sent = [...test.elements('a', 'b'), ...test.elements('c', 'd')];
    expect(ranges(sent)).toEqual(['0+2', '2+2']);
    test.handle(missing(1));
    for (const batch of sent) test.lose(batch, 'returned', undefined, '');
    const { tail } = partsOf(test, config);
    expect(ranges(tail.handle({ type: 'elements', values: [...'abcd'], first: 0 }))).toEqual(['0+4']);
  });

  it('counts stages from the first one of the whole chain, whatever part fails', () => {
    const config = { stages: folding, divisible: true, batch: 1 };
    const test = JobUnderTest.with(0, config);
    test.elements('a');
    test.handle(missing(1));
    const { tail } = partsOf(test, config);
    tail.handle({ type: 'elements', values: ['a'], first: 0 });
    const batch = only(tail.sent);
    tail.result(batch, { failures: [failure(0, { stage: 0 })], payload: joinParts([]) });
    expect(tail.others).toMatchObject([{ type: 'failed', error: { operation: 'g', index: 0 } }]);
  });

  it('is divided again where a part finds no worker, before elements that it does not know yet', () => {
    const stages = [...maps, stage('map', { operation: 'h' })];
    const config = { stages, divisible: true, batch: 2 };
    const test = JobUnderTest.with(0, config);
    test.elements(0, 1, 2, 3);
    test.handle(missing(1));
    const { tail } = partsOf(test, config);
    tail.handle(missing(1));
    tail.handle({ type: 'elements', values: [0, 1], first: 0 });
    const { head: middle, tail: last } = partsOf(tail, config);
    expect(middle.sent.concat(middle.tick(0)).flatMap(inputs)).toEqual([0, 1]);
    middle.succeed(startingAt(middle.sent, 0));
    last.handle({ type: 'elements', values: [0, 1], first: 0 });
    last.succeed(startingAt(last.sent, 0));
    expect(last.emitted).toEqual([0, 1]);
    middle.handle({ type: 'elements', values: [2, 3], first: 2 });
    expect(ranges(middle.sent)).toEqual(['0+2', '2+2']);
  });

  it('gives the second part what was refused before', () => {
    const refuse = (value: unknown) => (value === 2 ? ({ code: 'INVALID_INPUT', reason: 'no' } as const) : undefined);
    const skip = { onFatal: 'skip' } as const;
    const config = { stages: [stage('map', skip), stage('map', skip)], divisible: true, batch: 2, refuse };
    const test = new JobUnderTest(config);
    test.handle({ type: 'connected' });
    const sent = test.elements(1, 2, 3);
    test.handle(missing(1));
    for (const batch of sent) test.lose(batch, 'returned', undefined, '');
    const { tail } = partsOf(test, config);
    tail.handle({ type: 'elements', values: [1], first: 0 });
    for (const batch of tail.sent) tail.succeed(batch);
    expect(tail.emitted).toEqual([1]);
    expect(tail.others).toMatchObject([{ type: 'skipped', error: { index: 1 } }]);
  });

  it('ends with the failure of the first part, though what was settled before the division waits behind it', () => {
    for (const later of [stage('map'), stage('fold')]) {
      const config = { stages: [stage('map'), later], divisible: true, batch: 1 };
      const test = JobUnderTest.with(2, config);
      const [a, b] = exactly(2, test.elements('a', 'b'));
      test.complete();
      test.result(b, { failures: [failure(0)], payload: later.kind === 'fold' ? joinParts([]) : json.encode([]) });
      test.handle(missing(1));
      test.lose(a, 'wasted');
      test.tick(4_000);
      const { head, tail } = partsOf(test, config);
      head.result(startingAt(head.sent.concat(head.tick(4_000)), 0), { failures: [failure(0)], payload: json.encode([]) });
      expect(head.others).toMatchObject([{ type: 'failed', error: { index: 0 } }]);
      tail.handle({ type: 'sourceFailed', error: 'that of the first part' });
      expect(tail.others).toEqual([{ type: 'failed', error: 'that of the first part' }]);
    }
  });

  it('tells the next part what an earlier one has left out, and not what was left out before it was divided', () => {
    const skip = { onFatal: 'skip' } as const;
    const config = { stages: [stage('map', skip), stage('map', skip), stage('map', skip)], divisible: true, batch: 1 };
    const test = JobUnderTest.with(0, config);
    test.elements('a', 'b', 'c');
    test.handle(missing(1));
    const { tail } = partsOf(test, config);
    tail.handle({ type: 'elements', values: ['a'], first: 0 });
    tail.handle({ type: 'leftOut', index: 1, stage: 0 });
    // It waits for the first element.
    const sent = only(tail.sent);
    tail.handle(missing(1));
    tail.lose(sent, 'returned', undefined, '');
    tail.tick(4_000);
    const { head: middle } = partsOf(tail, config);
    middle.handle({ type: 'leftOut', index: 2, stage: 0 });
    middle.succeed(startingAt(middle.sent.concat(middle.tick(4_000)), 0));
    expect(middle.others).toEqual([{ type: 'leftOut', index: 2, stage: 0 }]);
  });
});
