/**
 * Prints how long the program has taken, once its own code could begin to load. So imports count, and what Node does before does
 * not.
 *
 * @param result must be 42
 */
export function printSinceStart(result: unknown): void {
  const nowMs = performance.now();
  if (result !== 42) throw new Error(`expected 42, got ${String(result)}`);
  console.log(nowMs - performance.nodeTiming.bootstrapComplete);
}
