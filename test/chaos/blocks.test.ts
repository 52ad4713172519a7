import { expect, test } from 'vitest';
import { blockOf, indexOfInverted, inverted } from './blocks.js';

const bytes = (): number => 4_000;

test('an inverted block is known by its index', () => {
  expect(indexOfInverted(inverted(blockOf(7, 4_000)), bytes)).toBe(7);
});

test('a block that is not inverted, too short, of another index, or has a piece in another place is none', () => {
  const good = inverted(blockOf(7, 4_000));
  expect(indexOfInverted(blockOf(7, 4_000), bytes)).toBeNaN();
  expect(indexOfInverted({ ...good, words: good.words.subarray(1) }, bytes)).toBeNaN();
  expect(indexOfInverted({ ...good, index: 8 }, bytes)).toBeNaN();
  const moved = Uint32Array.from([...good.words.subarray(500), ...good.words.subarray(0, 500)]);
  expect(indexOfInverted({ ...good, words: moved }, bytes)).toBeNaN();
});
