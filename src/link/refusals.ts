import type { ErrorCode } from '../errors/paladin-error.js';

/** Why the hub does not want the peer, at the handshake or later; undefined for errors that may pass. */
export function refusalCode(data: unknown): ErrorCode | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const code: unknown = Reflect.get(data, 'code');
  const known: readonly ErrorCode[] = ['UNAUTHORIZED', 'VERSION', 'LIMIT_EXCEEDED', 'PROTOCOL'];
  return known.find((candidate) => candidate === code);
}

/**
 * Whether the connection was closed because a frame was larger than the hub takes. To send it again would end in the same way.
 */
export function isTooLarge(details: unknown): boolean {
  const context: unknown = typeof details === 'object' && details !== null ? Reflect.get(details, 'context') : undefined;
  return typeof context === 'object' && context !== null && Reflect.get(context, 'code') === 1009;
}
