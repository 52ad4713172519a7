import { defineMonoid, defineOperation } from 'paladin-rx';

/** Known to the page and to the test alike. */
export const double = defineOperation({ name: 'double', execute: (n: number) => 2 * n });
export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (left: number, right: number) => left + right });
/** Whether it runs in a browser's page, for any input. */
export const inPage = defineOperation({ name: 'in-page', execute: (_: null) => 'document' in globalThis });
