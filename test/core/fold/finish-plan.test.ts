import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFinish, type Operand } from '../../../src/core/fold/finish-plan.js';

function operands(...readyAt: number[]): Operand[] {
  return readyAt.map((at) => ({ count: 1, readyAt: at }));
}

function firstPairs(given: readonly Operand[], costMs: (width: number) => number): number[] {
  return planFinish(given, costMs).toSorted((a, b) => a - b);
}

const always = () => 10;
const growing = (width: number) => width;

describe('the plan for the last partials', () => {
  it('combines neighbours in pairs where all are ready', () => {
    expect(firstPairs(operands(0, 0, 0, 0, 0, 0, 0, 0), always)).toEqual([0, 2, 4, 6]);
    expect(firstPairs(operands(0, 0), always)).toEqual([0]);
    expect(firstPairs(operands(0), always)).toEqual([]);
    expect(firstPairs([], always)).toEqual([]);
  });

  it('leaves the one that comes last for the end', () => {
    // (a b)(c d), then both, before e: it goes into the last combine only.
    expect(firstPairs(operands(0, 0, 0, 0, 100), always)).toEqual([0, 2]);
    expect(firstPairs(operands(0, 0, 100), always)).toEqual([0]);
    expect(firstPairs(operands(100, 0, 0), always)).toEqual([1]);
  });

  it('combines the wide one that was ready first with what is ready, rather than halves', () => {
    // In halves, (c d) would be there at 14 and the whole at 26; (a b) at 6 and (c d) at 14 bring it to 22.
    const skewed = [
      { count: 4, readyAt: 0 },
      { count: 2, readyAt: 0 },
      { count: 2, readyAt: 6 },
      { count: 2, readyAt: 6 },
    ];
    expect(firstPairs(skewed, growing)).toEqual([0, 2]);
  });

  it('divides near the middle of all elements, where that ends as early as elsewhere', () => {
    const widths = (...counts: number[]): Operand[] => counts.map((count) => ({ count, readyAt: 0 }));
    expect(firstPairs(widths(1, 1, 4), always)).toEqual([0]);
    expect(firstPairs(widths(4, 1, 1), always)).toEqual([1]);
    // The same behind a wide one that comes last.
    const last = { count: 20, readyAt: 100 };
    expect(firstPairs([last, ...widths(1, 1, 4)], always)).toEqual([1]);
    expect(firstPairs([last, ...widths(4, 1, 1)], always)).toEqual([2]);
  });

  it('is as good as the best of all trees', () => {
    const operand = fc.record({ count: fc.integer({ min: 1, max: 5 }), readyAt: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(operand, { minLength: 2, maxLength: 7 }), fc.nat(3), fc.nat(2), (drawn, fixedMs, perElementMs) => {
        const costMs = (width: number): number => fixedMs + perElementMs * width;
        expect(endByPlan(drawn, costMs)).toBe(endAtBest(drawn, costMs));
      }),
    );
  });
});

/** When all are one, if the plan is made anew after each step, as the job does. */
function endByPlan(given: readonly Operand[], costMs: (width: number) => number): number {
  let left = [...given];
  while (left.length > 1) {
    const [at] = firstPairs(left, costMs);
    left = left.flatMap((operand, index) => {
      const right = left[index + 1];
      if (index === (at ?? 0) + 1) return [];
      return index === at && right !== undefined ? [joined(operand, right, costMs)] : [operand];
    });
  }
  return left[0]?.readyAt ?? 0;
}

function endAtBest(given: readonly Operand[], costMs: (width: number) => number): number {
  const [only] = given;
  if (given.length === 1 && only !== undefined) return only.readyAt;
  const ends = given.slice(1).map((right, at) => {
    const left = given[at];
    if (left === undefined) return Infinity;
    return endAtBest([...given.slice(0, at), joined(left, right, costMs), ...given.slice(at + 2)], costMs);
  });
  return Math.min(...ends);
}

function joined(left: Operand, right: Operand, costMs: (width: number) => number): Operand {
  const count = left.count + right.count;
  return { count, readyAt: Math.max(left.readyAt, right.readyAt) + costMs(count) };
}
