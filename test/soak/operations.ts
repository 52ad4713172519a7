/** What the workers of the soak run can do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { defineMonoid, defineOperation, FatalError, TransientError } from 'paladin-rx';

/** With arguments, which each job sends anew. */
export const add = defineOperation({ name: 'add', create: (summand: number) => (n: number) => n + summand });

export const linger = defineOperation({
  name: 'linger',
  execute: async (ms: number, { signal }) => {
    await sleep(ms, undefined, { signal });
    return ms;
  },
});

export const hesitate = defineOperation({
  name: 'hesitate',
  execute: (n: number, { attempt }) => {
    if (attempt <= n % 3) throw new TransientError(`not at attempt ${attempt}`);
    return n;
  },
});

/** Fails for good at every seventh. */
export const stumble = defineOperation({
  name: 'stumble',
  execute: (n: number) => {
    if (n % 7 === 6) throw new FatalError(`not ${n}`);
    return n;
  },
});

export const spell = defineOperation({ name: 'spell', execute: (n: number) => `${n} ` });

export const concatenate = defineMonoid({
  name: 'concatenate',
  empty: () => '',
  combine: (left: string, right: string) => left + right,
});
