/**
 * The layout of a batch of nothing but strings: their lengths, and one text. Short strings are joined first, so that the engine's
 * codec is called once for many of them.
 *
 * Byte 0 is the layout, byte 1 the bytes of a length (1, 2 or 4), and byte 2 what the lengths count (below). Bytes 4 to 7 are the
 * number of strings. Then come the lengths, then the text in UTF-8. All integers are little-endian.
 */
import { NodeBuffer } from './built-ins.js';
import { isWellFormed } from './safe-text.js';
import { maxJoinedLength } from './limits.js';
import { unfilled } from './unfilled.js';

const layout = 0x20;
const headerBytes = 8;

/** What the lengths count. In ASCII bytes and UTF-16 units are the same. */
const counts = { ascii: 0, units: 1, bytes: 2 } as const;

/** No UTF-16 unit takes more bytes. */
const mostUtf8Bytes = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the bytes, or undefined when there is something that is not a string, or a lone surrogate */
export function encodeStrings(values: readonly unknown[]): Uint8Array | undefined {
  let longest = 0;
  let total = 0;
  for (const value of values) {
    if (typeof value !== 'string') return undefined;
    if (value.length > longest) longest = value.length;
    total += value.length;
  }
  // The loop has seen that all are strings.
  const strings = values as readonly string[];
  const ascii = encodeAscii(strings, longest, total);
  if (ascii !== undefined) return ascii;
  return total <= maxJoinedLength ? encodeJoined(strings, longest) : encodeEach(strings, longest, total);
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
  const lengths: number[] = new Array<number>(count);
  for (let at = 0, place = headerBytes; at < count; at++, place += width) {
    lengths[at] = width === 1 ? view.getUint8(place) : width === 2 ? view.getUint16(place, true) : view.getUint32(place, true);
  }
  const text = bytes.subarray(textAt);
  switch (bytes[2]) {
    case counts.ascii:
      return splitAscii(text, lengths);
    case counts.units:
      return split(decoder.decode(text), lengths);
    case counts.bytes:
      return splitBytes(text, lengths);
    default:
      throw new Error('a string batch counts what is not known');
  }
}

/** The bytes of strings that are all ASCII; else undefined. Only ASCII has as many bytes as UTF-16 units. */
function encodeAscii(strings: readonly string[], longest: number, total: number): Uint8Array | undefined {
  const { bytes, textAt } = withLengths(strings, longest, counts.ascii, total);
  let place = textAt;
  for (const text of joined(strings)) {
    // All of it was read, into as many bytes. A character of two bytes would have left no room for the last one.
    const { read, written } = encoder.encodeInto(text, bytes.subarray(place, place + text.length));
    if (read !== text.length || written !== text.length) return undefined;
    place += written;
  }
  return bytes;
}

function encodeJoined(strings: readonly string[], longest: number): Uint8Array | undefined {
  // A high and a low surrogate may meet where two strings join. They make one well-formed character, and are parted again by
  // length.
  const text = strings.join('');
  if (!isWellFormed(text)) return undefined;
  const utf8 = encoder.encode(text);
  const { bytes, textAt } = withLengths(strings, longest, counts.units, utf8.length);
  bytes.set(utf8, textAt);
  return bytes;
}

function encodeEach(strings: readonly string[], longest: number, total: number): Uint8Array | undefined {
  const most = unfilled(mostUtf8Bytes * total);
  const parts: { readonly length: number }[] = [];
  let place = 0;
  for (const text of strings) {
    if (!isWellFormed(text)) return undefined;
    const { written } = encoder.encodeInto(text, most.subarray(place));
    parts.push({ length: written });
    place += written;
  }
  const { bytes, textAt } = withLengths(parts, mostUtf8Bytes * longest, counts.bytes, place);
  bytes.set(most.subarray(0, place), textAt);
  return bytes;
}

/** The batch without its text. */
function withLengths(
  parts: readonly { readonly length: number }[],
  longest: number,
  counted: number,
  textBytes: number,
): { readonly bytes: Uint8Array; readonly textAt: number } {
  const width = longest < 0x100 ? 1 : longest < 0x10000 ? 2 : 4;
  const textAt = headerBytes + width * parts.length;
  const bytes = unfilled(textAt + textBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes[0] = layout;
  bytes[1] = width;
  bytes[2] = counted;
  bytes[3] = 0;
  view.setUint32(4, parts.length, true);
  let place = headerBytes;
  for (const { length } of parts) {
    if (width === 1) bytes[place] = length;
    else if (width === 2) view.setUint16(place, length, true);
    else view.setUint32(place, length, true);
    place += width;
  }
  return { bytes, textAt };
}

/** The strings in order, joined in pieces that are quick to join. */
function* joined(strings: readonly string[]): Generator<string> {
  let start = 0;
  let length = 0;
  for (let at = 0; at < strings.length; at++) {
    // `at` is below the length.
    const next = (strings[at] as string).length;
    if (length + next > maxJoinedLength && at > start) {
      yield at - start === 1 ? (strings[start] as string) : strings.slice(start, at).join('');
      start = at;
      length = 0;
    }
    length += next;
  }
  if (start < strings.length) yield strings.slice(start).join('');
}

function splitAscii(bytes: Uint8Array, lengths: readonly number[]): string[] {
  const strings: string[] = [];
  let place = 0;
  for (let start = 0; start < lengths.length;) {
    let end = start;
    let length = 0;
    // Each piece has at least one string, and then as many as are quickly parted.
    do length += lengths[end++] ?? 0;
    while (end < lengths.length && length + (lengths[end] ?? 0) <= maxJoinedLength);
    const text = asciiText(bytes, place, length);
    place += length;
    if (end - start === 1) strings.push(text);
    else strings.push(...split(text, lengths.slice(start, end)));
    start = end;
  }
  if (place !== bytes.length) throw notAddingUp();
  return strings;
}

/** Node reads ASCII many times faster than its UTF-8 decoder does. It makes Latin-1 characters of bytes that are no ASCII. */
function asciiText(bytes: Uint8Array, from: number, length: number): string {
  if (from + length > bytes.length) throw notAddingUp();
  if (NodeBuffer === undefined) return decoder.decode(bytes.subarray(from, from + length));
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset + from, length).toString('latin1');
}

function split(text: string, lengths: readonly number[]): string[] {
  let end = 0;
  const strings = lengths.map((length) => text.slice(end, (end += length)));
  if (end !== text.length) throw notAddingUp();
  return strings;
}

function splitBytes(bytes: Uint8Array, lengths: readonly number[]): string[] {
  let end = 0;
  const strings = lengths.map((length) => decoder.decode(bytes.subarray(end, (end += length))));
  if (end !== bytes.length) throw notAddingUp();
  return strings;
}

function notAddingUp(): Error {
  return new Error('the lengths of a string batch do not add up');
}
