/**
 * A parser for socket.io (see "custom parser" in its documentation). It makes one binary frame of each packet. The default parser
 * makes a further frame of each byte array. A packet may hold several messages. They have a codec of their own: here they are
 * bytes.
 *
 * A frame that is no packet of ours leads to the event `broken`, so that the receiver can tell the sender. Before the sender is
 * connected, nobody can be told, and the connection ends.
 */
import { Emitter } from '@socket.io/component-emitter';
import { guarded } from '../guarded.js';
import { mostUtf8Bytes, Reader, Writer } from '../wire/byte-io.js';
import { allocate, type FrameMemory } from '../wire/frame-memory.js';
import { mostBytesOf, writeMessages, type Outgoing } from '../wire/message-codec.js';
import { messageOf } from '../errors/thrown.js';

/** What socket.io hands to its parser. */
interface Packet {
  readonly type: number;
  readonly nsp: string;
  readonly data?: unknown;
}

/** A part of a message that is too large for one frame. */
export interface MessagePart {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** The first byte of a frame: what kind of packet it is. */
const kinds = { plain: 0, messages: 1, part: 2, lastPart: 3 } as const;

/**
 * The types of packets that are used here. The other types are for the default parser, and for acknowledgements, which nobody
 * here asks for.
 */
const connectType = 0;
const disconnectType = 1;
const eventType = 2;
const connectErrorType = 4;

/** The events that travel as plain packets, each with one argument. */
const plainEvents: ReadonlySet<unknown> = new Set(['mark', 'passed', 'expelled']);

/** The namespaces: one for each role, and the default one. A hub says on the default one which are the others. */
const namespaces: ReadonlySet<string> = new Set(['/', '/leader', '/worker', '/observer']);

/** The most bytes of a plain packet: room for the longest token and name, with every character escaped. */
const mostPlainBytes = 64 * 1024;

/** More than a kind and two lengths. */
const mostNumberBytes = 16;

class Encoder {
  encode(packet: Packet): Uint8Array[] {
    return [plainFrame(packet)];
  }
}

export function messagesFrame(nsp: string, messages: readonly Outgoing[], memory: FrameMemory): Uint8Array {
  const writer = new Writer(memory.take(mostNumberBytes + mostUtf8Bytes * nsp.length + mostBytesOf(messages)));
  writeHeader(writer, kinds.messages, nsp);
  writeMessages(writer, messages);
  return writer.written();
}

/** What a frame begins with. */
function writeHeader(writer: Writer, kind: number, nsp: string): void {
  writer.byte(kind);
  writer.text(nsp);
}

function headerOf(kind: number, nsp: string): Uint8Array {
  const writer = new Writer(new Uint8Array(mostNumberBytes + mostUtf8Bytes * nsp.length));
  writeHeader(writer, kind, nsp);
  return writer.written();
}

export function partFrame(nsp: string, { bytes, last }: MessagePart): Uint8Array {
  const writer = new Writer(allocate(mostNumberBytes + mostUtf8Bytes * nsp.length + bytes.byteLength));
  writeHeader(writer, last ? kinds.lastPart : kinds.part, nsp);
  writer.bytes(bytes);
  return writer.written();
}

function plainFrame({ type, nsp, data }: Packet): Uint8Array {
  const json = JSON.stringify([type, nsp, data]);
  const writer = new Writer(allocate(mostNumberBytes + mostUtf8Bytes * json.length));
  writer.byte(kinds.plain);
  writer.text(json);
  return writer.written();
}

/** The receiver of a connection's messages. */
export interface MessageSink {
  readonly messages: (bytes: Uint8Array) => void;
  readonly part: (part: MessagePart) => void;
}

interface DecoderEvents {
  decoded: (packet: Packet) => void;
}

class Decoder extends Emitter<DecoderEvents, DecoderEvents> {
  /** The namespace to which the sender is connected. */
  #nsp: string | undefined;
  #sink: MessageSink | undefined;
  /** What frames of messages from there begin with. */
  #header: Uint8Array = new Uint8Array(0);

  /**
   * From now on messages go to the sink as they come; undefined: to socket.io again. socket.io would hand on each packet in a
   * tick of its own, by a dozen calls that find out what is known here. To handle most messages takes less than that.
   */
  deliverTo(sink: MessageSink | undefined): void {
    this.#sink = sink;
    this.#header = headerOf(kinds.messages, this.#nsp ?? '');
  }

  /**
   * An error of the sink is thrown at nobody: socket.io would close the connection and say nothing of it.
   *
   * @throws an Error when the frame is no packet and the sender is not connected; this ends the connection
   */
  add(frame: unknown): void {
    const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
    const sink = this.#sink;
    if (sink !== undefined && bytes instanceof Uint8Array && startsWith(bytes, this.#header)) {
      const messages = bytes.subarray(this.#header.byteLength);
      guarded(() => {
        sink.messages(messages);
      });
      return;
    }
    const packet = this.#read(bytes);
    const part = sink !== undefined && packet.nsp === this.#nsp ? partIn(packet) : undefined;
    // It is told in order with the messages.
    if (part === undefined) this.emit('decoded', packet);
    else {
      guarded(() => {
        sink?.part(part);
      });
    }
  }

  destroy(): void {
    this.#nsp = undefined;
    this.#sink = undefined;
    this.removeAllListeners();
  }

  /** Each connection is for one namespace, of which there are few. */
  #connect(nsp: string): void {
    if (this.#nsp !== undefined || !namespaces.has(nsp)) throw new RangeError('a connection is for one namespace, and asks once');
    this.#nsp = nsp;
  }

  #read(bytes: unknown): Packet {
    try {
      if (!(bytes instanceof Uint8Array)) throw new TypeError('expected a binary frame');
      const packet = readFrame(bytes);
      if (packet.type === connectType) this.#connect(packet.nsp);
      return packet;
    } catch (error) {
      if (this.#nsp === undefined) throw error;
      return { type: eventType, nsp: this.#nsp, data: ['broken', messageOf(error)] };
    }
  }
}

function partIn({ type, data }: Packet): MessagePart | undefined {
  // Only frames of their kinds make these, see `readFrame`.
  return type === eventType && Array.isArray(data) && data[0] === 'part' ? (data[1] as MessagePart) : undefined;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  if (bytes.byteLength < start.byteLength) return false;
  for (let at = 0; at < start.byteLength; at += 1) if (bytes[at] !== start[at]) return false;
  return true;
}

function readFrame(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes);
  const kind = reader.byte();
  switch (kind) {
    case kinds.plain: {
      if (bytes.byteLength > mostPlainBytes) throw new RangeError(`a plain packet of more than ${mostPlainBytes} bytes`);
      const packet = readPlain(JSON.parse(reader.text()));
      expectEnd(reader);
      return packet;
    }
    case kinds.messages:
      return { type: eventType, nsp: reader.text(), data: ['messages', reader.rest()] };
    case kinds.part:
    case kinds.lastPart: {
      const nsp = reader.text();
      const part: MessagePart = { bytes: reader.bytes(), last: kind === kinds.lastPart };
      expectEnd(reader);
      return { type: eventType, nsp, data: ['part', part] };
    }
    default:
      throw new TypeError(`unknown kind of packet ${kind}`);
  }
}

function expectEnd(reader: Reader): void {
  if (!reader.atEnd) throw new RangeError('a packet has bytes that nothing refers to');
}

function readPlain(content: unknown): Packet {
  if (!Array.isArray(content) || content.length < 2 || content.length > 3) throw new TypeError('expected a packet');
  const packet: readonly unknown[] = content;
  const [type, nsp, data] = packet;
  if (typeof type !== 'number' || typeof nsp !== 'string') throw new TypeError('expected the type and the namespace of a packet');
  if (!isContent(type, data)) throw new TypeError(`unexpected type ${type} or content of a packet`);
  return { type, nsp, data: data ?? undefined };
}

function isContent(type: number, data: unknown): boolean {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  switch (type) {
    case connectType:
      return data === undefined || data === null || isObject;
    case disconnectType:
      return data === undefined || data === null;
    case eventType:
      return Array.isArray(data) && data.length === 2 && plainEvents.has(data[0]);
    case connectErrorType:
      return isObject || typeof data === 'string';
    default:
      return false;
  }
}

/** For the option `parser` of socket.io servers and clients. */
export const packetParser: { readonly Encoder: typeof Encoder; readonly Decoder: typeof Decoder } = { Encoder, Decoder };

/** The decoder that socket.io has made for a connection by this parser. */
export function decoderOf(owner: object): Decoder {
  const decoder: unknown = Reflect.get(owner, 'decoder');
  if (decoder instanceof Decoder) return decoder;
  throw new TypeError('expected the connection to have a packet parser');
}
