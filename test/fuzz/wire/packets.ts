/** Packets and messages as the package itself writes and reads them, and with whatever content. */
import { FrameMemory } from '../../../src/wire/frame-memory.js';
import { decodeMessages, encodeMessages, outgoing, type Outgoing } from '../../../src/wire/message-codec.js';
import { messagesFrame, packetParser, partFrame } from '../../../src/link/packet-parser.js';

/** A packet of socket.io. */
export interface Packet {
  readonly type: number;
  readonly nsp: string;
  readonly data?: unknown;
  readonly id?: number;
}

export const packetTypes = { connect: 0, disconnect: 1, event: 2, ack: 3, connectError: 4 } as const;

const encoder = new packetParser.Encoder();

export function encodePacket(packet: Packet): Uint8Array {
  return whole(encoder.encode(packet));
}

/** Text in place of a packet. */
export function encodePacketText(text: string): Uint8Array {
  const utf8 = new TextEncoder().encode(text);
  const bytes = new Uint8Array(5 + utf8.byteLength);
  new DataView(bytes.buffer).setUint32(1, utf8.byteLength, true);
  bytes.set(utf8, 5);
  return bytes;
}

export function decodePacket(bytes: Uint8Array): Packet | undefined {
  const decoder = new packetParser.Decoder();
  let decoded: Packet | undefined;
  decoder.on('decoded', (packet) => {
    decoded = packet;
  });
  decoder.add(bytes);
  return decoded;
}

/** The messages in an event `messages`; none, in any other packet. */
export function messagesIn(packet: Packet | undefined): readonly unknown[] {
  if (packet?.type !== packetTypes.event || !Array.isArray(packet.data)) return [];
  const [event, content]: readonly unknown[] = packet.data;
  if (event !== 'messages') return [];
  if (Array.isArray(content)) return content;
  return content instanceof Uint8Array ? decodeMessages(content) : [];
}

export function messagesPacket(nsp: string, messages: readonly Outgoing[]): Uint8Array {
  return whole([messagesFrame(nsp, messages, new FrameMemory())]);
}

export function partPacket(nsp: string, bytes: Uint8Array, last: boolean): Uint8Array {
  return whole([partFrame(nsp, { bytes, last })]);
}

/** A message in the layout that it has, where it still fits into it, else as JSON. */
export function anyOutgoing(message: unknown): Outgoing {
  if (typeof message === 'object' && message !== null) {
    try {
      const fitting = outgoing(message);
      encodeMessages([fitting]);
      return fitting;
    } catch {
      // Something is missing, or of another type, that its layout needs.
    }
  }
  return jsonOutgoing(message);
}

/** Any message as JSON, with its byte arrays behind it. */
export function jsonOutgoing(message: unknown): Outgoing {
  const attachments: Uint8Array[] = [];
  const json =
    JSON.stringify(message, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value);
      return value instanceof Uint8Array ? { $bytes: attachments.push(value) - 1 } : value;
    }) ?? 'null';
  return rawOutgoing(json, attachments);
}

/** Any text in the place of a message. */
export function rawOutgoing(json: string, attachments: readonly Uint8Array[] = []): Outgoing {
  const bytes = attachments.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0);
  return { laid: undefined, json, attachments, mostBytes: 128 + 3 * json.length + bytes };
}

/** A copy, since the encoder may write into memory that it uses again. */
function whole([bytes = new Uint8Array()]: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(bytes);
}
