/** Unused memory that bytes may keep alive: to copy small ones costs more. */
const mostBeside = 1_024;

/** The bytes, copied where they would keep much memory alive that arrived with them. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength + mostBeside ? bytes.slice() : bytes;
}
