import type { Random } from '../simulation/random.js';

type ByteMutation = (bytes: Uint8Array<ArrayBuffer>, random: Random) => Uint8Array<ArrayBuffer>;

/** Bytes that mean something in headers, lengths and texts. */
const telling = [0, 1, 2, 3, 4, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0xfe, 0xff];

const mutations: readonly ByteMutation[] = [
  function flipBits(bytes, random) {
    const flipped = bytes.slice();
    for (let left = random.int(1, 4); left > 0; left -= 1) {
      const at = random.int(0, bytes.byteLength - 1);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(0, 7));
    }
    return flipped;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.int(0, bytes.byteLength - 1));
  },
  function append(bytes, random) {
    return joined(bytes, randomBytes(random, random.int(1, 40)));
  },
  function insert(bytes, random) {
    const at = random.int(0, bytes.byteLength);
    return joined(bytes.slice(0, at), randomBytes(random, random.int(1, 8)), bytes.slice(at));
  },
  function cutOut(bytes, random) {
    const at = random.int(0, bytes.byteLength - 1);
    return joined(bytes.slice(0, at), bytes.slice(at + random.int(1, 8)));
  },
  function repeat(bytes, random) {
    const at = random.int(0, bytes.byteLength - 1);
    return joined(bytes, bytes.slice(at, at + random.int(1, 64)));
  },
  function setByte(bytes, random) {
    const set = bytes.slice();
    set[random.int(0, bytes.byteLength - 1)] = random.pick(telling);
    return set;
  },
  function setLength(bytes, random) {
    if (bytes.byteLength < 4) return joined(bytes, bytes);
    const set = bytes.slice();
    const lengths = [0, 1, bytes.byteLength, bytes.byteLength * 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    new DataView(set.buffer).setUint32(random.int(0, bytes.byteLength - 4), random.pick(lengths), random.chance(0.8));
    return set;
  },
  function setNumber(bytes, random) {
    if (bytes.byteLength < 8) return joined(bytes, bytes);
    const set = bytes.slice();
    const numbers = [NaN, Infinity, -Infinity, -1, -0, 0.5, 2 ** 53, 1e308, Number.MIN_VALUE];
    new DataView(set.buffer).setFloat64(random.int(0, bytes.byteLength - 8), random.pick(numbers), true);
    return set;
  },
];

/** A copy of the bytes with something wrong with it, most of the time; the same for the same random numbers. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  return copy.byteLength === 0 ? randomBytes(random, random.int(1, 20)) : random.pick(mutations)(copy, random);
}

export function randomBytes(random: Random, count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, () => random.int(0, 255));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
