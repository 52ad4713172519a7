import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { msgpack } from '../../src/serializer/msgpack.js';

const headerBytes = 8;

describe('a batch of numbers', () => {
  it.each<[string, number, readonly number[]]>([
    ['within 256 of each other', 1, [2 ** 31 - 256, 2 ** 31 - 1]],
    ['below zero and above it', 1, [-128, 127]],
    ['just not within 256', 2, [0, 256]],
    ['within 65,536 of each other', 2, [-(2 ** 31), 65_535 - 2 ** 31]],
    ['no nearer than that', 4, [1_000_000, 1_065_536]],
    ['as far from each other as they can be', 4, [-(2 ** 31), 2 ** 31 - 1]],
    ['beyond 32 bits', 8, [2 ** 31, 2 ** 31 + 1]],
    ['with a fraction', 8, [1, 1.5]],
    ['with a negative zero', 8, [1, -0]],
  ])('%s takes %d byte(s) for each', (_, bytes, numbers) => {
    const encoded = msgpack.encode(numbers);
    expect(encoded.byteLength).toBe(headerBytes + bytes * numbers.length);
    expect(msgpack.decode(encoded)).toStrictEqual(numbers);
  });

  const near = fc
    .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(255, 256, 65_535, 65_536))
    .chain(([base, range]) => {
      const most = Math.min(base + range, 2 ** 31 - 1);
      return fc.array(fc.integer({ min: base, max: most })).map((between) => [most, ...between, base]);
    });

  it('comes back as it was, wherever its bytes are', () => {
    fc.assert(
      fc.property(near, fc.nat({ max: 8 }), (numbers, offset) => {
        const encoded = msgpack.encode(numbers);
        const moved = new Uint8Array(offset + encoded.byteLength).subarray(offset);
        moved.set(encoded);
        expect(msgpack.decode(moved)).toStrictEqual(numbers);
      }),
    );
  });

  it('is read where the machine has its bytes the other way round', async () => {
    const numbers = [
      [300, 301],
      [-(2 ** 31), 0],
      [2 ** 31 - 1, 2 ** 31 - 70_000],
      [1.5, -0],
    ];
    const encoded = numbers.map((each) => msgpack.encode(each));
    vi.resetModules();
    // By which the module finds out.
    vi.stubGlobal('Uint16Array', BigEndian);
    try {
      const { decodeNumbers, encodeNumbers } = await import('../../src/serializer/number-layout.js');
      expect(encoded.map((bytes) => decodeNumbers(bytes))).toStrictEqual(numbers);
      expect(encodeNumbers([1])).toBeUndefined();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

/** Has the bytes of its numbers the other way round. */
class BigEndian {
  readonly buffer: ArrayBuffer;

  constructor([number = 0]: readonly number[]) {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, number);
    this.buffer = view.buffer;
  }
}
