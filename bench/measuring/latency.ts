import { quantile } from './statistics.js';

/** How long round trips took, in microseconds. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** How long a run takes, about. */
const runMs = 1_000;

/**
 * So many round trips are made before and not counted, for half a second at the least, and five at the most: while the others had
 * their turn, caches and memory went to them; and programs that have just started are compiled as they run, which takes some
 * thousand trips.
 */
const settleTrips = 4_000;
const settleMs = 500;
const mostSettleMs = 5_000;

/** At least so many round trips are made, so that there is something beyond the 99th percentile. */
const leastTrips = 100;

/**
 * One round trip after the other, for about a second that counts.
 *
 * @param trip with the number of the trip, from 0; checks what came back
 */
export async function latencyOf(trip: (index: number) => Promise<void>): Promise<Latency> {
  let trips = 0;
  const begun = performance.now();
  const isSettled = (): boolean => {
    const tookMs = performance.now() - begun;
    return tookMs > mostSettleMs || (tookMs > settleMs && trips >= settleTrips);
  };
  for (; !isSettled(); trips += 1) await trip(trips);
  const tookUs: number[] = [];
  const end = performance.now() + runMs;
  for (let start = performance.now(); start < end || tookUs.length < leastTrips; trips += 1) {
    await trip(trips);
    const now = performance.now();
    tookUs.push(1_000 * (now - start));
    start = now;
  }
  tookUs.sort((a, b) => a - b);
  return { p50Us: quantile(tookUs, 0.5), p99Us: quantile(tookUs, 0.99) };
}
