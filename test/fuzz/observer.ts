import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzCluster } from './cluster.js';
import type { Condition, Observed } from './latency.js';

/** Between two conditions, so that what one leaves behind does not count for the next. */
export const settleMs = 300;

/** Measures the healthy job while something is done, and adds it to what was observed under that condition. */
export function observer(
  cluster: FuzzCluster,
  observed: Readonly<Record<Condition, Observed>>,
): (condition: Condition, doing: () => Promise<unknown>) => Promise<void> {
  return async (condition, doing) => {
    await cluster.latenciesMs();
    await cluster.load();
    await doing();
    const { latenciesMs, loads } = observed[condition];
    latenciesMs.push(...(await cluster.latenciesMs()));
    loads.push(await cluster.load());
    await sleep(settleMs);
  };
}
