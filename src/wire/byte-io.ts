/** Writes and reads the little-endian numbers, texts and byte arrays that messages are made of. */
import { utf8 } from './utf8.js';

const utf8Encoder = new TextEncoder();

/** No UTF-16 unit takes more in UTF-8. */
export const mostUtf8Bytes = 3;

export class Writer {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param bytes where to write; no more will be written than fits */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What was written. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  number(value: number): void {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Bytes behind their 32-bit length. */
  bytes(bytes: Uint8Array): void {
    this.#view.setUint32(this.#at, bytes.byteLength, true);
    this.#bytes.set(bytes, this.#at + 4);
    this.#at += 4 + bytes.byteLength;
  }

  /** Text in UTF-8 behind its 32-bit length. */
  text(text: string): void {
    const written = this.#shortAscii(text) ?? utf8Encoder.encodeInto(text, this.#bytes.subarray(this.#at + 4)).written;
    this.#view.setUint32(this.#at, written, true);
    this.#at += 4 + written;
  }

  /**
   * Writes a short text of ASCII, behind room for its length. It returns the number of bytes; undefined where the text is none.
   */
  #shortAscii(text: string): number | undefined {
    const { length } = text;
    if (length > shortLength) return undefined;
    for (let at = 0; at < length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > mostAscii) return undefined;
      this.#bytes[this.#at + 4 + at] = unit;
    }
    return length;
  }
}

/**
 * Texts up to this length are written by hand. For short ones, like ids, a call of the encoder or decoder costs more than all the
 * rest.
 */
const shortLength = 64;
const mostAscii = 0x7f;

/** The text, if it is short and of ASCII. */
function shortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength > shortLength) return undefined;
  for (const byte of bytes) if (byte > mostAscii) return undefined;
  return String.fromCharCode(...bytes);
}

/** Reads what a `Writer` wrote; throws a RangeError where it goes beyond the end. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  byte(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  number(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** A view on the bytes. */
  bytes(): Uint8Array {
    const start = this.#at + 4;
    const end = start + this.#view.getUint32(this.#at, true);
    if (end > this.#bytes.byteLength) throw new RangeError('a message is cut short');
    this.#at = end;
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start);
  }

  /** A view on what is left. */
  rest(): Uint8Array {
    const start = this.#at;
    this.#at = this.#bytes.byteLength;
    return this.#bytes.subarray(start);
  }

  /** @param mostBytes the most that it may take */
  text(mostBytes: number = Infinity): string {
    const bytes = this.bytes();
    if (bytes.byteLength > mostBytes) throw new RangeError(`a text of more than ${mostBytes} bytes`);
    return shortAscii(bytes) ?? utf8(bytes);
  }
}
