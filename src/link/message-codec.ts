/**
 * Messages as bytes, in one piece: a 32-bit little-endian length, that many bytes of JSON, and behind it the byte arrays of the
 * message, which the JSON refers to. Byte arrays are read as views: nothing is copied or parsed but the small JSON.
 */

/** Stands in the JSON for a byte array, by its length; they follow each other in the order of the JSON. */
const placeholder = '$bytes';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns bytes of their own */
export function encodeMessage(message: unknown): Uint8Array {
  const attachments: Uint8Array[] = [];
  const json = utf8Encoder.encode(JSON.stringify(detach(message, attachments)));
  const length = attachments.reduce((sum, bytes) => sum + bytes.byteLength, 4 + json.byteLength);
  const encoded = new Uint8Array(length);
  new DataView(encoded.buffer).setUint32(0, json.byteLength, true);
  encoded.set(json, 4);
  let at = 4 + json.byteLength;
  for (const bytes of attachments) {
    encoded.set(bytes, at);
    at += bytes.byteLength;
  }
  return encoded;
}

/**
 * @returns the message, with its byte arrays as views on the given bytes
 * @throws an Error when the bytes are not such a message
 */
export function decodeMessage(encoded: Uint8Array): unknown {
  const jsonLength = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength).getUint32(0, true);
  const start = 4 + jsonLength;
  if (start > encoded.byteLength) throw new RangeError('a message is cut short');
  const unread = { bytes: encoded.subarray(start) };
  const message = attach(JSON.parse(utf8Decoder.decode(encoded.subarray(4, start))), unread);
  if (unread.bytes.byteLength > 0) throw new RangeError('a message has bytes that nothing refers to');
  return message;
}

/** How deep a message may nest: far deeper than any does, and no danger to the stack. */
const deepest = 32;

/** A copy of the message with a placeholder for each byte array. */
function detach(value: unknown, attachments: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    attachments.push(value);
    return { [placeholder]: value.byteLength };
  }
  if (Array.isArray(value)) return value.map((item) => detach(item, attachments));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = detach(item, attachments);
  return copy;
}

/** Puts the byte arrays, in order off the unread bytes, into a parsed message. */
function attach(value: unknown, unread: { bytes: Uint8Array }, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError('a message nests too deep');
  if (Object.hasOwn(value, placeholder)) {
    const length: unknown = Reflect.get(value, placeholder);
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > unread.bytes.byteLength) {
      throw new RangeError('a message refers to bytes that are not there');
    }
    const bytes = unread.bytes.subarray(0, length);
    unread.bytes = unread.bytes.subarray(length);
    return bytes;
  }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object' && item !== null) Reflect.set(value, key, attach(item, unread, depth + 1));
  }
  return value;
}
