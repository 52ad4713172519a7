import { NodeBuffer } from './built-ins.js';

/**
 * Bytes with a buffer of their own, all of which will be written. Zeroing large ones first costs as much as copying into them.
 */
export function unfilled(count: number): Uint8Array {
  const worthIt = 4096;
  return NodeBuffer === undefined || count < worthIt
    ? new Uint8Array(count)
    : new Uint8Array(NodeBuffer.allocUnsafeSlow(count).buffer);
}
