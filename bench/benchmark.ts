import type { Rounds } from './measuring/measure.js';
import type { Budget } from './report/budget.js';
import type { Table } from './report/table.js';

/** One of the things that `npm run bench` measures. */
export interface Benchmark {
  readonly name: string;
  /** What it measures, in one line. */
  readonly summary: string;
  readonly run: (rounds: Rounds) => Promise<Findings>;
  /** It runs in virtual time, once: further rounds would find the same. */
  readonly isVirtual?: true;
}

/** What a benchmark has found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly budgets: readonly Budget[];
  /** What one must know to read the tables. */
  readonly notes: readonly string[];
}
