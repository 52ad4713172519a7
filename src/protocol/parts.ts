/** Joins encodings into one: a 32-bit little-endian length before each. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += 4 + part.byteLength;
  const joined = new Uint8Array(length);
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.byteLength, true);
    joined.set(part, at + 4);
    at += 4 + part.byteLength;
  }
  return joined;
}

/**
 * The parts of what `joinParts` joined, as views on it.
 *
 * @throws RangeError when the bytes are not such
 */
export function splitParts(joined: Uint8Array): Uint8Array[] {
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < joined.byteLength) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > joined.byteLength) throw new RangeError('joined parts are cut short');
    parts.push(joined.subarray(at + 4, end));
    at = end;
  }
  return parts;
}
