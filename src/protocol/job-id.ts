/** What hub and workers call a leader's job. */
export function jobIdOf(leaderId: string, number: number): string {
  return `${leaderId}:${number}`;
}

/** The leader that a job id is of, and its number. */
export function leaderOf(jobId: string): { readonly leaderId: string; readonly number: number } {
  const colon = jobId.lastIndexOf(':');
  return { leaderId: jobId.slice(0, colon), number: Number(jobId.slice(colon + 1)) };
}
