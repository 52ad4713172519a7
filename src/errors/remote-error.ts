import { flatted } from '../serializer/flatted.js';
import { errorEssence, errorOf, errorSnapshot } from './error-snapshot.js';
import { messageOf } from './thrown.js';

/** A thrown value for the wire: a line for logs and messages, and as much of the value as could be kept. */
export interface EncodedError {
  readonly message: string;
  readonly bytes: Uint8Array;
}

/** The most bytes of an error, so that it is never a large message. A larger error keeps its name, message and stack alone. */
const maxBytes = 64 * 1024;

/**
 * The length of each text of an essence. Three of them stay below `maxBytes`, even where each character takes six bytes of JSON.
 */
const essenceTextLength = 3_000;

/**
 * Encodes whatever was thrown, by flatted. It never throws. A part that the serializers would refuse becomes a likeness (see
 * {@link errorSnapshot}): an error report that lacks a socket is worth more than none.
 */
export function encodeError(thrown: unknown): EncodedError {
  const message = messageOf(thrown);
  try {
    const bytes = flatted.encode([errorSnapshot(thrown)]);
    if (bytes.byteLength <= maxBytes) return { message, bytes };
  } catch {
    // A Proxy that changes its mind, or a nearly full stack: the essence is next.
  }
  try {
    return { message, bytes: flatted.encode([errorEssence(thrown, essenceTextLength)]) };
  } catch {
    return { message, bytes: flatted.encode([errorOf(message)]) };
  }
}

/**
 * Decodes a thrown value. An error becomes an instance of the built-in class of its name, else an Error with that name. Any other
 * value becomes what it was. Bytes that no `encodeError` wrote become an Error that says so.
 */
export function decodeError(bytes: Uint8Array): unknown {
  try {
    if (bytes.byteLength > maxBytes) throw new Error(`${bytes.byteLength} bytes, where an error has ${maxBytes} at most`);
    const values = flatted.decode(bytes);
    if (values.length !== 1) throw new Error(`${values.length} values instead of one`);
    return values[0];
  } catch (cause) {
    return new Error('the error of the remote side cannot be decoded', { cause });
  }
}
