/** What the workers of the chaos run can do. */
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineMonoid, defineOperation, TransientError } from 'paladin-rx';
import { inverted, type Block } from './blocks.js';

/** Takes next to no time. */
export const triple = defineOperation({ name: 'triple', execute: (n: number) => 3 * n });

/** Waits, and holds a thread meanwhile without using a core. */
export const linger = defineOperation({
  name: 'linger',
  execute: async ({ index, ms }: { readonly index: number; readonly ms: number }, { signal }) => {
    await sleep(ms, undefined, { signal });
    return index;
  },
});

export const invert = defineOperation({ name: 'invert', execute: (block: Block) => inverted(block) });

/** Fails at the first tries: 0, 1 or 2 of them. */
export const hesitate = defineOperation({
  name: 'hesitate',
  execute: (n: number, { attempt }) => {
    if (attempt <= n % 3) throw new TransientError(`not at attempt ${attempt}`);
    return n;
  },
});

export const spell = defineOperation({ name: 'spell', execute: (n: number) => `${n} ` });

/** Its result shows which elements went in, how often, and in which order. */
export const concatenate = defineMonoid({
  name: 'concatenate',
  empty: () => '',
  combine: (left: string, right: string) => left + right,
});

/** Writes a line when it begins, and takes long. */
export const toil = defineOperation({
  name: 'toil',
  execute: async ({ ms, file }: { readonly ms: number; readonly file: string }, { signal }) => {
    await appendFile(file, `begun by process ${process.pid}\n`);
    await sleep(ms, undefined, { signal });
    return `toiled for ${ms} ms`;
  },
});
