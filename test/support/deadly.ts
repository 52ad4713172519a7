import { writeFileSync } from 'node:fs';
import { defineOperation } from 'paladin-rx';

/** Ends the thread or process that executes it, for numbers below 0. */
export const deadly = defineOperation({
  name: 'deadly',
  execute: (x: number): number => {
    if (x < 0) process.exit(9);
    return x;
  },
});

/** Makes a file of that name and never comes back, heeding nothing; with an empty name it does neither. */
export const spin = defineOperation({
  name: 'spin',
  execute: (marker: string): string => {
    if (marker === '') return 'unharmed';
    writeFileSync(marker, '');
    for (;;);
  },
});

/** Never comes back for 0, but lets others run. */
export const pending = defineOperation({
  name: 'pending',
  execute: (x: number): number | Promise<number> => (x === 0 ? new Promise(() => undefined) : x),
});

export const mirror = defineOperation({ name: 'mirror', execute: (value: unknown): unknown => value });

export const relay = defineOperation({ name: 'relay', execute: (x: number): number => x });
