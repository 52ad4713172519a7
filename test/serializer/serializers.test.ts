import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { expectCarried, roundTrip } from './round-trip.js';
import { difference } from './same.js';

describe.each([msgpack, flatted])('$name', (serializer) => {
  // Many more values are in a slow test.
  it('carries anything, unchanged', () => {
    expectCarried(serializer, 150);
  });

  it('carries batches of strings that are long together, ASCII or not', () => {
    for (const filling of ['x', 'é', '😀']) {
      for (const [count, length] of [
        [100, 1_000],
        [3, 16_384],
        [2, 50_000],
        [5_000, 20],
      ] as const) {
        const strings = Array.from({ length: count }, (_, at) => `${at}${filling.repeat(length)}`);
        expect(roundTrip(serializer, strings)).toEqual(strings);
        expect(roundTrip(serializer, [...strings, 'ü'])).toEqual([...strings, 'ü']);
      }
    }
  });

  it('carries batches of one kind', () => {
    const kinds = [
      fc.double({ noNaN: false }),
      fc.integer(),
      fc.integer({ min: -130, max: 130 }),
      fc.integer({ min: -33_000, max: 33_000 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('\ud83d', '\ude00', '\ufeff', '', 'x'.repeat(70_000), 'é'.repeat(300)),
      fc.record({ id: fc.integer(), name: fc.string(), at: fc.date(), score: fc.double() }),
      fc.dictionary(fc.string(), fc.integer()),
    ];
    for (const kind of kinds) {
      fc.assert(
        fc.property(fc.array(kind as fc.Arbitrary<unknown>, { maxLength: 100 }), (values) => {
          expect(difference(values, roundTrip(serializer, values))).toBeUndefined();
        }),
      );
    }
  });

  const self: { self?: unknown } = {};
  self.self = self;
  const map = new Map<unknown, unknown>();
  map.set(map, map).set('set', new Set([map]));
  const loop = new Error('outer', { cause: new TypeError('inner') });
  (loop.cause as Error).cause = loop;
  const shared = { shared: true };
  const buffer = new ArrayBuffer(16);
  const named = Object.assign(new Error('x'), { name: 'Named', code: 7, self });
  const hiddenName = new RangeError('x');
  Object.defineProperty(hiddenName, 'name', { value: 'Hidden', configurable: true, writable: true });
  const pollution = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown;
  const list = (count: number): unknown[] => Array.from({ length: count }, (_, at) => at);
  const deep = (make: (inner: unknown) => unknown, levels: number): unknown => list(levels).reduce(make, 0);
  const lastIndex = /a/g;
  lastIndex.lastIndex = 3;

  it.each<[string, unknown]>([
    [
      'primitives',
      [null, undefined, true, 0, -0, NaN, Infinity, -Infinity, 2 ** 53, 5e-324, 0n, -1n, 2n ** 64n, -(2n ** 3_000n), ''],
    ],
    ['undefined properties', { a: undefined, b: [undefined] }],
    ['lone surrogates', ['\ud800', '\udc00x', { '\ud800': '\udfff' }]],
    ['a byte order mark', ['\ufeff', `\ufeff${'long '.repeat(50)}`]],
    ['cycles', self],
    ['shared references', [shared, shared, { shared }]],
    ['a Map that holds itself', map],
    ['Errors in a cycle', loop],
    ['Errors', [named, hiddenName, new Error(), new SyntaxError(''), new AggregateError([new Error('one'), 2], 'all')]],
    ['an Error without stack', Object.defineProperty(new Error('x'), 'stack', { value: undefined })],
    ['Dates', [new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15), new Date(NaN), new Date(1_700_000_000_123)]],
    ['RegExps', [/x/, /[/\]]+/gimsuy, lastIndex]],
    ['Maps and Sets', [new Map(), new Map([[NaN, -0]]), new Set(), new Set([undefined, null, 0])]],
    ['dictionaries', Object.fromEntries(list(10_000).map((at) => [`key ${String(at)}`, at]))],
    ['a dictionary and a Map', [Object.fromEntries(list(200).map((at) => [`k${String(at)}`, at])), new Map([[1, 2]])]],
    ['many shapes', list(500).map((at) => ({ [`a${String(at)}`]: 1, [`b${String(at)}`]: { c: at } }))],
    ['wide numeric keys', { 2: 'two', 1: 'one', b: 1, a: 2 }],
    ['null prototypes', Object.assign(Object.create(null) as object, { a: 1, ['__proto__']: 2 })],
    ['own __proto__', pollution],
    ['what looks like a tag', [{ $: 'Map', v: [] }, { $: 'ref', v: 0 }, { $: 1 }, { v: { $: '$' } }, ['$', 'v']]],
    [
      'typed arrays',
      [
        new Float64Array([-0, NaN, 1e300]),
        new BigInt64Array([-1n]),
        new Uint8Array([1, 2]),
        new Uint8Array(0),
        new Uint16Array(500),
      ],
    ],
    ['bytes', [Buffer.from('abc'), new Uint8Array([1]), buffer, new ArrayBuffer(0), new DataView(new ArrayBuffer(9), 2, 5)]],
    ['views on one buffer', [new Uint8Array(buffer, 4, 8), new Float64Array(buffer), buffer, new DataView(buffer, 1)]],
    ['a view of a part', new Float64Array(100).fill(1).subarray(3, 9)],
    ['an own constructor', { constructor: 'x', hasOwnProperty: 1, toJSON: null, toString: 0, valueOf: 1, length: 2 }],
    ['objects nested to the limit', deep((inner) => ({ inner }), 499)],
    ['Maps nested to the limit', deep((inner) => new Map([[1, inner]]), 499)],
    ['null prototypes nested to the limit', deep((inner) => Object.assign(Object.create(null) as object, { inner }), 499)],
  ])('carries %s', (_, value) => {
    expect(difference(value, roundTrip(serializer, [value])[0])).toBeUndefined();
    expect(difference([value, value, 1], [...(roundTrip(serializer, [[value, value, 1]])[0] as unknown[])])).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('keeps views of one buffer on one buffer', () => {
    const [[bytes, floats]] = roundTrip(serializer, [[new Uint8Array(buffer, 4, 8), new Float64Array(buffer)]]) as [
      [Uint8Array, Float64Array],
    ];
    expect(bytes.buffer).toBe(floats.buffer);
    expect(bytes.byteOffset).toBe(4);
  });

  it('gives each value of a batch its own copy of what they share', () => {
    for (const special of [1, new Date(1), -0, new Map()]) {
      const both = { list: [special], when: new Date(5), bytes: new Uint8Array(3) };
      const [one, two] = roundTrip(serializer, [{ both }, { both }, both, both]) as [
        { both: typeof both },
        { both: typeof both },
      ];
      one.both.list.push(2);
      one.both.when.setTime(0);
      one.both.bytes[0] = 9;
      expect(two.both).toEqual(both);
    }
  });

  it('does not write to bytes that it has returned', () => {
    const batches = [[{ a: 1 }], [[1, 'x', null]], [1, 2], ['a', 'b'], [new Map([[1, -0]])]];
    const encoded = batches.map((values) => serializer.encode(values));
    const copies = encoded.map((bytes) => bytes.slice());
    for (const values of batches) serializer.encode([...values, 'something else']);
    expect(encoded).toEqual(copies);
    for (const bytes of encoded) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('leaves the bytes that it is given as they are', () => {
    const bytes = serializer.encode([{ a: 1 }]);
    serializer.decode(bytes);
    expect(Object.keys(bytes)).toHaveLength(bytes.length);
  });

  it('decodes a Buffer like a Uint8Array', () => {
    const values = [new Uint8Array([1, 2, 3]), Buffer.from([4])];
    expect(difference(values, serializer.decode(Buffer.from(serializer.encode(values))))).toBeUndefined();
  });

  it('carries an empty batch', () => {
    expect(roundTrip(serializer, [])).toEqual([]);
  });
});
