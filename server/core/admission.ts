import type { HubLimits } from '../../src/protocol/messages.js';
import type { Leader } from './records.js';

/** What stands against a further batch of so many bytes; undefined: nothing. A lone batch is admitted whatever its size. */
export function limitReached({ batches, bytes }: Leader, more: number, limits: HubLimits): string | undefined {
  const { maxBatchesPerLeader, maxBytesPerLeader } = limits;
  if (batches >= maxBatchesPerLeader) return `more than ${maxBatchesPerLeader} batches at the hub (maxBatchesPerLeader)`;
  if (bytes + more > maxBytesPerLeader && batches > 0) {
    return `more than ${maxBytesPerLeader} payload bytes at the hub (maxBytesPerLeader)`;
  }
  return undefined;
}
