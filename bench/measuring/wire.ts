import type { Program } from '../processes/program.js';
import type { SocketBytes } from '../programs/socket-bytes.js';

/** Bytes that crossed the wire, both ways together. */
export interface WireBytes {
  readonly leaderBytes: number;
  readonly workerBytes: number;
}

/**
 * Does something and says what crossed the wire meanwhile. The hub's last connection is the leader's, the others are of workers.
 */
export async function wireBytesOf(hub: Program, work: () => Promise<void>): Promise<WireBytes> {
  const before = await totals(hub);
  await work();
  const after = await totals(hub);
  const moved = after.map((bytes, connection) => bytes - (before[connection] ?? 0));
  const leaderBytes = moved.at(-1) ?? 0;
  return { leaderBytes, workerBytes: moved.reduce((sum, bytes) => sum + bytes, 0) - leaderBytes };
}

async function totals(hub: Program): Promise<number[]> {
  // What the programs answer that count it.
  const sockets = (await hub.ask('bytes')) as SocketBytes[];
  return sockets.map(({ received, sent }) => received + sent);
}
