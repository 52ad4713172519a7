import type { DelaysByHour } from './operations.js';

/**
 * What two results disagree on; nothing when they are the same. Counts must be equal. Means and squared differences may be off by
 * rounding, since workers add in another order: sums of floating-point numbers depend on it.
 */
export function differences(got: DelaysByHour, expected: DelaysByHour): string[] {
  const hours = [...new Set([...got.keys(), ...expected.keys()])].sort((a, b) => a - b);
  return hours.flatMap((hour) => {
    const ours = got.get(hour);
    const theirs = expected.get(hour);
    if (ours === undefined || theirs === undefined) return [`hour ${hour} is only in one of the two`];
    const same = {
      count: ours.count === theirs.count,
      late: ours.late === theirs.late,
      mean: isClose(ours.mean, theirs.mean),
      m2: isClose(ours.m2, theirs.m2),
    };
    return (['count', 'late', 'mean', 'm2'] as const)
      .filter((field) => !same[field])
      .map((field) => `hour ${hour}: ${field} is ${ours[field]}, not ${theirs[field]}`);
  });
}

/** Equal to 9 digits. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
