import type { HubJob, Lease } from './records.js';

/** What a worker has had longest of a job. What waits for a job of its own takes as long as that, and is passed over. */
export function oldestLease({ leases }: Pick<HubJob, 'leases'>): Lease | undefined {
  let oldest: Lease | undefined;
  for (const lease of leases.all()) {
    if (!lease.waiting && (oldest === undefined || lease.givenAt < oldest.givenAt)) oldest = lease;
  }
  return oldest;
}
