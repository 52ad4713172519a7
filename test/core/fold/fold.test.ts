import { describe, expect, it } from 'vitest';
import { Fold } from '../../../src/core/fold/fold.js';
import type { FoldView } from '../../../src/core/fold/fold-view.js';
import type { Coming } from '../../../src/core/fold/outlook.js';
import { elementPartial } from '../../../src/core/fold/partial.js';

/** A fold of partials of 16 elements each, in which a combine takes a millisecond for each element. */
function foldHolding(...firsts: readonly number[]): Fold {
  const fold = new Fold();
  fold.learn(2, 2, 2);
  for (const first of firsts) fold.put(elementPartial(first, 16, new Uint8Array(1)));
  return fold;
}

/** What a job sees at 1,000 ms that has idle slots, and these elements under way. */
function viewWith(coming: Coming): FoldView {
  const counts = { slots: 8, sent: 1, combining: 1, unsettled: 1, cut: 512, total: undefined };
  const at = (index: number) => (coming.first === index ? coming : undefined);
  const before = (index: number) => (coming.first + coming.count === index ? coming : undefined);
  return { now: 1_000, tripMs: 0, maxPayloadBytes: 1_000, ...counts, before, after: at, batchAt: at };
}

describe('a fold', () => {
  it('says when to look again at what is kept, once there is nothing left to combine', () => {
    const fold = foldHolding(80, 96, 208, 224);
    const view = viewWith({ first: 64, count: 16, sentAt: 900, expectedAt: 1_010 });
    fold.look();
    expect(fold.takeNext(view).map((group) => group.map(({ first }) => first))).toEqual([[208, 224]]);
    expect(fold.lookAt).toBeUndefined();
    expect(fold.takeNext(view)).toEqual([]);
    expect(fold.lookAt).toBe(1_026);
  });

  it('holds nothing once it is over', () => {
    const fold = foldHolding(80, 96);
    fold.clear();
    expect([fold.size, fold.startingAt(80)]).toEqual([0, undefined]);
  });
});
