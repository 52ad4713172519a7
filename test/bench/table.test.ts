import { describe, expect, test } from 'vitest';
import { atLeast, atMost, budgetTable } from '../../bench/report/budget.js';
import { markdownTable, plainTable } from '../../bench/report/table.js';

const table = {
  caption: 'Speed',
  headings: ['', 'elements/s'],
  rows: [
    ['snail', '1'],
    ['hare|rabbit', '1,000'],
  ],
};

describe('a table', () => {
  test('is aligned for terminals: names to the left, figures to the right', () => {
    expect(plainTable(table)).toBe(
      ['Speed', '             elements/s', 'snail                 1', 'hare|rabbit       1,000'].join('\n'),
    );
  });

  test('is markdown for a page, whatever is in its cells', () => {
    expect(markdownTable(table)).toBe(
      ['Speed:', '', '|  | elements/s |', '| --- | ---: |', '| snail | 1 |', '| hare\\|rabbit | 1,000 |'].join('\n'),
    );
  });
});

describe('a budget', () => {
  test('holds at its very bound', () => {
    expect(atLeast('speed', 0.6, 0.6).holds).toBe(true);
    expect(atMost('size', 1.3, 1.3).holds).toBe(true);
  });

  test('does not hold beyond it, nor when nothing was measured', () => {
    expect(atLeast('speed', 0.6, 0.59).holds).toBe(false);
    expect(atMost('size', 1.3, 1.31).holds).toBe(false);
    expect(atLeast('speed', 0.6, NaN).holds).toBe(false);
    expect(atMost('size', 1.3, NaN).holds).toBe(false);
  });

  test('is shown with what was promised and measured', () => {
    expect(budgetTable([atLeast('speed', 0.6, 0.5)]).rows).toEqual([['speed', '≥ 0.60', '0.50', 'NO']]);
  });
});
