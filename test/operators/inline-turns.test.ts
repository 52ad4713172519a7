import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { lastValueFrom, range, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gate } from '../support/gate.js';

/** How many operations were executed since a timer had its turn, and the most ever. */
let since = 0;
let most = 0;
let timer: NodeJS.Timeout | undefined;

beforeEach(() => {
  since = most = 0;
  const turn = (): void => {
    since = 0;
    timer = setTimeout(turn, 1);
  };
  turn();
});
afterEach(() => clearTimeout(timer));

/** Computes for a millisecond, or for longer where the machine is busy. */
function spin(): void {
  const endMs = performance.now() + 1;
  while (performance.now() < endMs);
  since += 1;
  most = Math.max(most, since);
}

const slow = defineOperation({
  name: 'slow',
  execute: (x: number) => {
    spin();
    return x;
  },
});
const slowSum = defineMonoid({
  name: 'slow-sum',
  empty: () => 0,
  combine: (a: number, b: number) => {
    spin();
    return a + b;
  },
});

/** Operations of 1 ms take 10 ms then. */
const mostBetweenTurns = 10;

describe('an inline runtime lets timers have their turn every 10 ms', () => {
  it('while elements take a millisecond each', async () => {
    await using runtime = inMemory();
    const outputs = await lastValueFrom(range(0, 300).pipe(remoteMap(slow, runtime, { batch: 100 }), toArray()));
    expect(outputs).toEqual(Array.from({ length: 300 }, (_, x) => x));
    expect(most).toBeLessThanOrEqual(mostBetweenTurns);
  });

  it('also when the elements before took no time', async () => {
    await using runtime = inMemory({ workers: 1 });
    const late = defineOperation({
      name: 'late',
      execute: (x: number) => {
        if (x % 2_000 >= 1_900) spin();
        return x;
      },
    });
    await lastValueFrom(range(0, 4_000).pipe(remoteMap(late, runtime, { batch: 2_000 })));
    expect(most).toBeLessThanOrEqual(mostBetweenTurns);
  });

  it('while a fold combines', async () => {
    await using runtime = inMemory();
    expect(await lastValueFrom(range(1, 200).pipe(remoteFold(slowSum, runtime, { batch: 64 })))).toBe(20_100);
    expect(most).toBeLessThanOrEqual(mostBetweenTurns);
  });

  it('while elements that wait are executed beside others', async () => {
    await using runtime = inMemory({ workers: 16 });
    const both = defineOperation({
      name: 'both',
      execute: async (x: number) => {
        await Promise.resolve();
        spin();
        return x;
      },
    });
    await lastValueFrom(range(0, 200).pipe(remoteMap(both, runtime, { batch: 10 })));
    expect(most).toBeLessThanOrEqual(mostBetweenTurns);
  });

  it('and cancels in between what nobody wants any more', async () => {
    await using runtime = inMemory({ workers: 1 });
    let executed = 0;
    const begun = gate();
    const counted = defineOperation({
      name: 'counted',
      execute: (x: number) => {
        begun.open();
        spin();
        executed += 1;
        return x;
      },
    });
    const subscription = range(0, 500)
      .pipe(remoteMap(counted, runtime, { batch: 500 }))
      .subscribe();
    await begun.opened;
    subscription.unsubscribe();
    const before = executed;
    await runtime.close();
    expect(executed).toBe(before);
    expect(before).toBeLessThan(500);
  });
});
