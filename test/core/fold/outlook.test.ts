import { describe, expect, it } from 'vitest';
import { CombineCost } from '../../../src/core/fold/combine-cost.js';
import { arrival, isUneven, keptUntil, type Coming } from '../../../src/core/fold/outlook.js';

/** A combine takes 100 ms, and what is missing needs nothing more once it has come. */
const flat = { ownMs: 100, otherMs: 100, pathMs: 0, uneven: false };

function coming(sentAt: number, expectedAt: number): Coming {
  return { first: 0, count: 1, sentAt, expectedAt };
}

describe('whether a partial is kept for what is missing', () => {
  it('is: what comes soon is worth half a combine', () => {
    expect(keptUntil(coming(0, 140), flat, 100)).toBe(190);
    expect(keptUntil(coming(0, 100), flat, 100)).toBe(150);
  });

  it('is not when it is further off, also for what has still to be done to it', () => {
    expect(keptUntil(coming(0, 150), flat, 100)).toBe(100);
    expect(keptUntil(coming(0, 100), { ...flat, pathMs: 100 }, 100)).toBe(100);
  });

  it('is while it is a little late, and then no longer than half a combine after it has shown how late', () => {
    expect(keptUntil(coming(0, 100), flat, 149)).toBe(150);
    expect(keptUntil(coming(0, 100), flat, 150)).toBe(150);
    expect(keptUntil(coming(130, 135), { ...flat, ownMs: 20, otherMs: 20 }, 155)).toBe(155);
    expect(keptUntil(coming(140, 145), { ...flat, ownMs: 20, otherMs: 20 }, 155)).toBe(165);
    expect(arrival({ sentAt: 0, expectedAt: 100 }, 100, 160)).toEqual({ comesAt: 240, lookAt: 210 });
  });

  it('is rather than to be dragged through a wide combine, unless that is over before anything comes', () => {
    const uneven = { ownMs: 400, otherMs: 100, pathMs: 1_000, uneven: true };
    expect(keptUntil(coming(0, 300), uneven, 0)).toBe(350);
    expect(keptUntil(coming(0, 400), uneven, 0)).toBe(0);
  });

  it('looks at how uneven two are only where the cost grows with the range', () => {
    const grows = new CombineCost();
    const same = new CombineCost();
    for (const width of [2, 4, 8, 16, 32, 64]) {
      grows.observe(2, width, width);
      same.observe(2, width, 10);
    }
    expect(isUneven(64, 32, grows)).toBe(false);
    expect(isUneven(64, 16, grows)).toBe(true);
    expect(isUneven(16, 64, grows)).toBe(true);
    expect(isUneven(64, 1, same)).toBe(false);
  });
});
