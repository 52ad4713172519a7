import { describe, expect, it } from 'vitest';
import { Assembly } from '../../../src/core/fold/assembly.js';
import { CombineCost } from '../../../src/core/fold/combine-cost.js';
import { finishNow, type Finish } from '../../../src/core/fold/finish.js';
import type { FoldView } from '../../../src/core/fold/fold-view.js';
import type { Coming } from '../../../src/core/fold/outlook.js';
import { elementPartial, type ValuedPartial } from '../../../src/core/fold/partial.js';

type End = [Assembly, CombineCost, FoldView];

function partialAt(first: number): ValuedPartial {
  return elementPartial(first, 1, new Uint8Array(1));
}

/** The end of a fold: first pairs that are being combined, then partials that are held, and then what is said. */
function foldAtItsEnd(
  sentPairs: number,
  heldPartials: number,
  slots: number,
  combineMs: number,
  changes: Partial<FoldView> = {},
): End {
  const cost = new CombineCost();
  for (let trip = 0; trip < 50; trip += 1) cost.observe(2, trip % 2 === 0 ? 2 : 16, combineMs);
  const held = new Assembly();
  const cut = 2 * sentPairs + heldPartials;
  for (let first = 2 * sentPairs; first < cut; first += 1) held.put(partialAt(first));
  const batchAt = (first: number): Coming | undefined =>
    first < 2 * sentPairs ? { first, count: 2, sentAt: 0, expectedAt: cost.estimateMs(2, 2) } : undefined;
  const none = () => undefined;
  const counts = { now: 0, slots, sent: sentPairs, combining: sentPairs, unsettled: sentPairs, cut, total: cut, tripMs: 0 };
  return [held, cost, { ...counts, maxPayloadBytes: Infinity, before: none, after: none, batchAt, ...changes }];
}

/** The first indices of the pairs that are to be combined now. */
function plannedPairs(...end: End): number[] | undefined {
  return finishNow(...end)
    ?.groups.map(([left]) => left?.first ?? 0)
    .toSorted((a, b) => a - b);
}

describe('the end of a fold', () => {
  it('combines all pairs at once that come before anything else', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 8, 8, 1_000))).toEqual([0, 2, 4, 6]);
  });

  it('combines no more of them than there are idle slots', () => {
    expect(plannedPairs(...foldAtItsEnd(2, 4, 3, 1_000))).toHaveLength(1);
    expect(plannedPairs(...foldAtItsEnd(2, 4, 4, 1_000))).toHaveLength(2);
    expect(plannedPairs(...foldAtItsEnd(1, 6, 4, 1_000))).toHaveLength(3);
  });

  it('is planned when there is a slot for each two partials', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 9, 4, 1_000))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 9, 5, 1_000))).toBeDefined();
  });

  it('is planned for a few partials, where combines are dear', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 32, 500, 1_000))).toHaveLength(16);
    expect(plannedPairs(...foldAtItsEnd(0, 33, 500, 1_000))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 8, 8, 10))).toBeUndefined();
  });

  it('says when to look again whether something is late', () => {
    const late: Finish = { groups: [], lookAt: expect.closeTo(1_500, -2) as number };
    expect(finishNow(...foldAtItsEnd(1, 1, 4, 1_000))).toEqual(late);
  });

  it('waits longer for a late one that takes longer to combine with', () => {
    const [held, , view] = foldAtItsEnd(1, 1, 4, 1_000);
    const cost = new CombineCost();
    cost.observe(2, 2, 100);
    const batchAt = (): Coming => ({ first: 0, count: 2, sentAt: 0, expectedAt: 1_000 });
    // To combine it with one as wide takes 200 ms.
    expect(finishNow(held, cost, { ...view, batchAt })?.lookAt).toBe(1_100);
  });

  it('counts how long each combine travels', () => {
    const batchAt = (first: number): Coming | undefined =>
      first === 0 ? { first, count: 2, sentAt: 0, expectedAt: 1_000 } : undefined;
    // The four that are held can be one before the other one comes, or nearly. If not, it goes with the first of them.
    expect(plannedPairs(...foldAtItsEnd(1, 4, 4, 900, { batchAt }))).toEqual([2, 4]);
    expect(plannedPairs(...foldAtItsEnd(1, 4, 4, 900, { batchAt, tripMs: 200 }))).toEqual([4]);
  });

  it('is not planned while the source is open, nor while elements wait', () => {
    expect(finishNow(...foldAtItsEnd(0, 4, 4, 1_000, { total: undefined }))).toBeUndefined();
    expect(finishNow(...foldAtItsEnd(0, 4, 4, 1_000, { total: 5 }))).toBeUndefined();
  });

  it('counts with what is under way, too', () => {
    expect(plannedPairs(...foldAtItsEnd(2, 7, 4, 1_000))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(2, 6, 4, 1_000))).toBeDefined();
  });

  it('looks again only where something is under way', () => {
    expect(finishNow(...foldAtItsEnd(0, 4, 4, 1_000))?.lookAt).toBeUndefined();
  });

  it('waits for nobody where a partial is missing that nobody makes', () => {
    expect(finishNow(...foldAtItsEnd(0, 2, 4, 1_000, { cut: 3, total: 3 }))).toBeUndefined();
  });

  it('takes nothing', () => {
    const [held, ...rest] = foldAtItsEnd(0, 8, 8, 1_000);
    finishNow(held, ...rest);
    expect(held.size).toBe(8);
  });
});
