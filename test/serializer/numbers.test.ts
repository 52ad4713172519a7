import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/serializer/msgpack.js';

const headerBytes = 8;

describe('a batch of numbers', () => {
  it.each<[string, number, readonly number[]]>([
    ['within 256 of each other', 1, [2 ** 31 - 256, 2 ** 31 - 1]],
    ['below zero and above it', 1, [-128, 127]],
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
    .chain(([base, range]) => fc.array(fc.integer({ min: base, max: Math.min(base + range, 2 ** 31 - 1) }), { minLength: 1 }));

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
});
