import { NodeBuffer } from './built-ins.js';

/**
 * Bytes with a buffer of their own. The caller must write all of them. To zero large ones first costs as much as to copy into
 * them.
 */
export function unfilled(count: number): Uint8Array {
  const worthIt = 4096;
  return NodeBuffer === undefined || count < worthIt
    ? new Uint8Array(count)
    : new Uint8Array(NodeBuffer.allocUnsafeSlow(count).buffer);
}
