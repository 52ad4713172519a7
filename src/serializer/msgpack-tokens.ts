/**
 * A walk over the tokens of msgpack, before msgpackr makes values of them. msgpackr reads more than it writes here. A hostile
 * peer could use that. There are strings in bundles, which send the reader back to where it was. There are references, and errors
 * and regular expressions of any size. So the walk refuses whatever a `Packr` of `msgpack.ts` does not write.
 */
import type { PlainLayout } from './plain-check.js';
import { madeBytes, maxBareEntries } from './limits.js';
import { checkMade } from './made-memory.js';
import { malformed } from './malformed.js';

/** The type of the extension that defines a record. */
const recordType = 0x72;

/** Types of extensions. The content of a set or a record follows as further tokens. */
const extensions: ReadonlySet<number> = new Set([
  0x00, // undefined
  0x42, // bigint
  0x72, // the definition of a record
  0x73, // Set
  0x74, // typed array
  0xff, // Date
]);

/** For tokens whose content has no fixed length: how many bytes say the length, and whether it is an extension. */
const lengthBytes: Readonly<Record<number, { readonly bytes: 1 | 2 | 4; readonly extension: boolean }>> = {
  0xc4: { bytes: 1, extension: false },
  0xc5: { bytes: 2, extension: false },
  0xc6: { bytes: 4, extension: false },
  0xc7: { bytes: 1, extension: true },
  0xc8: { bytes: 2, extension: true },
  0xc9: { bytes: 4, extension: true },
  0xd9: { bytes: 1, extension: false },
  0xda: { bytes: 2, extension: false },
  0xdb: { bytes: 4, extension: false },
};

/** Numbers, and the counts of arrays and maps. */
const sized: Readonly<Record<number, number>> = {
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
  0xdc: 2,
  0xdd: 4,
  0xde: 2,
  0xdf: 4,
};

/** Marks in `fixed` tokens without a fixed length, and tokens that may not be there. */
const variable = 0xfe;
const none = 0xff;

/** By its first byte, how many bytes of a token follow that are no tokens themselves. */
const fixed: Uint8Array = Uint8Array.from({ length: 256 }, (_, token) => {
  if (token === 0xc1) return none;
  if (token in lengthBytes) return variable;
  // Short strings.
  if (token >= 0xa0 && token <= 0xbf) return token & 0x1f;
  // Extensions of 1, 2, 4, 8 and 16 bytes, behind a byte that says their type.
  if (token >= 0xd4 && token <= 0xd8) return 1 + 2 ** (token - 0xd4);
  return sized[token] ?? 0;
});

/** How much memory the value takes that begins with a token, by the layout. Its content counts on its own. */
function weightsOf(layout: PlainLayout): Uint16Array {
  // In the tagged layout there is a node, and the value that is made of it.
  const times = layout === 'tagged' ? 2 : 1;
  const map = layout === 'maps' ? madeBytes.object : madeBytes.table;
  return Uint16Array.from({ length: 256 }, (_, token) => {
    if (token >= 0x40 && token <= 0x7f && layout !== 'maps') return times * madeBytes.object;
    if ((token >= 0x80 && token <= 0x8f) || token === 0xde || token === 0xdf) return times * map;
    if ((token >= 0x90 && token <= 0x9f) || token === 0xdc || token === 0xdd) return times * madeBytes.list;
    if ((token >= 0xa0 && token <= 0xbf) || (token >= 0xd9 && token <= 0xdb)) return times * madeBytes.text;
    if (token >= 0xc4 && token <= 0xc6) return times * madeBytes.bytes;
    if ((token >= 0xc7 && token <= 0xc9) || (token >= 0xd5 && token <= 0xd8)) return times * madeBytes.extension;
    // The definition of a record is one of these.
    if (token === 0xd4) return madeBytes.extension;
    return madeBytes.item;
  });
}

const weights: Readonly<Record<PlainLayout, Uint16Array>> = {
  records: weightsOf('records'),
  maps: weightsOf('maps'),
  tagged: weightsOf('tagged'),
};

/**
 * @param layout in `maps`, maps are objects, and not Maps
 * @throws an Error when `msgpack.ts` does not write a token, or when one is cut off. Also when there are more small values than
 *   the bytes may hold.
 */
export function checkTokens(bytes: Uint8Array, layout: PlainLayout): void {
  const end = bytes.length;
  const maps = layout === 'maps';
  const weight = weights[layout];
  let made = 0;
  /** How many items and entries were promised. Each takes a byte at least, but the reader makes room for it at once. */
  let promised = 0;
  let at = 0;
  while (at < end) {
    // Within the length, and the table has all bytes.
    const token = bytes[at] as number;
    const following = fixed[token] as number;
    made += weight[token] as number;
    at += 1;
    if (following === 0) continue;
    if (following === none) malformed('an unknown token');
    if (following !== variable) {
      if (token >= 0xd4 && token <= 0xd8) {
        checkExtension(bytes, at, following - 1);
        if (bytes[at] === recordType) made += madeBytes.shape;
      } else if (token >= 0xdc) {
        const count = lengthAt(bytes, at, following);
        promised += count;
        if (token >= 0xde && !maps) checkEntries(count);
      }
      at += following;
    } else at = skipped(bytes, at, token);
  }
  if (at > end) malformed('cut off');
  if (promised > end) malformed('more items than there are bytes');
  checkMade(made, end);
}

/** Where the token ends whose length is at `at`. */
function skipped(bytes: Uint8Array, at: number, token: number): number {
  const { bytes: count = 1, extension = false } = lengthBytes[token] ?? {};
  const length = lengthAt(bytes, at, count);
  if (!extension) return at + count + length;
  checkExtension(bytes, at + count, length);
  return at + count + 1 + length;
}

/** @param at where its type is */
function checkExtension(bytes: Uint8Array, at: number, length: number): void {
  const type = bytes[at];
  if (type === undefined || !extensions.has(type)) malformed('an unknown extension');
  // A record's number is one byte. With two bytes its instances would be read in another way.
  if (type === 0x72 && length !== 1) malformed('a record with a long number');
  if (type === 0x73) checkItems(bytes, at + 1 + length);
}

/** The content of a Set has to be an array. A typed array, for example, could give any number of items. */
function checkItems(bytes: Uint8Array, at: number): void {
  const token = bytes[at] ?? none;
  if (token === 0xdc || token === 0xdd) checkEntries(lengthAt(bytes, at + 1, token === 0xdc ? 2 : 4));
  else if (token < 0x90 || token > 0x9f) malformed('a Set of something else than an array');
}

/** A larger Map or Set is refused: its keys could be made to collide, and nobody would watch. */
function checkEntries(count: number): void {
  if (count > maxBareEntries) malformed('a large Map or Set without a tag');
}

function lengthAt(bytes: Uint8Array, at: number, count: number): number {
  let length = 0;
  for (let place = 0; place < count; place += 1) length = length * 0x100 + (bytes[at + place] ?? 0);
  return length;
}
