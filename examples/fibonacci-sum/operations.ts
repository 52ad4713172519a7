import { defineMonoid, defineOperation } from 'paladin-rx';

/** The nth Fibonacci number, the first two being 1. */
export const fibAt = defineOperation({
  name: 'fib-at',
  execute: (n: number) => {
    let [here, next] = [0, 1];
    for (let at = 0; at < n; at += 1) [here, next] = [next, here + next];
    return here;
  },
});

/** With an argument: it is sent once to each worker, not with each element. */
export const multiplyBy = defineOperation({ name: 'multiply-by', create: (factor: number) => (x: number) => factor * x });

export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
