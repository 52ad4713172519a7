import { io, type Socket } from 'socket.io-client';
import { FrameMemory } from '../../src/wire/frame-memory.js';
import { decodeMessages, outgoing } from '../../src/wire/message-codec.js';
import { messagesFrame, packetParser, partFrame, type MessagePart } from '../../src/link/packet-parser.js';
import { protocolVersion } from '../../src/protocol/messages.js';

/** What a raw peer shows; keys have 32 characters at least. */
interface Shown {
  readonly key?: string;
  readonly token?: string;
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let peers = 0;

/** A peer that may say whatever it likes, and reads what it gets, unless told not to. */
export class RawPeer {
  readonly socket: Socket;
  readonly received: { readonly type: string; readonly [field: string]: unknown }[] = [];
  /** Why the hub does not want it, once it has said so. */
  readonly refused: Promise<{ readonly code: unknown; readonly message: unknown }>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #nsp: string;
  readonly #look = new Set<() => void>();

  constructor(url: string, role: string, { key, token, name = '', headers = {} }: Shown = {}) {
    peers += 1;
    this.#nsp = `/${role}`;
    this.socket = io(`${url}/${role}`, {
      transports: ['websocket'],
      parser: packetParser,
      forceNew: true,
      reconnection: false,
      extraHeaders: headers,
      auth: { protocol: protocolVersion, key: key ?? `a key of raw peer ${peers}`.padEnd(40, '.'), name, token },
    });
    this.refused = new Promise((resolve) => {
      this.socket.once('expelled', resolve);
      this.socket.once('connect_error', (error) => {
        const data: unknown = Reflect.get(error, 'data');
        const code: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'code') : undefined;
        resolve({ code, message: error.message });
      });
    });
    this.closed = new Promise((resolve) => {
      this.socket.io.on('close', () => {
        resolve();
      });
      this.socket.io.on('error', () => {
        resolve();
      });
    });
    this.socket.on('mark', (mark: unknown) => this.socket.emit('passed', mark));
    this.socket.on('messages', (bytes: unknown) => {
      this.received.push(...(decodeMessages(bytes) as { type: string }[]));
      for (const look of this.#look) look();
    });
  }

  /** The first message of a type, once it is there. */
  async got(type: string): Promise<{ readonly type: string; readonly [field: string]: unknown }> {
    for (;;) {
      const found = this.received.find((message) => message.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#look.add(resolve));
      this.#look.clear();
    }
  }

  send(...messages: readonly object[]): void {
    this.socket.io.engine.write(messagesFrame(this.#nsp, messages.map(outgoing), new FrameMemory()));
  }

  sendPart(part: MessagePart): void {
    this.socket.io.engine.write(partFrame(this.#nsp, part));
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}
