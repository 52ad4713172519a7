import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { decodeError, encodeError } from '../../src/errors/remote-error.js';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { carried } from './arbitrary.js';

/** Garbage may decode to anything, or be refused; it may do nothing else. */
function attempt(serializer: Serializer, bytes: Uint8Array): void {
  try {
    expect(Array.isArray(serializer.decode(bytes))).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(PaladinError);
  }
  expect(Reflect.ownKeys(Object.prototype)).toEqual(objectKeys);
}
const objectKeys = Reflect.ownKeys(Object.prototype);

const layoutByte = fc.constantFrom(0, 1, 1, 2, 2, 3, 3, 0x12, 0x13, 0x14, 0x15, 0x20);
const opcode = fc.constantFrom(
  0x91,
  0xdc,
  0xdd,
  0xde,
  0xdf,
  0xc4,
  0xc5,
  0xc6,
  0xc7,
  0xc8,
  0xc9,
  0xd4,
  0xd5,
  0xd6,
  0xd8,
  0x72,
  0x74,
  0x62,
  0x69,
  0x70,
  0x42,
  0x65,
  0x78,
  0x73,
  0xff,
  0x40,
  0x41,
);

describe.each([msgpack, flatted])('$name survives', (serializer) => {
  it('random bytes', () => {
    const garbage = fc.tuple(layoutByte, fc.array(fc.oneof(fc.nat(255), opcode), { maxLength: 200 }));
    fc.assert(
      fc.property(garbage, ([layout, bytes]) => attempt(serializer, Uint8Array.from([layout, ...bytes]))),
      { numRuns: 20_000 },
    );
  }, 60_000);

  it('payloads that were cut off or changed', () => {
    const damaged = fc.tuple(
      fc.array(carried, { minLength: 1, maxLength: 3 }),
      fc.nat(),
      fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), opcode)), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(damaged, ([values, cut, changes]) => {
        const bytes = serializer.encode(values);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        attempt(serializer, bytes);
        attempt(serializer, bytes.subarray(0, cut % bytes.length));
      }),
      { numRuns: 3_000 },
    );
  }, 60_000);

  it('headers that promise gigabytes', () => {
    const huge = [0xff, 0xff, 0xff, 0xff];
    for (const layout of [1, 2, 3, 0x20]) {
      for (const head of [
        [0xdd],
        [0xdf],
        [0xdb],
        [0xc6],
        [0xc9],
        [0x91, 0xdd],
        [0xdc, 0xff, 0xff, 0xdd],
        [0x91, 0xc9, ...huge, 0x74],
      ]) {
        attempt(serializer, Uint8Array.from([layout, ...head, ...huge, 0, 0]));
      }
    }
    attempt(serializer, Uint8Array.from([0x20, 1, 0, 0, ...huge]));
    attempt(serializer, Uint8Array.from([0x20, 4, 0, 0, 1, 0, 0, 0, ...huge]));
  });

  it('nesting without end', () => {
    const nested = (byte: number): Uint8Array => new Uint8Array(1_000_000).fill(byte);
    for (const layout of [1, 2, 3]) {
      const bytes = nested(0x91);
      bytes[0] = layout;
      attempt(serializer, bytes);
    }
    attempt(serializer, nested('['.charCodeAt(0)));
    const lists = Array.from({ length: 100_000 }, (_, at) => `["${at + 1}"]`);
    attempt(serializer, new TextEncoder().encode(`[${lists.join(',')},1]`));
    expect(serializer.decode(serializer.encode([{ still: 'works' }]))).toEqual([{ still: 'works' }]);
  });
});

describe('the decoder of errors survives', () => {
  const decode = (bytes: Uint8Array): void => {
    // Whatever it is: what was thrown may have been anything.
    decodeError(bytes);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(objectKeys);
  };

  it('random bytes and texts', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 4 }),
      fc
        .array(fc.oneof(fc.constantFrom('"1"', '{"$":"1","v":"2"}', '"Error"', '["1","2"]'), fc.json()))
        .map((items) => `[${items.join(',')}]`),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          text.map((each) => new TextEncoder().encode(each)),
        ),
        decode,
      ),
      { numRuns: 5_000 },
    );
  }, 60_000);

  it('errors that were cut off or changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(carried, fc.nat(), changes, (thrown, cut, changed) => {
        const { bytes } = encodeError(thrown);
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte;
        decode(bytes);
        decode(bytes.subarray(0, cut % bytes.length));
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);
});

describe('flatted refuses', () => {
  it.each([
    '[["1"],"x"]x',
    '{}',
    '"1"',
    '[{"a":1}]',
    '[["1"],{"$":"1"}]',
    '[["1"],{"$":"2","v":"3"},"Date","never"]',
    '[["1"],{"$":"2","v":"1"},"Date"]',
    '[["1"],{"$":"2","v":"3"},"Float64Array","AAA="]',
    '[["1"],{"$":"2","v":"3"},"Error",["4"],"Nothing"]',
    '[["1"],{"$":"2","v":1},"ref"]',
    '[["1"],{"$":"2","v":"3"},"bigint","0x10"]',
    '[["9"]]',
  ])('%s', (text) => {
    const decode = (): unknown => flatted.decode(new TextEncoder().encode(text));
    expect(decode).toThrow(PaladinError);
    expect(decode).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });
});
