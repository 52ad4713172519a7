import { isWellFormed } from './safe-text.js';

/**
 * A batch of nothing but strings, as their lengths and one text: one pass of the engine's UTF-8 codec instead of one for each.
 *
 * Byte 0 is the layout, byte 1 the bytes of a length (1, 2 or 4), byte 2 whether the text is ASCII, bytes 4 to 7 the count; then come the
 * lengths in UTF-16 units, then the text in UTF-8. All integers are little-endian.
 */
import { NodeBuffer } from './built-ins.js';
import { unfilled } from './unfilled.js';

const layout = 0x20;
const headerBytes = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the bytes, or undefined when there is something that is not a string, or a lone surrogate */
export function encodeStrings(values: readonly unknown[]): Uint8Array | undefined {
  let longest = 0;
  for (const value of values) {
    if (typeof value !== 'string') return undefined;
    if (value.length > longest) longest = value.length;
  }
  // A high and a low surrogate that meet where two strings join make one well-formed character, and are parted again by length.
  const text = values.join('');
  const width = longest < 0x100 ? 1 : longest < 0x10000 ? 2 : 4;
  const textAt = headerBytes + width * values.length;
  // Of as many bytes as UTF-16 units only ASCII is; then it is written once, to its place.
  let bytes = unfilled(textAt + text.length);
  const isAscii = encoder.encodeInto(text, bytes.subarray(textAt)).read === text.length;
  if (!isAscii) {
    if (!isWellFormed(text)) return undefined;
    const utf8 = encoder.encode(text);
    bytes = unfilled(textAt + utf8.length);
    bytes.set(utf8, textAt);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes[0] = layout;
  bytes[1] = width;
  bytes[2] = isAscii ? 1 : 0;
  bytes[3] = 0;
  view.setUint32(4, values.length, true);
  for (let at = 0, place = headerBytes; at < values.length; at++, place += width) {
    // The first loop has seen that all are strings.
    const { length } = values[at] as string;
    if (width === 1) bytes[place] = length;
    else if (width === 2) view.setUint16(place, length, true);
    else view.setUint32(place, length, true);
  }
  return bytes;
}

/** @returns the strings, or undefined when the layout byte is not this module's */
export function decodeStrings(bytes: Uint8Array): string[] | undefined {
  if (bytes[0] !== layout) return undefined;
  const width = bytes[1];
  if (bytes.length < headerBytes || (width !== 1 && width !== 2 && width !== 4)) throw new Error('a string batch has no header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(4, true);
  const textAt = headerBytes + width * count;
  if (textAt > bytes.length) throw new Error('a string batch is cut off');
  const text = bytes[2] === 1 ? decodeAscii(bytes, textAt) : decoder.decode(bytes.subarray(textAt));
  const strings: string[] = new Array<string>(count);
  let end = 0;
  for (let at = 0, place = headerBytes; at < count; at++, place += width) {
    const start = end;
    end += width === 1 ? view.getUint8(place) : width === 2 ? view.getUint16(place, true) : view.getUint32(place, true);
    strings[at] = text.slice(start, end);
  }
  if (end !== text.length) throw new Error('the lengths of a string batch do not add up');
  return strings;
}

/** Node reads ASCII many times faster than its UTF-8 decoder does; from bytes that are none, it makes characters of Latin-1. */
function decodeAscii(bytes: Uint8Array, from: number): string {
  if (NodeBuffer === undefined) return decoder.decode(bytes.subarray(from));
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset + from, bytes.byteLength - from).toString('latin1');
}
