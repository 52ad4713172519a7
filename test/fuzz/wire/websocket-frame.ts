/** Frames of a websocket client (RFC 6455, 5.2), right or wrong as asked for. */
export interface ClientFrame {
  readonly payload: Uint8Array;
  readonly opcode?: number;
  readonly final?: boolean;
  /** The three reserved bits, as a number. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** How many bytes the header promises; default: as many as there are. */
  readonly promisedBytes?: number;
  /** How many bits the length takes; default: as few as it needs. */
  readonly lengthBits?: 7 | 16 | 64;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A mask need not be secret here. */
const mask = [0x5a, 0x17, 0xc3, 0x88] as const;

export function encodeFrame(frame: ClientFrame): Uint8Array {
  const { payload, opcode = opcodes.binary, final = true, reserved = 0, masked = true } = frame;
  const { promisedBytes = payload.byteLength } = frame;
  const lengthBits = frame.lengthBits ?? (promisedBytes < 126 ? 7 : promisedBytes < 65_536 ? 16 : 64);
  const header = new DataView(new ArrayBuffer(10));
  header.setUint8(0, (final ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15));
  const maskBit = masked ? 0x80 : 0;
  let headerBytes = 2;
  if (lengthBits === 7) header.setUint8(1, maskBit | (promisedBytes & 0x7f));
  else if (lengthBits === 16) {
    header.setUint8(1, maskBit | 126);
    header.setUint16(2, promisedBytes & 0xffff);
    headerBytes = 4;
  } else {
    header.setUint8(1, maskBit | 127);
    header.setBigUint64(2, BigInt(promisedBytes));
    headerBytes = 10;
  }
  const maskBytes = masked ? mask.length : 0;
  const bytes = new Uint8Array(headerBytes + maskBytes + payload.byteLength);
  bytes.set(new Uint8Array(header.buffer, 0, headerBytes));
  if (masked) bytes.set(mask, headerBytes);
  for (let at = 0; at < payload.byteLength; at += 1) {
    // The index is below the length.
    const byte = payload[at] as number;
    bytes[headerBytes + maskBytes + at] = masked ? byte ^ (mask[at % 4] as number) : byte;
  }
  return bytes;
}

export function textFrame(text: string): Uint8Array {
  return encodeFrame({ payload: new TextEncoder().encode(text), opcode: opcodes.text });
}

/** What a server sent in one frame. */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Cuts what a server sends into frames: unmasked, and whole, as ours sends them. */
export class ServerFrameReader {
  #rest: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): ServerFrame[] {
    this.#rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: ServerFrame[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): ServerFrame | undefined {
    const rest = this.#rest;
    if (rest.byteLength < 2) return undefined;
    const short = rest.readUInt8(1) & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (rest.byteLength < start) return undefined;
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
    if (rest.byteLength < start + length) return undefined;
    this.#rest = rest.subarray(start + length);
    return { opcode: rest.readUInt8(0) & 15, payload: new Uint8Array(rest.subarray(start, start + length)) };
  }
}
