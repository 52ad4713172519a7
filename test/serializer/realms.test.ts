import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decodeError, encodeError } from '../../src/errors/remote-error.js';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { difference } from './same.js';

const made = (code: string): unknown => runInNewContext(code);

const kinds: readonly [string, string, unknown][] = [
  ['lists', '[1, [2, "three"], { four: [4] }]', [1, [2, 'three'], { four: [4] }]],
  ['a Map', 'new Map([[1, new Set([2])]])', new Map([[1, new Set([2])]])],
  ['a Date', 'new Date(7)', new Date(7)],
  ['a RegExp', '/a+/gi', /a+/gi],
  ['a typed array', 'new Float64Array([1.5, -0])', new Float64Array([1.5, -0])],
  ['an ArrayBuffer', 'new Uint8Array([1, 2]).buffer', new Uint8Array([1, 2]).buffer],
  ['a DataView', 'new DataView(new ArrayBuffer(4), 1)', new DataView(new ArrayBuffer(3))],
];

describe.each([msgpack, flatted])('$name takes values of another realm for what they are', (serializer) => {
  it.each(kinds)('%s', (_, code, wanted) => {
    for (const value of [made(code), { deep: [made(code)] }]) {
      const [decoded] = serializer.decode(serializer.encode([value]));
      const [same] = serializer.decode(serializer.encode([value === made ? value : JSON_shape(value, wanted)]));
      expect(difference(same, decoded)).toBeUndefined();
    }
    expect(difference(wanted, serializer.decode(serializer.encode([made(code)]))[0])).toBeUndefined();
  });

  it('errors', () => {
    const [error] = serializer.decode(serializer.encode([made('new RangeError("far", { cause: new Map([[1, 2]]) })')]));
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).cause).toEqual(new Map([[1, 2]]));
  });

  it.each([
    ['a class of the name Map', 'class M extends Map {}; Object.defineProperty(M, "name", { value: "Map" }); new M()'],
    ['what only looks like a Map', 'Object.create(Map.prototype)'],
    ['an instance', 'class Point {}; new Point()'],
    ['a list with holes', '[1, , 3]'],
    ['a boxed number', 'Object(1)'],
  ])('but not %s', (_, code) => {
    expect(() => serializer.encode([made(code)])).toThrow();
  });
});

it('keeps what errors of another realm hold', () => {
  const error = decodeError(encodeError(made('Object.assign(new TypeError("no"), { seen: new Map([[1, new Date(3)]]) })')).bytes);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ seen: new Map([[1, new Date(3)]]) });
});

/** The value of this realm in the same place. */
function JSON_shape(value: unknown, wanted: unknown): unknown {
  return typeof value === 'object' && value !== null && 'deep' in value ? { deep: [wanted] } : wanted;
}
