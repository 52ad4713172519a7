import type { HubStatus } from 'paladin-rx/server';

/** What a hub that nobody asks anything of still holds; undefined when that is nothing. */
export function leftovers({ jobs, workers }: HubStatus): string | undefined {
  const leased = workers.reduce((sum, worker) => sum + worker.leased, 0);
  if (jobs.length === 0 && leased === 0) return undefined;
  const queued = jobs.reduce((sum, job) => sum + job.queued, 0);
  const names = jobs.map(({ jobId, stages }) => `${jobId} (${stages.join(' → ')})`);
  return `the hub holds ${jobs.length} jobs, ${queued} queued and ${leased} leased batches${names.length === 0 ? '' : `: ${names.join(', ')}`}`;
}
