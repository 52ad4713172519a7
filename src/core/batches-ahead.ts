import { maxBatchesAhead, prefetchBelowMs, workAheadMs } from '../limits.js';

/**
 * How many batches a worker should have in hand beside the one that it executes, for each slot: enough work to bridge a trip over
 * the wire. None of dear batches, which would wait there while another worker is idle, nor while the cost is unknown.
 *
 * @param batchMs how long a batch takes to execute
 */
export function batchesAhead(batchMs: number | undefined): number {
  if (batchMs === undefined || batchMs >= prefetchBelowMs) return 0;
  return Math.min(maxBatchesAhead, Math.max(1, Math.ceil(workAheadMs / Math.max(batchMs, 1e-6))));
}
