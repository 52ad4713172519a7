import { protocolVersion } from '../../../src/protocol/messages.js';

export const roles = ['leader', 'worker', 'observer'] as const;
export type Role = (typeof roles)[number];

export type Tokens = Readonly<Record<Role, string>>;

/** What a peer shows the hub when it connects to a namespace. */
export function handshake(key: string, token: string | undefined): object {
  // Shorter keys are refused.
  return { protocol: protocolVersion, key: key.padEnd(32, '.'), name: 'fuzz', ...(token === undefined ? {} : { token }) };
}
