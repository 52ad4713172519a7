/**
 * A socket.io parser (see "custom parser" in its documentation) that makes one binary frame of each packet, where the default one
 * makes a further frame of each byte array.
 */
import { Emitter } from '@socket.io/component-emitter';
import { decodeMessage, encodeMessage } from './message-codec.js';

/** What socket.io hands to its parser. */
interface Packet {
  readonly type: number;
  readonly nsp: string;
  readonly data?: unknown;
  readonly id?: number;
}

/** The largest number of a packet type: `CONNECT_ERROR`. The binary types beyond are the default parser's. */
const lastType = 4;

class Encoder {
  encode({ type, nsp, data, id }: Packet): Uint8Array[] {
    return [encodeMessage(id === undefined ? [type, nsp, data] : [type, nsp, data, id])];
  }
}

interface DecoderEvents {
  decoded: (packet: Packet) => void;
}

class Decoder extends Emitter<DecoderEvents, DecoderEvents> {
  /** @throws an Error, which ends the connection, when what came is not a packet */
  add(frame: unknown): void {
    const bytes = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('expected a binary frame');
    this.emit('decoded', readPacket(decodeMessage(bytes)));
  }

  destroy(): void {
    this.removeAllListeners();
  }
}

function readPacket(message: unknown): Packet {
  if (!Array.isArray(message)) throw new TypeError('expected a packet');
  const packet: readonly unknown[] = message;
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
