/** 32 bits, little-endian, for each stage. */
const countBytes = 4;

/** How many tries of an element ended before each stage. */
export function describeUnreached(counts: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(counts.length * countBytes);
  const view = new DataView(bytes.buffer);
  counts.forEach((count, stage) => view.setUint32(stage * countBytes, count, true));
  return bytes;
}

/** What `describeUnreached` wrote of a stage. A stage that it did not describe was reached by each try. */
export function unreachedAt(bytes: Uint8Array | undefined, stage: number): number {
  const start = stage * countBytes;
  if (bytes === undefined || bytes.byteLength < start + countBytes) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(start, true);
}

/** The most bytes that this takes for so many stages. */
export function mostUnreachedBytes(stages: number): number {
  return stages * countBytes;
}
