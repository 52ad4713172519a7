import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { decodeError } from '../../src/errors/remote-error.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { flatted } from '../../src/serializer/flatted.js';
import { maxPropertyEscapes } from '../../src/serializer/limits.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { isThorough } from '../support/thorough.js';
import { collidingBigints, collidingDoubles, collidingIntegers } from './colliding.js';

/** As long as crafted payloads are, in bytes. */
const size = isThorough ? 1 << 20 : 1 << 17;

/** What a payload of that size may take on a machine that is busy with other things; the quadratic ones of 1 MiB took minutes. */
const mostCpuMs = isThorough ? 8_000 : 1_000;

const utf8 = new TextEncoder();

/** Decodes within bounds of time: to a value, or not at all. */
function attempt(serializer: Serializer, bytes: Uint8Array): unknown {
  const before = process.cpuUsage();
  try {
    return serializer.decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(PaladinError);
    expect((error as PaladinError).message.length).toBeLessThan(1_000);
    return error;
  } finally {
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(mostCpuMs);
  }
}

const times = (count: number, write: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => write(at)).join(',');
const uint32 = (value: number): readonly number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/** An array that is filled with repetitions of a few bytes. */
function repeated(layout: number, unit: readonly number[]): Uint8Array {
  const count = Math.floor(size / unit.length);
  const bytes = new Uint8Array(6 + count * unit.length);
  bytes.set([layout, 0xdd, ...uint32(count)]);
  for (let at = 6; at < bytes.length; at += unit.length) bytes.set(unit, at);
  return bytes;
}

describe('flatted makes no more of a text than the text is worth', () => {
  const half = size / 2;
  const tags = Math.floor(half / 32);
  const sharing = (kind: string, content: string): string =>
    `[[${times(tags, (at) => `"${at + 3}"`)}],"${kind}",${content},${times(tags, () => '{"$":"1","v":"2"}')}]`;

  it.each<[string, string]>([
    ['a list that very many sets share', sharing('Set', `[${times(half / 4, (at) => String(at % 10))}]`)],
    ['a list that very many objects share', sharing('null-object', `[${times(half / 4, (at) => String(at % 10))}]`)],
    ['bytes that very many arrays share', sharing('Uint8Array', `"${'A'.repeat(half)}"`)],
    [
      'a value in very many places of a batch',
      `[[${times(half / 4, () => '"1"')}],[${times(half / 4, (at) => String(at % 10))}]]`,
    ],
    ['a tag in very many places of a batch', `[["1","1"],{"$":"2","v":"3"},"bigint","1"]`],
  ])('refuses %s', (_, text) => {
    expect(attempt(flatted, utf8.encode(text))).toMatchObject({ code: 'PROTOCOL' });
  });

  it.each<[string, string]>([
    ['a bigint that very many tags share', sharing('bigint', `"${'9'.repeat(half)}"`)],
    ['a string that very many tags share', sharing('string', `"${'A'.repeat(half)}"`)],
    ['laughs by the billion', `[["1"],${times(300, (at) => `[${times(500, () => `"${at + 2}"`)}]`)},[]]`],
  ])('makes %s but once', (_, text) => {
    expect(attempt(flatted, utf8.encode(text))).toBeInstanceOf(Array);
  });

  it('carries equal bytes many times, within bounds that hold on both ends', () => {
    const alike = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(100_000));
    const encoded = flatted.encode(alike(100));
    expect(encoded.byteLength).toBeLessThan(200_000);
    const decoded = flatted.decode(encoded) as Uint8Array[];
    expect(decoded.map(({ byteLength }) => byteLength)).toEqual(new Array(100).fill(100_000));
    expect(() => flatted.encode(alike(800))).toThrow('80000000 bytes');
  });
});

describe('regular expressions that take long to read', () => {
  const few = new RegExp('\\p{L}'.repeat(maxPropertyEscapes), 'u');
  const many = new RegExp('\\P{Lu}'.repeat(maxPropertyEscapes + 1), 'u');

  it.each([msgpack, flatted])('are not written by $name, while others are, any number of times', (serializer) => {
    const alike = Array.from({ length: 100 }, () => new RegExp(few.source, few.flags));
    expect(serializer.decode(serializer.encode(alike))).toEqual(alike);
    expect(() => serializer.encode([many])).toThrow('property escapes');
  });

  it('are not read either', () => {
    const source = '[\\\\p{L}\\\\p{N}]'.repeat(size / 12);
    const text = `[["1"],{"$":"2","v":"3"},"RegExp",["4","5",0],"${source}","ui"]`;
    expect(attempt(flatted, utf8.encode(text))).toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('msgpack refuses what it does not write, before anything is made of it', () => {
  it.each<[string, readonly number[]]>([
    ['strings in bundles, which send the reader back', [0xd6, 0x62, 0xff, 0xff, 0xff, 0xf0]],
    ['errors', [0xd4, 0x65, 0x00, 0x93, 0xa1, 0x45, 0xa0, 0xc0]],
    ['regular expressions', [0xd4, 0x78, 0x00, 0x92, 0xa1, 0x61, 0xa0]],
    ['references', [0xd6, 0x69, 0, 0, 0, 1, 0x90]],
    ['pointers', [0xd6, 0x70, 0, 0, 0, 1]],
    ['records with long numbers', [0xd5, 0x72, 0x40, 0x00, 0x91, 0xa1, 0x61, 1]],
    ['unknown extensions', [0xd4, 0x01, 0x00]],
    ['the token that means nothing', [0xc1]],
  ])('%s', (_, unit) => {
    for (const layout of [1, 2, 3]) expect(attempt(msgpack, repeated(layout, unit))).toMatchObject({ code: 'PROTOCOL' });
  });

  it.each<[string, readonly number[]]>([
    ['a string', [0xdb, 0x7f, 0xff, 0xff, 0xff]],
    ['bytes', [0xc6, 0x7f, 0xff, 0xff, 0xff]],
    ['an extension', [0xc9, 0x7f, 0xff, 0xff, 0xff, 0x42]],
    ['a typed array with half an item', [0xc7, 0x04, 0x74, 0x06, 1, 2, 3]],
  ])('%s that is cut off', (_, unit) => {
    for (const layout of [1, 2, 3]) {
      expect(attempt(msgpack, Uint8Array.of(layout, 0x91, ...unit))).toMatchObject({ code: 'PROTOCOL' });
    }
  });
});

describe('time is linear', () => {
  it.each<[string, readonly number[]]>([
    ['empty arrays', [0x90]],
    ['empty maps', [0x80]],
    ['arrays within arrays', [0x91]],
    ['arrays that promise what is not there', [0xdc, 0xff, 0xff]],
    ['definitions of records', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1]],
    ['records that are compiled', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1, 0x40, 1, 0x40, 1, 0x40, 1]],
    ['dates', [0xd6, 0xff, 1, 2, 3, 4]],
    ['sets', [0xd4, 0x73, 0, 0x90]],
  ])('in %s', (_, unit) => {
    for (const layout of [1, 2, 3]) attempt(msgpack, repeated(layout, unit));
  });

  it('in a bigint of very many digits', () => {
    const text = `[["1"],{"$":"2","v":"3"},"bigint","${'9'.repeat(size)}"]`;
    expect(attempt(flatted, utf8.encode(text))).toEqual([expect.any(BigInt)]);
  });
});

describe('keys that collide', () => {
  const count = isThorough ? 65_536 : 8_192;
  const packr = new Packr({ moreTypes: true, structuredClone: false });
  const packed = (kind: string, list: readonly unknown[]): Uint8Array =>
    Buffer.concat([Buffer.of(3), packr.pack([{ $: kind, v: list }])]);
  const written = (kind: string, list: readonly unknown[]): Uint8Array => {
    const bigints = list.filter((item) => typeof item === 'bigint');
    let tag = 4;
    const items = list.map((item) => (typeof item === 'bigint' ? String(tag++) : item));
    const tags = bigints.map((_, at) => ({ $: String(4 + bigints.length), v: String(5 + bigints.length + at) }));
    return utf8.encode(JSON.stringify([['1'], { $: '2', v: '3' }, kind, items, ...tags, 'bigint', ...bigints.map(String)]));
  };

  it.each<[string, readonly unknown[]]>([
    ['bigints that share their low 64 bits', Array.from({ length: count }, (_, at) => (BigInt(at + 1) << 64n) | 7n)],
    ['bigints', collidingBigints(count)],
    ['numbers', collidingDoubles(count)],
    ['integers', collidingIntegers(count)],
  ])('are refused, where they are %s', (_, keys) => {
    const entries = keys.flatMap((key) => [key, 1]);
    for (const [serializer, bytes] of [
      [msgpack, packed('Set', keys)],
      [msgpack, packed('Map', entries)],
      [flatted, written('Set', keys)],
      [flatted, written('Map', entries)],
    ] as const) {
      expect(attempt(serializer, bytes)).toMatchObject({
        code: 'PROTOCOL',
        message: expect.stringContaining('keys that collide'),
      });
    }
  });

  it.each<[string, readonly number[]]>([
    ['a Set', [0xd4, 0x73, 0, 0xdc, 0x04, 0x01]],
    ['a Set of a typed array', [0xd4, 0x73, 0, 0xc7, 0x09, 0x74, 0x08, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a Map', [0xde, 0x04, 0x01]],
  ])('cannot be in %s that nobody watches', (_, head) => {
    const bytes = Uint8Array.of(1, 0x91, ...head, ...new Array<number>(2_050).fill(0));
    expect(attempt(msgpack, bytes)).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('Set') });
  });

  it.each([msgpack, flatted])('are not seen by $name where there are only many of them', (serializer) => {
    const several = (length: number): unknown[] => [
      new Set(Array.from({ length }, (_, at) => 7 * at)),
      new Set(Array.from({ length }, (_, at) => BigInt(at) << 20n)),
      new Map(Array.from({ length }, (_, at) => [at + 0.5, { at }])),
      new Map(Array.from({ length }, (_, at) => [`key ${at}`, at])),
    ];
    for (const length of [1_024, 1_025, isThorough ? 20_000 : 4_000]) {
      const decoded = serializer.decode(serializer.encode(several(length))) as Map<unknown, unknown>[];
      const lists = (all: readonly unknown[]): unknown[] => all.map((each) => [...(each as Iterable<unknown>)]);
      expect(lists(decoded)).toEqual(lists(several(length)));
    }
  });
});

describe('the decoder of errors', () => {
  it('reads no more than an error can have', () => {
    const error = decodeError(new Uint8Array(size));
    expect(error).toMatchObject({ message: 'the error of the remote side cannot be decoded' });
    expect((error as Error).cause).toMatchObject({ message: expect.stringContaining(`${size} bytes`) });
  });
});

describe('prototypes stay as they are', () => {
  const before = Reflect.ownKeys(Object.prototype);

  it.each<[string, Serializer, Uint8Array]>([
    [
      'a map',
      msgpack,
      Uint8Array.of(2, 0x91, 0x81, 0xa9, ...utf8.encode('__proto__'), 0x81, 0xa8, ...utf8.encode('polluted'), 1),
    ],
    ['a record', msgpack, Uint8Array.of(1, 0x91, 0xd4, 0x72, 0x40, 0x91, 0xa9, ...utf8.encode('__proto__'), 0x80)],
    ['an object', flatted, utf8.encode('[["1"],{"__proto__":"2"},{"polluted":1}]')],
    ['a tagged object', flatted, utf8.encode('[["1"],{"$":"2","v":"3"},"object",["4","5"],"__proto__",{"polluted":1}]')],
    ['an error', flatted, utf8.encode('[["1"],{"$":"2","v":"3"},"Error",["2",[],["4","5"]],"__proto__",{"polluted":1}]')],
  ])('for the key __proto__ of %s', (_, serializer, bytes) => {
    const decoded = attempt(serializer, bytes);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    for (const value of Array.isArray(decoded) ? decoded : []) expect((value as { polluted?: unknown }).polluted).toBe(undefined);
  });
});
