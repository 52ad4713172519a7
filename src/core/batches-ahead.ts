import { maxBatchesAhead, prefetchBelowMs, workAheadMs } from '../limits.js';

/**
 * How many batches a worker should have in hand for each slot, beside the one that it executes. They are enough work to bridge a
 * trip over the wire. There are none of dear batches: these would wait there while another worker is idle. There are none while
 * the cost is unknown.
 *
 * @param batchMs how long a batch takes to execute
 */
export function batchesAhead(batchMs: number | undefined): number {
  if (batchMs === undefined || batchMs >= prefetchBelowMs) return 0;
  return Math.min(maxBatchesAhead, Math.max(1, Math.ceil(workAheadMs / Math.max(batchMs, 1e-6))));
}
