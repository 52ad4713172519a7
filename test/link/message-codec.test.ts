import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../src/link/message-codec.js';

const bytes = fc.uint8Array({ maxLength: 50 });
const message = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '$bytes' && key !== '__proto__'),
      tie('node'),
      { maxKeys: 4 },
    ),
  ),
})).node;

describe('the message codec', () => {
  it('brings messages and their byte arrays back, whatever they are', () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(decodeMessage(encodeMessage(original))).toEqual(original);
      }),
    );
  });

  it('reads byte arrays as views, and writes Buffers as bytes', () => {
    const encoded = encodeMessage({ payload: Buffer.from([1, 2, 3]) });
    const decoded = decodeMessage(encoded) as { payload: Uint8Array };
    expect([...decoded.payload]).toEqual([1, 2, 3]);
    expect(decoded.payload.buffer).toBe(encoded.buffer);
  });

  it('throws an error for bytes that are not a message, and does nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (garbage) => {
        try {
          decodeMessage(garbage);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
    expect(() => decodeMessage(encodeMessage([new Uint8Array(9)]).subarray(0, -1))).toThrow('bytes that are not there');
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const text = new TextEncoder().encode(deep);
    const frame = new Uint8Array(4 + text.byteLength);
    new DataView(frame.buffer).setUint32(0, text.byteLength, true);
    frame.set(text, 4);
    expect(() => decodeMessage(frame)).toThrow('nests too deep');
  });
});
