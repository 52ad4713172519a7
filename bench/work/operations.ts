/** What workers execute, in processes and threads of their own. */
import { setTimeout as wait } from 'node:timers/promises';
import { defineMonoid, defineOperation } from 'paladin-rx';
import { spin } from './spin.js';

export const noOp = defineOperation({ name: 'no-op', execute: (value: unknown) => value });

/** Computes for so many iterations. */
export const spinFor = defineOperation({
  name: 'spin-for',
  create: (iterations: number) => (element: number) => spin(element, iterations),
});

/** Computes for so many iterations, and gives the element back. */
export const passAfter = defineOperation({
  name: 'pass-after',
  create: (iterations: number) => (element: unknown) => spinOver(element, iterations),
});

/** Computes for so many iterations. @returns the element */
export function spinOver(element: unknown, iterations: number): unknown {
  // What was computed must be looked at, or a compiler leaves the loop out.
  if (spin(iterations, iterations) < 0) throw new Error('expected a number from 0');
  return element;
}

/** Waits so many milliseconds, without computing. */
export const waitFor = defineOperation({
  name: 'wait-for',
  create: (ms: number) => async (element: number) => {
    await wait(ms);
    return element;
  },
});

/** Does nothing, but for one element, over which it waits. */
export const waitOnce = defineOperation({
  name: 'wait-once',
  create: (slow: number, ms: number) => async (element: number) => {
    if (element === slow) await wait(ms);
    return element;
  },
});

export const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

export const label = defineOperation({ name: 'label', execute: (n: number) => `item ${n};` });

export const concat = defineMonoid({ name: 'concat', empty: () => '', combine: (a: string, b: string) => a + b });
