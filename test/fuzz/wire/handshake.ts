import type { Credentials } from '../../../src/link/socket-link.js';
import { protocolVersion } from '../../../src/protocol/messages.js';

export const roles = ['leader', 'worker', 'observer'] as const;
export type Role = (typeof roles)[number];

export type Tokens = Readonly<Record<Role, string>>;

/** Who a peer says that it is. */
export function identity(key: string, token?: string): Credentials {
  // Shorter keys are refused.
  return { key: key.padEnd(32, '.'), name: 'fuzz', token };
}

/** What a peer shows the hub when it connects to a namespace. */
export function handshake(key: string, token: string | undefined): object {
  return { protocol: protocolVersion, ...identity(key, token) };
}
