import { describe, expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { grows, mostBytesPerHour, secondHalf, trendOf, type Sample } from './trend.js';

const secondMs = 1_000;

/** A sample every five seconds, for so many minutes. */
function samplesOf(minutes: number, bytes: (hours: number) => number): Sample[] {
  return Array.from({ length: 12 * minutes }, (_, at) => ({ atMs: at * 5 * secondMs, bytes: bytes((at * 5) / 3_600) }));
}

describe('a trend', () => {
  test('is that of a straight line', () => {
    const trend = trendOf(samplesOf(5, (hours) => 10_000_000 + 3_000_000 * hours));
    expect(trend.bytesPerHour).toBeCloseTo(3_000_000, 0);
    expect(trend.errorBytesPerHour).toBeCloseTo(0, 0);
  });

  test('has the error that the textbook says', () => {
    const samples = [1, 3, 2, 5].map((bytes, at) => ({ atMs: at * 3_600_000, bytes }));
    expect(trendOf(samples).bytesPerHour).toBeCloseTo(1.1, 12);
    expect(trendOf(samples).errorBytesPerHour).toBeCloseTo(Math.sqrt(2.7 / 2 / 5), 12);
  });

  test('says nothing of two samples', () => {
    expect(trendOf(samplesOf(1, (hours) => 1e9 * hours).slice(0, 2)).errorBytesPerHour).toBe(Infinity);
  });
});

describe('a heap', () => {
  test('grows when it gains more than a megabyte an hour, noise or not', () => {
    const random = new Random(1);
    const noise = (): number => 50_000 * random.next();
    expect(grows(trendOf(samplesOf(10, (hours) => 3 * mostBytesPerHour * hours + noise())))).toBe(true);
  });

  test('does not grow by less, nor by noise, nor by what cannot be told from noise', () => {
    const random = new Random(2);
    const noise = (): number => 500_000 * random.next();
    expect(grows(trendOf(samplesOf(10, (hours) => 0.9 * mostBytesPerHour * hours)))).toBe(false);
    for (let run = 0; run < 50; run += 1) expect(grows(trendOf(samplesOf(10, noise)))).toBe(false);
    expect(grows(trendOf(samplesOf(1, (hours) => 2 * mostBytesPerHour * hours + noise())))).toBe(false);
  });

  test('is judged by the second half of the run', () => {
    expect(secondHalf(samplesOf(1, () => 0)).map(({ atMs }) => atMs)).toEqual([30, 35, 40, 45, 50, 55].map((s) => s * secondMs));
  });
});
