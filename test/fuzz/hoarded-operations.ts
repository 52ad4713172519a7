/** Operations with large arguments, and with large results. */
import { defineOperation } from 'paladin-rx';

/** Finds a number in the table that is its argument. */
export const lookUp = defineOperation({
  name: 'lookUp',
  create: (table: Uint8Array) => (n: number) => table[n % table.length] ?? 0,
});

/** Makes so many bytes of nothing. */
export const swell = defineOperation({ name: 'swell', execute: (bytes: number) => new Uint8Array(bytes).fill(1) });
