import type { Benchmark, Findings } from '../benchmark.js';
import { budgetTable } from './budget.js';
import { markdownTable, plainTable, type Table } from './table.js';

/** What a benchmark has found, for a terminal. */
export function plainSection({ name, summary, isVirtual }: Benchmark, findings: Findings, rounds: number): string {
  return [
    `${name}: ${summary}, ${ofRounds(rounds, isVirtual)}`,
    ...tablesOf(findings).map(plainTable),
    ...findings.notes,
    '',
  ].join('\n\n');
}

/** The same for a page, below its heading. */
export function markdownSection(
  { summary, isVirtual }: Benchmark,
  findings: Findings,
  rounds: number,
  circumstances: string,
): string {
  const what = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}; ${ofRounds(rounds, isVirtual)}.`;
  const notes = findings.notes.map((note) => `- ${note}`).join('\n');
  return [what, ...tablesOf(findings).map(markdownTable), notes, `_${circumstances}_`].join('\n\n');
}

function tablesOf({ tables, budgets }: Findings): Table[] {
  return budgets.length === 0 ? [...tables] : [...tables, budgetTable(budgets)];
}

function ofRounds(rounds: number, isVirtual = false): string {
  if (isVirtual) return 'the same in each run';
  return rounds === 1 ? 'a single run of each' : `medians of ${rounds} runs in turn`;
}
