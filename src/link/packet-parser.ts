/**
 * A socket.io parser (see "custom parser" in its documentation) that makes one binary frame of each packet, where the default one
 * makes a further frame of each byte array. Messages travel several in a packet, and have a codec of their own.
 */
import { Emitter } from '@socket.io/component-emitter';
import { mostUtf8Bytes, Reader, Writer } from './byte-io.js';
import { allocate, type FrameMemory } from './frame-memory.js';
import { mostBytesOf, readMessages, writeMessages, type Outgoing } from './message-codec.js';

/** What socket.io hands to its parser. */
interface Packet {
  readonly type: number;
  readonly nsp: string;
  readonly data?: unknown;
  readonly id?: number;
}

/** A piece of messages that are too large for one frame. */
export interface MessagePart {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** The first byte of a frame: what kind of packet it is. */
const kinds = { plain: 0, messages: 1, part: 2, lastPart: 3 } as const;

/** The type of packets that are events. */
const eventType = 2;

/** The largest number of a packet type: `CONNECT_ERROR`. The binary types beyond are the default parser's. */
const lastType = 4;

/** More than a kind and two lengths. */
const mostNumberBytes = 16;

class Encoder {
  encode(packet: Packet): Uint8Array[] {
    const { nsp, data } = packet;
    if (packet.type === eventType && Array.isArray(data)) {
      // These two events are emitted by the outbox alone.
      if (data[0] === 'messages') return [messagesFrame(nsp, data[1] as readonly Outgoing[], data[2] as FrameMemory)];
      if (data[0] === 'part') return [partFrame(nsp, data[1] as MessagePart)];
    }
    return [plainFrame(packet)];
  }
}

function messagesFrame(nsp: string, messages: readonly Outgoing[], memory: FrameMemory): Uint8Array {
  const writer = new Writer(memory.take(mostNumberBytes + mostUtf8Bytes * nsp.length + mostBytesOf(messages)));
  writer.byte(kinds.messages);
  writer.text(nsp);
  writeMessages(writer, messages);
  return writer.written();
}

function partFrame(nsp: string, { bytes, last }: MessagePart): Uint8Array {
  const writer = new Writer(allocate(mostNumberBytes + mostUtf8Bytes * nsp.length + bytes.byteLength));
  writer.byte(last ? kinds.lastPart : kinds.part);
  writer.text(nsp);
  writer.bytes(bytes);
  return writer.written();
}

function plainFrame({ type, nsp, data, id }: Packet): Uint8Array {
  const json = JSON.stringify(id === undefined ? [type, nsp, data] : [type, nsp, data, id]);
  const writer = new Writer(allocate(mostNumberBytes + mostUtf8Bytes * json.length));
  writer.byte(kinds.plain);
  writer.text(json);
  return writer.written();
}

interface DecoderEvents {
  decoded: (packet: Packet) => void;
}

class Decoder extends Emitter<DecoderEvents, DecoderEvents> {
  /** @throws an Error, which ends the connection, when what came is not a packet */
  add(frame: unknown): void {
    const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('expected a binary frame');
    this.emit('decoded', readFrame(new Reader(bytes)));
  }

  destroy(): void {
    this.removeAllListeners();
  }
}

function readFrame(reader: Reader): Packet {
  const kind = reader.byte();
  switch (kind) {
    case kinds.plain: {
      const packet = readPlain(JSON.parse(reader.text()));
      expectEnd(reader);
      return packet;
    }
    case kinds.messages:
      return { type: eventType, nsp: reader.text(), data: ['messages', readMessages(reader)] };
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
  if (!Array.isArray(content)) throw new TypeError('expected a packet');
  const packet: readonly unknown[] = content;
  const [type, nsp, data, id] = packet;
  if (typeof type !== 'number' || !Number.isInteger(type) || type < 0 || type > lastType) {
    throw new TypeError('unknown packet type');
  }
  if (typeof nsp !== 'string') throw new TypeError('expected a namespace');
  if (!(id === undefined || (typeof id === 'number' && Number.isSafeInteger(id)))) throw new TypeError('expected a packet id');
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  const isEvent = Array.isArray(data) && typeof data[0] === 'string';
  const fits = [
    data === undefined || data === null || isObject,
    data === undefined || data === null,
    isEvent,
    Array.isArray(data),
    isObject || typeof data === 'string',
  ][type];
  if (fits !== true) throw new TypeError(`unexpected content of a packet of type ${type}`);
  const read: Packet = { type, nsp, data: data ?? undefined };
  return id === undefined ? read : { ...read, id };
}

/** For the option `parser` of socket.io servers and clients. */
export const packetParser: { readonly Encoder: typeof Encoder; readonly Decoder: typeof Decoder } = { Encoder, Decoder };
