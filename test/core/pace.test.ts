import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/core/job/pace.js';

function paceOf(observed: readonly (readonly [at: number, done: number])[]): Pace {
  const pace = new Pace();
  pace.begin(1_000);
  for (const [at, done] of observed) {
    pace.observe(done, 1_000 + at);
    pace.validate();
  }
  return pace;
}

/** So many elements a second, told ten times a second. */
const steady = (perSecond: number, from: number, to: number, before = 0): [number, number][] =>
  Array.from({ length: (to - from) / 100 }, (_, at) => [from + 100 * (at + 1), before + (perSecond * (at + 1)) / 10]);

describe('the pace of a job', () => {
  it('is 0 before anything is done', () => {
    expect(paceOf([]).perSecond(1_000)).toBe(0);
    expect(paceOf([]).perSecond(5_000)).toBe(0);
  });

  it('is that since it began, in the first seconds', () => {
    expect(paceOf(steady(100, 0, 4_000)).perSecond(5_000)).toBe(100);
  });

  it('is that of the last ten seconds, whatever was before', () => {
    const pace = paceOf([...steady(100, 0, 60_000), ...steady(10, 60_000, 80_000, 6_000)]);
    expect(Math.round(pace.perSecond(81_000))).toBe(10);
    const hours = paceOf([[10_000, 1_000_000], ...steady(50, 7_200_000, 7_220_000, 1_000_000)]);
    // One of the looks is at the very edge.
    expect(hours.perSecond(7_221_000)).toBeCloseTo(50.5);
  });

  it('is that of a third of the past, where elements take longer than seconds', () => {
    const slow = Array.from({ length: 60 }, (_, at): [number, number] => [20_000 * (at + 1), at + 1]);
    expect(paceOf(slow).perSecond(1_000 + 1_205_000)).toBeCloseTo(0.05, 2);
  });

  it('falls to 0 when nothing is done for long', () => {
    const pace = paceOf(steady(100, 0, 10_000));
    expect(pace.perSecond(12_000)).toBeGreaterThan(50);
    expect(pace.perSecond(61_000)).toBe(0);
  });

  it('has few stretches of the past, however long that is', () => {
    const pace = new Pace();
    pace.begin(0);
    for (let at = 1; at <= 2_000; at += 1) pace.observe(at, at * at * 10);
    pace.validate();
    const rates = pace.rates(40_000_000);
    expect(rates.length).toBeGreaterThan(16);
    expect(rates.length).toBeLessThanOrEqual(32);
    expect(rates[0]).toBeGreaterThan(rates[10] ?? 0);
  });

  it('falls while nothing is done, however long that is', () => {
    const pace = new Pace();
    pace.begin(0);
    for (let done = 1; done <= 1_000; done += 1) pace.observe(done, done);
    expect(pace.perSecond(26_000)).toBeLessThan(100);
    expect(pace.rates(60_000).length).toBeLessThanOrEqual(32);
    expect(pace.rates(60_000).reduce((sum, rate) => sum + rate, 0) / pace.rates(60_000).length).toBeCloseTo(1_000 / 60_000, 2);
    pace.validate();
  });
});
