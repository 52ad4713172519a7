import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeFrame, opcodes, ServerFrameReader, textFrame } from './websocket-frame.js';

describe('a frame of a client', () => {
  test('has its header, mask and payload where the RFC has them', () => {
    // RFC 6455, 5.7, with a mask of ours.
    expect([...textFrame('He')]).toEqual([0x81, 0x82, 0x5a, 0x17, 0xc3, 0x88, 0x48 ^ 0x5a, 0x65 ^ 0x17]);
    expect([...encodeFrame({ payload: Uint8Array.of(1, 2), masked: false })]).toEqual([0x82, 2, 1, 2]);
    expect([...encodeFrame({ payload: new Uint8Array(200), masked: false }).subarray(0, 4)]).toEqual([0x82, 126, 0, 200]);
    expect([...encodeFrame({ payload: new Uint8Array(70_000), masked: false }).subarray(0, 10)]).toEqual([
      0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70,
    ]);
  });

  test('is wrong where that is asked for', () => {
    const frame = encodeFrame({
      payload: Uint8Array.of(9),
      opcode: opcodes.ping,
      final: false,
      reserved: 5,
      promisedBytes: 2 ** 40,
      masked: false,
    });
    expect([...frame]).toEqual([0x59, 127, 0, 0, 1, 0, 0, 0, 0, 0, 9]);
    expect(encodeFrame({ payload: Uint8Array.of(9), lengthBits: 64 }).byteLength).toBe(10 + 4 + 1);
  });
});

test('frames of a server are read, however they are cut', () => {
  const payloads = [0, 5, 125, 126, 65_535, 65_536].map((length) => randomBytes(length));
  const bytes = Buffer.concat(payloads.map((payload) => encodeFrame({ payload, masked: false })));
  const reader = new ServerFrameReader();
  const read: Buffer[] = [];
  for (let at = 0, size = 1; at < bytes.byteLength; at += size, size = ((size * 7) % 1_009) + 1) {
    for (const { payload } of reader.add(bytes.subarray(at, at + size))) read.push(Buffer.from(payload));
  }
  expect(read.length).toBe(payloads.length);
  expect(Buffer.concat(read).equals(Buffer.concat(payloads))).toBe(true);
});
