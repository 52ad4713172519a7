import { quantile } from './statistics.js';

/** How long round trips took, in microseconds. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** How long a run takes, about. */
const runMs = 1_000;

/** For so long before, round trips are made and not counted: while the others had their turn, caches and memory went to them. */
const settleMs = 500;

/** At least so many round trips are made, so that there is something beyond the 99th percentile. */
const leastTrips = 100;

/**
 * One round trip after the other, for about a second that counts.
 *
 * @param trip with the number of the trip, from 0; checks what came back
 */
export async function latencyOf(trip: (index: number) => Promise<void>): Promise<Latency> {
  let trips = 0;
  for (const settled = performance.now() + settleMs; performance.now() < settled; trips += 1) await trip(trips);
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
