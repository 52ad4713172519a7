import { describe, expect, test } from 'vitest';
import { flawless, isFlawless, sumOf, Tally, type Verdict } from './tally.js';

function verdictOf(indices: readonly number[], count: number, ordered = true): Verdict {
  const tally = new Tally();
  for (const index of indices) tally.add(index);
  return tally.verdict(count, ordered);
}

describe('a tally', () => {
  test.each([
    ['everything in its turn', [0, 1, 2, 3], {}],
    ['one lost', [0, 1, 3], { lost: 1 }],
    ['the last lost', [0, 1, 2], { lost: 1 }],
    ['one repeated', [0, 1, 1, 2, 3], { duplicated: 1 }],
    ['one repeated later', [0, 1, 2, 3, 0], { duplicated: 1 }],
    ['two that changed places', [0, 2, 1, 3], { outOfOrder: 1 }],
    ['one that is none of them', [0, 1, 2, 3, 4], { wrong: 1 }],
    ['one that is not what it should be', [0, 1, NaN, 3], { lost: 1, wrong: 1 }],
    ['nothing', [], { lost: 4 }],
  ])('of %s', (_, indices, flaws) => {
    expect(verdictOf(indices, 4)).toEqual({ ...flawless, ...flaws });
  });

  test('does not mind the order where none was asked for', () => {
    expect(verdictOf([3, 1, 0, 2], 4, false)).toEqual(flawless);
  });
});

test('verdicts add up', () => {
  const sum = sumOf([verdictOf([0, 0], 2), verdictOf([1, 0], 2), flawless]);
  expect(sum).toEqual({ lost: 1, duplicated: 1, outOfOrder: 1, wrong: 0 });
  expect(isFlawless(sum)).toBe(false);
  expect(isFlawless(sumOf([]))).toBe(true);
});
