import * as fc from 'fast-check';

/** So many runs, but no more than the machine manages in time. A run that hangs fails, and shows its counterexample. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return { numRuns, plugins: [fc.timeout(15_000), fc.interruptAfterTimeLimit(40_000)] };
}
