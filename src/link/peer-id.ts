/** An id for a leader or worker that nobody else has. The other side of a job sees it. */
export function peerId(): string {
  return crypto.randomUUID();
}

const keyBytes = 24;

/** Random bytes for many keys. To ask for the bytes of one key costs as much as the rest of opening a job. */
const random = new Uint8Array(128 * keyBytes);
let used = random.length;

/** A secret that nobody can guess. A hub makes a peer's id or a job's tickets of it. */
export function peerKey(): string {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  let key = '';
  for (const end = used + keyBytes; used < end; used += 1) key += hex[random[used] ?? 0];
  return key;
}

/** Each byte in two digits. */
const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
