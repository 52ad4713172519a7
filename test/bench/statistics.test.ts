import { describe, expect, test } from 'vitest';
import { quantile, spreadOf } from '../../bench/measuring/statistics.js';

describe('spreadOf', () => {
  test('is the middle value and both ends, whatever the order', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30 });
  });

  test('sorts by size, not by digits', () => {
    expect(spreadOf([9, 100, 20])).toEqual({ median: 20, least: 9, most: 100 });
  });

  test('lies between the two middle values of an even number', () => {
    expect(spreadOf([1, 2, 4, 100]).median).toBe(3);
  });

  test('refuses to say anything of nothing', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 101 }, (_, value) => value);

  test('is the value below which the share lies', () => {
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 0)).toBe(0);
    expect(quantile(hundred, 1)).toBe(100);
  });

  test('lies between neighbours in proportion', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });
});
