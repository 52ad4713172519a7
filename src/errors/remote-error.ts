import { flatted } from '../serializer/flatted.js';
import { errorEssence, errorOf, errorSnapshot } from './error-snapshot.js';
import { messageOf } from './thrown.js';

/** What was thrown, for the wire: a line for logs and messages, and all of it that could be kept. */
export interface EncodedError {
  readonly message: string;
  readonly bytes: Uint8Array;
}

/** So that an error is never a large message; what is larger keeps its name, message and stack alone. */
const maxBytes = 64 * 1024;

/** Of the essence: three texts of this length stay below `maxBytes` even where each character takes six bytes of JSON. */
const essenceTextLength = 3_000;

/**
 * Encodes whatever was thrown, by flatted, and never throws itself. What the serializers would refuse is made likeness instead
 * (see {@link errorSnapshot}): an error report that lacks a socket is worth more than none.
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
 * What was thrown: an error as an instance of the built-in class of its name, else as an Error with that name; anything else as
 * the value that it was. Bytes that no `encodeError` wrote become an Error that says so.
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
