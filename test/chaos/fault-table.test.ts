import { expect, test } from 'vitest';
import { faultTable, tooSlow } from './fault-table.js';
import { flawless } from './tally.js';

const outcomes = [
  { kind: 'hub-restart', recoveryMs: 400, verdict: flawless },
  { kind: 'worker-kill', recoveryMs: 900, verdict: { ...flawless, lost: 2 } },
  { kind: 'worker-kill', recoveryMs: 5_000, verdict: { ...flawless, duplicated: 1 } },
  { kind: 'worker-kill', recoveryMs: 200, verdict: flawless },
] as const;

test('the table has a row for each kind that happened, and one for all', () => {
  expect(faultTable(outcomes).rows).toEqual([
    ['worker-kill', '3', '0.90', '5.00', '1.00', '2', '1', '0', '0'],
    ['hub-restart', '1', '0.40', '0.40', '3.00', '0', '0', '0', '0'],
    ['all', '4', '', '', '', '2', '1', '0', '0'],
  ]);
});

test('an outlier is not too slow, nor is a single fault, and a median is', () => {
  expect(tooSlow(outcomes)).toEqual([]);
  const slow = { kind: 'hub-restart', recoveryMs: 9_000, verdict: flawless } as const;
  expect(tooSlow([slow])).toEqual([]);
  expect(tooSlow([...outcomes, slow, slow])).toEqual([
    'the median recovery from hub-restart took 9.00 s, and the target is 3.00 s',
  ]);
});
