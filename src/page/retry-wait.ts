/** The first wait and the longest, in milliseconds, and how much longer each is: a hub that starts anew is there in seconds. */
const firstMs = 500;
const longestMs = 15_000;
const growth = 1.8;

/**
 * How long to wait before the hub is asked again, in milliseconds. Many pages do not all come at once.
 *
 * @param failures how often it has failed in a row, from 1
 * @param chance from 0 to 1
 */
export function retryWaitMs(failures: number, chance: number): number {
  const most = Math.min(longestMs, firstMs * growth ** (failures - 1));
  return Math.round(most * (0.5 + chance / 2));
}
