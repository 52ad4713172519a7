/**
 * Keys that all have the same hash in V8: its `ComputeLongHash` and `ComputeUnseededHash`, taken back step by step from hashes
 * whose low 30 bits, or those that a table looks at, are the same.
 */

/** A bigint's hash is that of its low 64 bits. */
export function collidingBigints(count: number): bigint[] {
  return Array.from({ length: count }, (_, at) => beforeLongHash((BigInt(at) << 30n) | 5n));
}

/** A number's that is no small integer is that of its bits. */
export function collidingDoubles(count: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  return collidingBigints(2 * count)
    .map((bits) => {
      view.setBigUint64(0, bits);
      return view.getFloat64(0);
    })
    .filter((number) => !Number.isInteger(number) && !Number.isNaN(number))
    .slice(0, count);
}

/** Of 32 bits, as many have the low 16 in common. */
export function collidingIntegers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => beforeUnseededHash(BigInt((at << 16) >>> 0) | 5n));
}

function beforeLongHash(hash: bigint): bigint {
  let bits = unshifted(hash, 22n, 64);
  bits = BigInt.asUintN(64, bits * inverse(65n));
  bits = unshifted(bits, 11n, 64);
  bits = BigInt.asUintN(64, bits * inverse(21n));
  bits = unshifted(bits, 31n, 64);
  return BigInt.asUintN(64, (bits + 1n) * inverse((1n << 18n) - 1n));
}

function beforeUnseededHash(hash: bigint): number {
  let bits = unshifted(hash, 16n, 32);
  bits = BigInt.asUintN(32, bits * inverse(2057n));
  bits = unshifted(bits, 4n, 32);
  bits = BigInt.asUintN(32, bits * inverse(5n));
  bits = unshifted(bits, 12n, 32);
  return Number(BigInt.asIntN(32, (bits + 1n) * inverse((1n << 15n) - 1n)));
}

/** Takes back `bits ^= bits >> by`. */
function unshifted(bits: bigint, by: bigint, width: number): bigint {
  let before = bits;
  for (let known = Number(by); known < width; known += Number(by)) before = bits ^ (before >> by);
  return before;
}

/** By which a product with an odd factor is taken back, modulo a power of two. */
function inverse(factor: bigint): bigint {
  let found = 1n;
  for (let bits = 1; bits < 64; bits *= 2) found = BigInt.asUintN(64, found * (2n - factor * found));
  return found;
}
