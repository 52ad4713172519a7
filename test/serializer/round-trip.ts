import fc from 'fast-check';
import { expect } from 'vitest';
import type { Serializer } from '../../src/serializer/serializer.js';
import { carried } from './arbitrary.js';
import { difference } from './same.js';

/** What comes back is the same, holds nothing of what went in, and does not share memory with the bytes. */
export function roundTrip(serializer: Serializer, values: readonly unknown[]): unknown[] {
  const bytes = serializer.encode(values);
  const wire = new Uint8Array(bytes.length + 3);
  wire.set(bytes, 3);
  const decoded = serializer.decode(wire.subarray(3));
  wire.fill(0xff);
  return decoded;
}

/** The law of serializers: what is encoded comes back unchanged, whatever it is. */
export function expectCarried(serializer: Serializer, numRuns: number): void {
  fc.assert(
    fc.property(fc.array(carried, { maxLength: 5 }), (values) => {
      const decoded = roundTrip(serializer, values);
      expect(decoded).toHaveLength(values.length);
      values.forEach((value, index) => {
        expect(difference(value, decoded[index])).toBeUndefined();
      });
    }),
    { numRuns },
  );
}
