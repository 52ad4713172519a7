import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../processes/within.js';
import type { FuzzCluster, HubMeasurement } from './cluster.js';

/** A hub waits 30 s for leaders that went away without a word. */
const cleanUpLimitMs = 50_000;

/** What the hub may have gained in memory, in bytes. */
export const mostGainBytes = 50 * 1024 * 1024;

const stopLimitMs = 30_000;

/** Ends the healthy work, and waits for the hub to be as it was before. What is wrong where that does not come. */
export async function cleanUp(cluster: FuzzCluster, before: HubMeasurement, judgeMemory: boolean): Promise<string[]> {
  const { emitted, folds, wrong } = await within(stopLimitMs, 'the end of the healthy work', cluster.stopLeader());
  console.log(`the healthy leader has had ${emitted} results and ${folds} folds`);
  const endMs = performance.now() + cleanUpLimitMs;
  for (;;) {
    // Before the observer comes, which is a connection too.
    const after = await cluster.measure();
    const { leaders, workers, jobs } = await cluster.status();
    const sockets = (measurement: HubMeasurement): number => measurement.resources['TCPSocketWrap'] ?? 0;
    const left = [
      ...(leaders.length === 1 ? [] : [`the hub has ${leaders.length} leaders instead of 1`]),
      ...(workers.length === 1 ? [] : [`the hub has ${workers.length} workers instead of 1`]),
      ...(jobs.length === 0 ? [] : [`the hub has ${jobs.length} jobs that nobody wants`]),
      ...(workers.some(({ leased, ending }) => leased + ending > 0)
        ? [`the worker has batches that nobody wants: ${JSON.stringify(workers)}`]
        : []),
      ...(sockets(after) <= sockets(before) ? [] : [`the hub has ${sockets(after)} sockets instead of ${sockets(before)}`]),
      ...(!judgeMemory || after.rssBytes - before.rssBytes <= mostGainBytes ? [] : ['the hub keeps more than 50 MiB']),
    ];
    if (left.length > 0 && performance.now() < endMs) {
      await sleep(500);
      continue;
    }
    console.log(
      `hub before: ${megabytes(before.rssBytes)} resident, ${megabytes(before.heapBytes)} of heap and buffers; ` +
        `after: ${megabytes(after.rssBytes)} resident, ${megabytes(after.heapBytes)} of heap and buffers`,
    );
    return [...wrong, ...left];
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
