/** An id for a leader or worker that nobody else has. The other side of a job sees it. */
export function peerId(): string {
  return crypto.randomUUID();
}
