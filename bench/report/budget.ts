import { ratio } from './figures.js';
import type { Table } from './table.js';

/** Something that was promised, beside what was measured. */
export interface Budget {
  readonly what: string;
  readonly promised: string;
  readonly measured: string;
  readonly holds: boolean;
}

export function atLeast(what: string, promised: number, measured: number, show: (value: number) => string = ratio): Budget {
  return { what, promised: `≥ ${show(promised)}`, measured: show(measured), holds: measured >= promised };
}

export function atMost(what: string, promised: number, measured: number, show: (value: number) => string = ratio): Budget {
  return { what, promised: `≤ ${show(promised)}`, measured: show(measured), holds: measured <= promised };
}

export function budgetTable(budgets: readonly Budget[]): Table {
  return {
    caption: 'Budgets',
    headings: ['budget', 'promised', 'measured', 'holds'],
    rows: budgets.map(({ what, promised, measured, holds }) => [what, promised, measured, holds ? 'yes' : 'NO']),
  };
}
