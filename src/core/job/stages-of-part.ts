import type { BatchLoss, BatchResult } from '../../protocol/messages.js';

/** A worker counts stages from the first one of the part that it executes; the job counts those of the whole chain. */
export function fromPart(result: BatchResult, from: number): BatchResult {
  if (from === 0 || result.failures.length === 0) return result;
  return { ...result, failures: result.failures.map((failure) => ({ ...failure, stage: failure.stage + from })) };
}

/** As of a result. */
export function lossFromPart(loss: BatchLoss, from: number): BatchLoss {
  return from === 0 || loss.stage === undefined ? loss : { ...loss, stage: loss.stage + from };
}
