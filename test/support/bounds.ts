import * as fc from 'fast-check';
import { isThorough } from './thorough.js';

/**
 * So many runs in the slow tests, and a tenth of them in the others; but no more than the machine manages in time. A run that
 * hangs fails, and shows its counterexample.
 */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return {
    numRuns: isThorough ? numRuns : Math.ceil(numRuns / 10),
    plugins: [fc.timeout(15_000), fc.interruptAfterTimeLimit(40_000)],
  };
}
