import { describe, expect, test } from 'vitest';
import { breakEvenUs } from '../../bench/measuring/break-even.js';

const speed = (costUs: number, times: number): { costUs: number; times: number } => ({ costUs, times });

describe('breakEvenUs', () => {
  test('lies between the two costs where the speeds cross, on a logarithmic scale', () => {
    expect(breakEvenUs([speed(1, 0.25), speed(10, 0.5), speed(100, 2)])).toBeCloseTo(Math.sqrt(1_000));
    expect(breakEvenUs([speed(10, 0.5), speed(100, 1)])).toBeCloseTo(100);
  });

  test('is the last crossing, where noise makes several', () => {
    expect(breakEvenUs([speed(1, 2), speed(10, 0.5), speed(100, 2)])).toBeGreaterThan(10);
  });

  test('is nothing, or without end, when the speeds do not cross', () => {
    expect(breakEvenUs([speed(1, 1.5), speed(10, 2)])).toBe(0);
    expect(breakEvenUs([speed(1, 0.5), speed(10, 0.9)])).toBe(Infinity);
  });
});
