/** So much may be kept beside bytes for nothing: to copy small ones costs more. */
const mostBeside = 1_024;

/** Bytes that do not keep much more than themselves: what arrived with them is gone when they are all that is left of it. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength + mostBeside ? bytes.slice() : bytes;
}
