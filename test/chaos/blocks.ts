/**
 * Bytes that are different at every place and for every index, so that no piece of them can be lost, repeated or moved unseen.
 */
export interface Block {
  readonly index: number;
  readonly words: Uint32Array;
}

export function blockOf(index: number, bytes: number): Block {
  return { index, words: Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, place) => wordAt(index, place)) };
}

export function inverted({ index, words }: Block): Block {
  return { index, words: words.map((word) => ~word) };
}

/** The index of the block that was inverted; NaN when it is not that of a block of so many bytes. */
export function indexOfInverted({ index, words }: Block, bytes: (index: number) => number): number {
  const complete = words.length === Math.ceil(bytes(index) / 4);
  return complete && words.every((word, place) => word === ~wordAt(index, place) >>> 0) ? index : NaN;
}

function wordAt(index: number, place: number): number {
  return (Math.imul(index + 1, 0x9e3779b1) + place) >>> 0;
}
