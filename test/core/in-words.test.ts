import { describe, expect, it } from 'vitest';
import { duration, grouped } from '../../src/core/job/in-words.js';

describe('numbers in words', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [4_112, '4,112'],
    [1_234_567, '1,234,567'],
  ])('mark thousands: %d', (count, text) => {
    expect(grouped(count)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [499, '0 s'],
    [9_400, '9 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [3_600_000 * 5 + 60_000, '5 h 1 min'],
    [86_400_000 * 3, '3 d'],
    [86_400_000 * 3 + 3_600_000, '3 d 1 h'],
    [Infinity, 'any time'],
  ])('say how long %d ms are', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
