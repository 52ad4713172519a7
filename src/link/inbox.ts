import { decodeMessage } from './message-codec.js';
import type { MessagePart } from './outbox.js';

/** Puts messages together that came in parts. */
export class Inbox {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param maxBytes the most that a message may have in all */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @returns the message, once the part is its last
   * @throws an Error when it is not a part, or the message is too large or not one
   */
  add(content: unknown): { readonly message: unknown } | undefined {
    const { bytes, last } = readPart(content);
    if (bytes.byteLength === 0) throw new RangeError('an empty part of a message');
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#maxBytes) throw new RangeError(`a message of more than ${this.#maxBytes} bytes`);
    this.#parts.push(bytes);
    if (!last) return undefined;
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    this.clear();
    return { message: decodeMessage(whole) };
  }

  clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}

function readPart(content: unknown): MessagePart {
  if (typeof content === 'object' && content !== null) {
    const bytes: unknown = Reflect.get(content, 'bytes');
    const last: unknown = Reflect.get(content, 'last');
    if (bytes instanceof Uint8Array && typeof last === 'boolean') return { bytes, last };
  }
  throw new TypeError('expected a part of a message');
}
