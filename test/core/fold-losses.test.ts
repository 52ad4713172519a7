import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { describedPart, joinParts } from '../../src/wire/parts.js';
import { failure, inputs, JobUnderTest, json, stage } from './job-harness.js';
import { exactly, first, only } from '../support/exactly.js';

const mapAndFold = [stage('map'), stage('fold')];
const letters = 'abcdefghijklmnopqrstuvwxyzabcdef';

/** How often the combination of each partial of a batch was begun in vain. */
function triedOf(batch: Batch): number[] {
  return Array.from({ length: batch.count }, (_, at) => describedPart(batch.parts, at).tried);
}

interface Folding {
  readonly test: JobUnderTest;
  readonly group: Batch;
  readonly answered: Set<Batch>;
}

/** A fold that is so cheap that it sends four partials or more in one trip; and that batch. */
function withGroup(): Folding {
  const test = JobUnderTest.with(1, { stages: [stage('fold')], batch: 1 });
  test.elements(...letters);
  test.complete();
  const answered = new Set<Batch>();
  for (let at = 0; at < test.sent.length; at += 1) {
    const batch = first(test.sent.slice(at));
    if (batch.units === 'partials' && batch.count >= 4) return { test, group: batch, answered };
    answered.add(batch);
    test.fold(batch, 0.001);
  }
  throw new Error('no group');
}

/** Folds whatever is under way until the job is over. */
function finish({ test, answered }: Folding): void {
  for (let at = 0; at < test.sent.length && test.others.length === 0; at += 1) {
    const batch = first(test.sent.slice(at));
    if (!answered.has(batch)) test.fold(batch, 0.001);
  }
  expect(test.emitted).toEqual([letters]);
}

describe('a group of partials that is lost', () => {
  it.each([
    ['death', false],
    ['gone', true],
  ] as const)('is halved, and suspect where that may have been a worker: %s', (cause, suspect) => {
    const folding = withGroup();
    const { test, group, answered } = folding;
    // With a worker whole at first, since that may be back.
    const lost = cause === 'gone' ? only(test.lose(group, 'gone')) : group;
    const half = first(test.lose(lost, cause, undefined, 'w2'));
    expect(half).toMatchObject({ first: group.first, count: group.count >> 1, suspect, tried: cause === 'gone' ? 2 : 1 });
    for (const batch of [group, lost]) answered.add(batch);
    finish(folding);
  });

  it('goes on, each partial with its own tries, behind those that were combined', () => {
    const folding = withGroup();
    const { test, group, answered } = folding;
    const again = only(test.lose(group, 'wasted'));
    const units = inputs(again);
    const left = units.slice(0, 2).join('');
    for (const batch of [group, again]) answered.add(batch);
    test.result(again, { done: 2, payload: joinParts([json.encode([left])]), elapsedMs: 0.001 });
    finish(folding);
    const tries = test.sent.slice(test.sent.indexOf(again) + 1).flatMap((batch) => {
      const all = batch.units === 'partials' ? triedOf(batch) : [];
      return inputs(batch).flatMap((unit, at) => (unit === left || units.includes(unit) ? [[unit, all[at]]] : []));
    });
    expect(tries).toEqual([left, ...units.slice(2)].map((unit) => [unit, unit === left ? 0 : 1]));
  });
});

describe('a pair of partials that kills again and again', () => {
  it('leaves its right one out where asked, and the left one goes on as if it had not been tried', () => {
    const stages = [stage('map'), stage('fold', { onFatal: 'skip' })];
    const test = JobUnderTest.with(3, { stages, batch: 1, maxDeaths: 2 });
    const [a, b, c] = exactly(3, test.elements('a', 'b', 'c'));
    test.complete();
    for (const batch of [a, b]) test.fold(batch);
    const pair = only(test.fold(c));
    expect(inputs(pair)).toEqual(['b', 'c']);
    const next = only(test.lose(only(test.lose(pair, 'death', undefined, 'w1')), 'death', undefined, 'w2'));
    const error = { code: 'POISON_TASK', operation: 'plus', index: 2, workerId: 'w2' };
    expect(test.others).toMatchObject([{ type: 'skipped', stage: 1, error }]);
    expect([inputs(next), triedOf(next)]).toEqual([
      ['a', 'b'],
      [0, 0],
    ]);
    test.fold(next);
    expect(test.emitted).toEqual(['ab']);
  });
});

describe('the combination of an element that was tried again', () => {
  /**
   * Elements `a` and `b`, of which the combine of `b` with what is before it has failed, or its batch was wasted; and the combine
   * of both.
   */
  function combine(how: 'failed' | 'wasted'): { test: JobUnderTest; both: Batch } {
    const test = JobUnderTest.with(1, { stages: mapAndFold, batch: 2 });
    let batch = only(test.elements('a', 'b'));
    test.complete();
    if (how === 'wasted') batch = only(test.lose(batch, 'wasted'));
    const transient = failure(1, { stage: how === 'failed' ? 1 : 0, kind: 'transient' });
    const alone = only(test.result(batch, { failures: [transient], payload: joinParts([json.encode(['a'])]) }));
    return { test, both: only(test.fold(alone)) };
  }

  it('goes on counting where that was its combine, and not where that was another stage', () => {
    expect(triedOf(combine('failed').both)).toEqual([0, 1]);
    expect(triedOf(combine('wasted').both)).toEqual([0, 0]);
  });

  it.each([
    ['failed', 2, 4],
    ['wasted', 3, 4],
  ] as const)('is tried as often as is left: it %s', (how, left, attempts) => {
    const { test, both } = combine(how);
    let next: Batch | undefined = both;
    let tries = 0;
    const transient = failure(1, { stage: 1, kind: 'transient' });
    while (next !== undefined) {
      [next] = test.result(next, { failures: [transient], payload: joinParts([json.encode(['a'])]) });
      if (next !== undefined) tries += 1;
    }
    expect(tries).toBe(left);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'RETRIES_EXHAUSTED', operation: 'plus', attempts } }]);
  });
});

describe('the partials that come back', () => {
  it('say nothing of how large outputs are: batches of elements grow all the same', () => {
    const test = JobUnderTest.with(1, { stages: mapAndFold });
    const one = only(test.elements(...letters));
    const partial = json.encode(['x'.repeat(400_000)]);
    expect(first(test.result(one, { payload: joinParts([partial]), elapsedMs: 0.001 })).count).toBe(8);
  });
});
