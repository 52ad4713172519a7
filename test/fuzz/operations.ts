/** What healthy workers can do. */
import { defineMonoid, defineOperation } from 'paladin-rx';

export interface Note {
  readonly n: number;
  readonly text: string;
}

export const mirror = defineOperation({ name: 'mirror', execute: ({ n, text }: Note) => ({ n: -n, text: text.toUpperCase() }) });

export const half = defineOperation({ name: 'half', execute: (n: number) => n / 2 });

export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (left: number, right: number) => left + right });
