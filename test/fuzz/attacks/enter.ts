import type { Random } from '../../simulation/random.js';
import type { Field } from '../attack.js';
import type { Role } from '../wire/handshake.js';
import { FuzzPeer, type Standing } from '../wire/peer.js';
import { UpgradedConnection } from '../wire/upgraded-connection.js';

/** A websocket: of one who has not said who it is, or of a peer that was let in. */
export async function enter(field: Field, standing: Standing, random: Random): Promise<UpgradedConnection | undefined> {
  if (standing !== 'stranger') return (await enterAs(field, standing, random))?.connection;
  field.connecting();
  return await UpgradedConnection.open(field.port);
}

/** A peer with the right token. */
export async function enterAs(field: Field, role: Role, random: Random): Promise<FuzzPeer | undefined> {
  field.connecting();
  return await FuzzPeer.connect(field.port, role, field.tokens, keyOf(random));
}

/** A key that no other peer has. */
export function keyOf(random: Random): string {
  return `fuzz-${Array.from({ length: 4 }, () => random.int(0, 2 ** 32 - 1).toString(36)).join('-')}`;
}
