import { encodeMessage } from './message-codec.js';

/** What an outbox needs of a socket. */
export interface Outlet {
  emit(event: 'message' | 'part', content: unknown): void;
  /** Calls back when everything emitted so far is with the operating system. */
  onceDrained(callback: () => void): void;
}

/** A piece of a message that is too large for one frame. */
export interface MessagePart {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/**
 * Sends messages in order, and never lets more than about `mostUnsentBytes` pile up in the socket, so that heartbeats get through
 * between them. A message of more than `frameBytes` goes in parts.
 */
export class Outbox {
  readonly #outlet: Outlet;
  readonly #frameBytes: number;
  readonly #mostUnsentBytes: number;
  #waiting: { readonly event: 'message' | 'part'; readonly content: unknown; readonly bytes: number }[] = [];
  #unsentBytes = 0;
  #awaitingDrain = false;
  #idle: (() => void)[] = [];

  constructor(outlet: Outlet, frameBytes: number) {
    this.#outlet = outlet;
    this.#frameBytes = frameBytes;
    this.#mostUnsentBytes = 4 * frameBytes;
  }

  send(message: unknown): void {
    const bytes = bytesIn(message);
    if (bytes <= this.#frameBytes) {
      this.#waiting.push({ event: 'message', content: message, bytes });
    } else {
      const encoded = encodeMessage(message);
      for (let at = 0; at < encoded.byteLength; at += this.#frameBytes) {
        const piece = encoded.subarray(at, at + this.#frameBytes);
        const content: MessagePart = { bytes: piece, last: at + this.#frameBytes >= encoded.byteLength };
        this.#waiting.push({ event: 'part', content, bytes: piece.byteLength });
      }
    }
    this.#pump();
  }

  /** Resolves when everything is with the operating system. */
  async flushed(): Promise<void> {
    if (this.#waiting.length === 0 && this.#unsentBytes === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  /** The connection is lost, and what was to be sent with it. */
  clear(): void {
    this.#waiting = [];
    this.#unsentBytes = 0;
    this.#awaitingDrain = false;
    this.#settleIdle();
  }

  #pump(): void {
    let sent = 0;
    for (const { event, content, bytes } of this.#waiting) {
      if (this.#unsentBytes >= this.#mostUnsentBytes) break;
      this.#unsentBytes += bytes + 1;
      this.#outlet.emit(event, content);
      sent += 1;
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
    if (this.#awaitingDrain || this.#unsentBytes === 0) return;
    this.#awaitingDrain = true;
    this.#outlet.onceDrained(() => {
      if (!this.#awaitingDrain) return;
      this.#awaitingDrain = false;
      this.#unsentBytes = 0;
      if (this.#waiting.length > 0) this.#pump();
      else this.#settleIdle();
    });
  }

  #settleIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

/** How many bytes the byte arrays of a message have. */
function bytesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  let bytes = 0;
  for (const item of Object.values(value)) bytes += typeof item === 'object' ? bytesIn(item) : 0;
  return bytes;
}
