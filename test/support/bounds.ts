import type { Parameters } from 'fast-check';

/** So many runs, but no more than the machine manages in time. A run that hangs fails, and shows its counterexample. */
export function runs(numRuns: number): Parameters<unknown> {
  return { numRuns, timeout: 15_000, interruptAfterTimeLimit: 40_000 };
}
