/** How many times as fast one is as the other, where an element costs so much. */
export interface Speed {
  readonly costUs: number;
  readonly times: number;
}

/**
 * The cost per element from which on it is as fast: where the line through the measured speeds crosses 1 for the last time, on a
 * logarithmic scale.
 *
 * @param speeds by ascending cost
 * @returns the cost in microseconds; 0 when it is always as fast, `Infinity` when it is not at the greatest cost
 */
export function breakEvenUs(speeds: readonly Speed[]): number {
  const slow = speeds.findLastIndex(({ times }) => times < 1);
  const [below, above] = [speeds[slow], speeds[slow + 1]];
  if (below === undefined) return 0;
  if (above === undefined) return Infinity;
  const part = Math.log(1 / below.times) / Math.log(above.times / below.times);
  return below.costUs * (above.costUs / below.costUs) ** part;
}
