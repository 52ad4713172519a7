import { describe, expect, it } from 'vitest';
import { CombineCost } from '../../../src/core/fold/combine-cost.js';

/** Has learnt from combines of two partials, each of which takes 2 ms and 0.01 ms for each element. */
function line(): CombineCost {
  const cost = new CombineCost();
  for (let round = 0; round < 100; round += 1) {
    for (const width of [2, 100, 1_000, 10_000]) cost.observe(2, width, 2 + 0.01 * width);
  }
  return cost;
}

describe('what a combine costs', () => {
  it('is a straight line by least squares, which begins with a combine of nothing that took no time', () => {
    const cost = new CombineCost();
    cost.observe(2, 10, 5);
    cost.observe(2, 20, 6);
    // With means of 11 elements and 5.1 ms, of squares of 130 and of products of 57; that of nothing has a weight of 0.02.
    const slope = (57 - (11 * 5.1) / 1.02) / (130 - 11 ** 2 / 1.02);
    expect(cost.estimateMs(2, 20)).toBeCloseTo(5.1 + 9 * slope, 6);
  });

  it('is not known before the first, nor learnt from a trip that combined nothing', () => {
    const cost = new CombineCost();
    cost.observe(1, 10, 5);
    expect([cost.isKnown, cost.flatWidth, cost.estimateMs(2, 10)]).toEqual([false, 0, 0]);
    cost.observe(2, 10, 5);
    expect([cost.isKnown, cost.estimateMs(2, 10)]).toEqual([true, 5]);
  });

  it('is in proportion to the range as long as all were of one width', () => {
    const cost = new CombineCost();
    for (let round = 0; round < 3; round += 1) cost.observe(2, 100, 50);
    expect(cost.estimateMs(2, 100)).toBeCloseTo(50);
    expect(cost.estimateMs(2, 1_000)).toBeCloseTo(500);
    expect(cost.flatWidth).toBeCloseTo(0);
  });

  it('is learnt from several in one trip, each level of which goes over the whole range', () => {
    const cost = new CombineCost();
    cost.observe(4, 100, 30);
    expect(cost.estimateMs(4, 100)).toBeCloseTo(30);
    expect(cost.estimateMs(2, 100)).toBeCloseTo(15);
  });

  it('has a fixed part and one that grows with the range', () => {
    const cost = line();
    expect(cost.estimateMs(2, 3_000) / 32).toBeCloseTo(1, 1);
    expect(cost.estimateMs(8, 3_000) / (7 * 2 + 3 * 30)).toBeCloseTo(1, 1);
    expect(cost.flatWidth / 200).toBeCloseTo(1, 0);
    expect(cost.estimateMs(2, 0)).toBeGreaterThan(1.5);
  });

  it('has no part that grows where wide ones took no longer', () => {
    const cost = new CombineCost();
    for (const width of [10, 1_000, 10, 1_000]) cost.observe(2, width, 20 - width / 100);
    expect(cost.estimateMs(2, 1_000)).toBe(cost.estimateMs(2, 2));
    expect(cost.flatWidth).toBe(Infinity);
  });

  it('has no fixed part below nothing where it grows faster than the range', () => {
    const cost = new CombineCost();
    for (let round = 0; round < 100; round += 1) {
      cost.observe(2, 10, 1);
      cost.observe(2, 100, 100);
    }
    expect(cost.flatWidth).toBe(0);
    expect(cost.estimateMs(2, 55)).toBeGreaterThan(45);
    expect(cost.estimateMs(2, 55)).toBeLessThan(55);
  });

  it('takes the path to a wider partial through ones that are twice as wide each time', () => {
    const cost = line();
    const [fixedMs, perElementMs] = [cost.estimateMs(2, 0), cost.estimateMs(2, 1) - cost.estimateMs(2, 0)];
    expect(cost.pathMs(25, 100)).toBeCloseTo(2 * fixedMs + 2 * 75 * perElementMs);
    expect([cost.pathMs(100, 100), cost.pathMs(200, 100)]).toEqual([0, 0]);
  });
});
