/** An id for a leader or worker that nobody else has and nobody can guess. */
export function peerId(): string {
  return crypto.randomUUID();
}
