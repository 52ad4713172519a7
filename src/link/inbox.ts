import { LimitError } from '../wire/shape.js';
import { decodeMessage } from '../wire/message-codec.js';
import type { MessagePart } from './packet-parser.js';

/** Puts parts together to messages. */
export class Inbox {
  readonly #maxBytes: number;
  readonly #maxJsonBytes: number;
  readonly #leastPartBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /**
   * @param maxBytes the most that a message may have in all
   * @param maxJsonBytes the most of it that may be JSON
   * @param leastPartBytes the least bytes of each part but the last: each part takes room beside its bytes, so many small ones
   *   would take much
   */
  constructor(maxBytes: number, maxJsonBytes: number = Infinity, leastPartBytes: number = 0) {
    this.#maxBytes = maxBytes;
    this.#maxJsonBytes = maxJsonBytes;
    this.#leastPartBytes = leastPartBytes;
  }

  /** The bytes of the parts of a message whose last part has not come. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /**
   * @returns the message, once its last part has come; else nothing
   * @throws an Error when the content is no part, or when the message is too large or none
   */
  add(content: unknown): readonly unknown[] {
    const { bytes, last } = readPart(content);
    if (bytes.byteLength === 0) throw new RangeError('an empty part of a message');
    if (!last && bytes.byteLength < this.#leastPartBytes) {
      throw new RangeError(`a part of less than ${this.#leastPartBytes} bytes that is not the last`);
    }
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#maxBytes) throw new LimitError(`a message of more than ${this.#maxBytes} bytes (maxPayloadBytes)`);
    this.#parts.push(bytes);
    if (!last) return [];
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    this.clear();
    // Only a message that is too large for a frame travels in parts. So it is a single message: many small ones would take long
    // to handle in one go.
    return [decodeMessage(whole, this.#maxJsonBytes)];
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
