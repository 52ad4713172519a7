import { expect, test } from 'vitest';
import { resourceGrowth } from './resource-growth.js';

const steady = { TCPSocketWrap: 4, Timeout: 2 };

test('what stays as it was does not grow, nor does what comes and goes', () => {
  expect(resourceGrowth([steady, steady, { ...steady, Timeout: 5 }, steady, steady, steady])).toEqual([]);
  expect(resourceGrowth([steady, steady, steady, steady, { ...steady, Timeout: 5 }, steady])).toEqual([]);
});

test('what is more at the end than at the beginning grows, also when there was none', () => {
  const more = { ...steady, TCPSocketWrap: 5, Immediate: 1 };
  expect(resourceGrowth([steady, steady, steady, more, more, more])).toEqual([
    'TCPSocketWrap: 4 at the beginning, 5 at the end',
    'Immediate: 0 at the beginning, 1 at the end',
  ]);
});
