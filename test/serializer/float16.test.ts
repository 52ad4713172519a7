import { flatted, msgpack } from 'paladin-rx';
import { expect, it } from 'vitest';

/** Newer engines have it. */
const float16 = Reflect.get(globalThis, 'Float16Array') as { from(numbers: readonly number[]): Float32Array } | undefined;

it.skipIf(float16 === undefined).each([msgpack, flatted])('a Float16Array travels as what it is: $name', (serializer) => {
  const whole = float16?.from([1.5, -0, Number.NaN, Infinity, 65_504, 2 ** -24]);
  const values = [whole, { part: whole?.subarray(1, 3) }, new Map([['none', float16?.from([])]])];
  expect(serializer.decode(serializer.encode(values))).toStrictEqual(values);
});
