/** How much all jobs of a leader have at its hub, and what that leaves for each. */
import type { HubLimits } from '../protocol/messages.js';
import type { JobLimits } from './job/job-events.js';
import type { Load } from './leader-session-events.js';

export class LoadAtHub implements Load {
  #batches = 0;
  #bytes = 0;

  get batches(): number {
    return this.#batches;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What one of the jobs has there has changed. */
  change(before: Load, after: Load): void {
    this.#batches += after.batches - before.batches;
    this.#bytes += after.bytes - before.bytes;
  }

  /** What a job may send: a fair share, and no more than the hub takes from all jobs together. */
  limits(limits: HubLimits | undefined, openJobs: number): JobLimits {
    if (limits === undefined) {
      return { maxPayloadBytes: Infinity, maxBatches: Infinity, freeBatches: Infinity, freeBytes: Infinity };
    }
    const { maxPayloadBytes, maxBatchesPerLeader, maxBytesPerLeader } = limits;
    return {
      maxPayloadBytes,
      maxBatches: Math.max(1, Math.floor(maxBatchesPerLeader / Math.max(1, openJobs))),
      freeBatches: maxBatchesPerLeader - this.#batches,
      freeBytes: maxBytesPerLeader - this.#bytes,
    };
  }

  /** @param loads of all jobs */
  validate(loads: readonly Load[]): void {
    const sum = (of: 'batches' | 'bytes'): number => loads.reduce((total, load) => total + load[of], 0);
    if (sum('batches') !== this.#batches) throw new Error('invariant broken: batches at the hub');
    if (sum('bytes') !== this.#bytes) throw new Error('invariant broken: bytes at the hub');
  }
}
