import { expect, it } from 'vitest';
import { encodeElements } from '../../src/core/job/encode-elements.js';
import { msgpack } from '../../src/serializer/msgpack.js';

it('a million empty lists find room, and who sends too many is told', () => {
  const many = (length: number): unknown[] => Array.from({ length }, () => []);
  expect((msgpack.decode(msgpack.encode([many(1_000_000)]))[0] as unknown[]).length).toBe(1_000_000);
  expect(() => msgpack.encode([many(4_000_000)])).toThrow('$ is more small values than fit into one payload');
});

it('where elements are too much together, they are sent in several batches', () => {
  const element = Array.from({ length: 800_000 }, () => ({}));
  const pieces = [...encodeElements(msgpack, [element, element, element], 0, 2 ** 30)];
  expect(pieces.map(({ type }) => type)).toEqual(['batch', 'batch', 'batch'].slice(0, pieces.length));
  expect(pieces.length).toBeGreaterThan(1);
});
