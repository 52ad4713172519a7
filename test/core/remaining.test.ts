import { describe, expect, it } from 'vitest';
import type { JobFacts } from '../../src/core/job/facts.js';
import { present } from '../support/exactly.js';
import { runShape, type Shape } from './virtual-slots-harness.js';

const steady: Shape = { name: 'steady', elements: 1_000, slots: 2, elementMs: () => 20, comesAt: () => 0 };

/** What is said when so many elements have come back. */
function saidAt(count: number, changes: Partial<Shape> = {}): JobFacts['remaining'] {
  let facts: JobFacts | undefined;
  runShape({ ...steady, ...changes }, (back, ask) => {
    if (back >= count) facts ??= ask();
  });
  return present(facts).remaining;
}

describe('the time that remains', () => {
  it('is a range around the truth', () => {
    const { least, most } = present(saidAt(500));
    expect(least).toBeGreaterThan(4_000);
    expect(most).toBeLessThan(6_000);
    expect(least).toBeLessThanOrEqual(most);
  });

  it('is not said of few elements, or soon after the start', () => {
    expect(saidAt(60, { elementMs: () => 200 })).toBeUndefined();
    expect(saidAt(64, { elementMs: () => 200 })).toBeDefined();
    expect(saidAt(90, { elementMs: () => 0.1 })).toBeUndefined();
  });

  it('is not said while rates differ too much', () => {
    const later = { at: 6_000, slots: 30 };
    expect(saidAt(500, { later, elements: 4_000 })).toBeDefined();
    expect(saidAt(1_500, { later, elements: 4_000 })).toBeUndefined();
  });

  it('is not said of more than ten years', () => {
    const comesAt = (index: number): number => 10 * index;
    expect(saidAt(500, { comesAt, total: 1_000_000_000 })).toBeDefined();
    expect(saidAt(500, { comesAt, total: Number.MAX_SAFE_INTEGER })).toBeUndefined();
  });

  it('is not said while a slot has been at one element for long', () => {
    const slow = (index: number): number => (index === 5 ? 100_000 : 20);
    expect(saidAt(200, { elementMs: slow })).toBeUndefined();
  });

  it('is not said to be over while only combines are left', () => {
    expect(saidAt(1_000, { combineMs: 10 })?.most).not.toBe(0);
  });

  it('is longer where combines cost more', () => {
    const cheap = present(saidAt(500, { combineMs: 0.01 }));
    const dear = present(saidAt(500, { combineMs: 10 }));
    expect(dear.most).toBeGreaterThan(1.2 * cheap.most);
  });
});
