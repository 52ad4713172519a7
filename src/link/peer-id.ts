/** An id for a leader or worker that nobody else has. The other side of a job sees it. */
export function peerId(): string {
  return crypto.randomUUID();
}

/** A secret that nobody can guess: a hub makes a peer's id of it, or a job's tickets. */
export function peerKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
