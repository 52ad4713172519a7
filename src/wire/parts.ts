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
 * @throws RangeError when the bytes are not what `joinParts` made
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

/** What a worker is told of one partial beside its value. */
export interface PartDescription {
  /** How many elements it stands for. */
  readonly width: number;
  /** How often its combination was begun before in vain. */
  readonly tried: number;
}

/** A 64-bit width and 32 bits of tries for each, little-endian. */
const describedBytes = 12;

export function describeParts(parts: readonly PartDescription[]): Uint8Array {
  const bytes = new Uint8Array(parts.length * describedBytes);
  const view = new DataView(bytes.buffer);
  parts.forEach(({ width, tried }, at) => {
    view.setFloat64(at * describedBytes, width, true);
    view.setUint32(at * describedBytes + 8, tried, true);
  });
  return bytes;
}

/** What `describeParts` wrote of the part at this place. A part that it did not describe stands for one element. */
export function describedPart(bytes: Uint8Array | undefined, at: number): PartDescription {
  const start = at * describedBytes;
  if (bytes === undefined || bytes.byteLength < start + describedBytes) return { width: 1, tried: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getFloat64(start, true), tried: view.getUint32(start + 8, true) };
}

/** The bytes that the descriptions of so many parts take. */
export function bytesOfDescribed(parts: number): number {
  return parts * describedBytes;
}
