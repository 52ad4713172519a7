import { expect, test } from 'vitest';
import { spin, SpinCheck } from '../../bench/work/spin.js';

test('what each element computes is known beforehand', () => {
  const spinCheck = new SpinCheck(100);
  for (let element = 0; element < 50; element += 1) expect(spin(element, 100)).toBe(spinCheck.expected(element));
});

test('a result of another element, or of less work, is told from the right one', () => {
  const spinCheck = new SpinCheck(100);
  expect(spin(9, 100)).not.toBe(spinCheck.expected(1));
  expect(spin(1, 99)).not.toBe(spinCheck.expected(1));
});
