import { describe, expect, it } from 'vitest';
import { encodeElements } from '../../src/core/job/encode-elements.js';
import { maxPropertyEscapes } from '../../src/serializer/limits.js';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';

const count = 4_000_000;
/** Text takes longer to read, and so may mean less. */
const countInText = 1_500_000;

/** A list that is filled with repetitions of a few bytes. */
function repeated(layout: number, unit: readonly number[], times = count): Uint8Array {
  const bytes = new Uint8Array(7 + times * unit.length);
  bytes.set([layout, 0x91, 0xdd]);
  new DataView(bytes.buffer).setUint32(3, times);
  bytes.set(unit, 7);
  // What is filled doubles each time.
  for (let filled = unit.length; filled < times * unit.length; filled *= 2) bytes.copyWithin(7 + filled, 7, 7 + filled);
  return bytes;
}

describe('a payload becomes no more than its bytes can mean', () => {
  it.each<[string, number, readonly number[]]>([
    ['empty Maps', 1, [0x80]],
    ['empty objects', 2, [0x80]],
    ['empty lists', 1, [0x90]],
    ['records without keys', 1, [0x40]],
    ['empty Sets', 1, [0xd4, 0x73, 0, 0x90]],
    ['empty typed arrays', 1, [0xc7, 1, 0x74, 6]],
    ['empty bytes', 3, [0xc4, 0]],
    ['bigints', 1, [0xc7, 1, 0x42, 5]],
    ['tags', 3, [0x80]],
  ])('in msgpack: %s', (_, layout, unit) => {
    expect(() => msgpack.decode(repeated(layout, unit))).toThrow('may hold');
  });

  it('in lists that promise more than there is', () => {
    const bytes = new Uint8Array(3_001).fill(0xdc).fill(1, 0, 1);
    for (let at = 2; at < bytes.length; at += 3) bytes.set([0xff, 0xff], at);
    expect(() => msgpack.decode(bytes)).toThrow('more items than there are bytes');
  });

  it.each(['[]', '{}'])('in text: %s', (unit) => {
    const text = `[["1"],[${`${unit},`.repeat(countInText)}0]]`;
    expect(() => flatted.decode(new TextEncoder().encode(text))).toThrow('may hold');
  });

  it.each([
    ['equal strings', `[["1"],[${'"2",'.repeat(countInText)}0],""]`],
    ['numbers', `[["1"],[${'1,'.repeat(countInText)}0]]`],
  ])('in text, which takes longer to make than to send: %s', (_, text) => {
    expect(() => flatted.decode(new TextEncoder().encode(text))).toThrow('may hold');
  });

  it('who writes a text that takes too long to read is told; a hundred thousand lists find room', () => {
    const many = (length: number): unknown[] => Array.from({ length }, () => []);
    expect((flatted.decode(flatted.encode([many(100_000)]))[0] as unknown[]).length).toBe(100_000);
    expect(() => flatted.encode([many(300_000)])).toThrow('$ is more small values than fit into one payload');
  });
});

describe('regular expressions that take long to read', () => {
  it.each([
    ['[\\W]', 'iv'],
    ['\\P{L}', 'iv'],
    ['\\w', 'iu'],
    ['[\\S]', 'iv'],
  ])('%s with %s are refused, in one and in many', (unit, flags) => {
    const one = JSON.stringify([['1'], { $: '2', v: '3' }, 'RegExp', ['4', '5', 0], unit.repeat(5_000), flags]);
    expect(() => flatted.decode(new TextEncoder().encode(one))).toThrow('escapes');
    const regExps = Array.from({ length: maxPropertyEscapes + 1 }, (_, at) => new RegExp(`${unit}${at}`, flags));
    expect(() => msgpack.encode([regExps])).toThrow('escapes');
    const pieces = [...encodeElements(msgpack, regExps, 0, 2 ** 30)];
    expect(pieces.every(({ type }) => type === 'batch')).toBe(true);
  });

  it.each([
    ['\\p{RGI_Emoji}', 8, 'iv'],
    ['\\p{Basic_Emoji}', 8, 'iv'],
    ['[\\p{RGI_Emoji_ZWJ_Sequence}&&\\p{RGI_Emoji}]', 4, 'iv'],
    ['\\p{RGI_Emoji}', 16, 'v'],
    ['(?i:\\p{RGI_Emoji})', 3, 'v'],
    ['[b-\uffff]', 1_100, 'iv'],
    ['[b-\\u{fffff}]', 1_100, 'iv'],
  ])('%s %i times with %s is refused', (unit, times, flags) => {
    const text = JSON.stringify([['1'], { $: '2', v: '3' }, 'RegExp', ['4', '5', 0], unit.repeat(times), flags]);
    expect(() => flatted.decode(new TextEncoder().encode(text))).toThrow('escapes');
  });

  it.each([
    ['^\\p{RGI_Emoji}$', 'v'],
    ['^\\p{RGI_Emoji}$', 'iv'],
    ['[\\p{L}--\\p{Lu}]+', 'iv'],
    ['\\p{Emoji_Presentation}'.repeat(100), 'u'],
    ['[а-яё]+-[à-ÿ]+', 'iv'],
    ['(a{1000}){1000}', ''],
    ['(?<=\\w)x', 'iu'],
  ])('honest ones travel: %s with %s', (source, flags) => {
    const regExp = new RegExp(source, flags);
    for (const serializer of [msgpack, flatted]) expect(serializer.decode(serializer.encode([regExp]))).toEqual([regExp]);
  });
});
