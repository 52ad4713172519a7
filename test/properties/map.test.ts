import * as fc from 'fast-check';
import { defineOperation, fromPull, inMemory, remoteMap } from 'paladin-rx';
import { from, lastValueFrom, map, mergeMap, tap, toArray, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import { lengthOf, shout, triple } from '../support/operations.js';
import { plans, type Plan } from '../support/plans.js';
import { arriving } from '../support/sources.js';

const numbers = fc.array(fc.nat({ max: 9_999 }), { maxLength: 60, size: 'max' });

const collected = async <T>(observable: Observable<T>): Promise<T[]> => await lastValueFrom(observable.pipe(toArray()));

describe('remoteMap in memory', () => {
  it('equals map, in order, however the work is cut, delayed and spread', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, plans, async (list, { workers, gaps, conduct, options }) => {
        await using runtime = inMemory({ workers });
        const mapped = arriving(list, gaps).pipe(remoteMap(triple(conduct), runtime, options));
        expect(await collected(mapped)).toEqual(list.map((x) => 3 * x));
      }),
      runs(150),
    );
  }, 60_000);

  it('yields the same elements in any order, where the order is of no matter', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, plans, async (list, { workers, gaps, conduct, options }) => {
        await using runtime = inMemory({ workers });
        const mapped = arriving(list, gaps).pipe(remoteMap(triple(conduct), runtime, { ...options, ordered: false }));
        expect((await collected(mapped)).toSorted()).toEqual(list.map((x) => 3 * x).toSorted());
      }),
      runs(150),
    );
  }, 60_000);

  it('equals map for chains of several operations, with others in between', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, plans, fc.string({ maxLength: 2 }), fc.boolean(), async (list, plan, mark, split) => {
        await using runtime = inMemory({ workers: plan.workers });
        const { conduct, options }: Plan = plan;
        const shouted = arriving(list, plan.gaps).pipe(
          remoteMap(triple(conduct), runtime, options),
          remoteMap(shout(conduct, mark), runtime, options),
        );
        const lengths = (split ? shouted.pipe(map((text) => text)) : shouted).pipe(
          remoteMap(lengthOf(conduct), runtime, options),
        );
        expect(await collected(lengths)).toEqual(list.map((x) => `${3 * x}${mark}`.length));
      }),
      runs(150),
    );
  }, 60_000);

  it('keeps many jobs on one runtime apart', async () => {
    const jobs = fc.array(fc.tuple(numbers, plans, fc.string({ maxLength: 2 })), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 6 }), async (list, workers) => {
        await using runtime = inMemory({ workers });
        const results = list.map(([elements, { gaps, conduct, options }, mark]) =>
          collected(arriving(elements, gaps).pipe(remoteMap(shout(conduct, mark), runtime, options))),
        );
        expect(await Promise.all(results)).toEqual(list.map(([elements, , mark]) => elements.map((x) => `${x}${mark}`)));
      }),
      runs(40),
    );
  }, 60_000);

  it('begins no more elements than the window has room for beyond those emitted', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, plans, fc.boolean(), async (list, { workers, gaps, conduct, options }, pulled) => {
        const { window = 8 } = options;
        let begun = 0;
        let emitted = 0;
        let most = 0;
        const counted = defineOperation({
          name: 'counted',
          execute: async (x: number) => {
            begun += 1;
            most = Math.max(most, begun - emitted);
            for (let turn = 0; turn < x % (conduct.mostTurns + 1); turn += 1) {
              await new Promise((resolve) => setImmediate(resolve));
            }
            return x;
          },
        });
        await using runtime = inMemory({ workers });
        const source = pulled ? fromPull(list) : arriving(list, gaps);
        const mapped = source.pipe(
          remoteMap(counted, runtime, { ...options, window }),
          tap(() => {
            emitted += 1;
          }),
        );
        expect(await collected(mapped)).toEqual(list);
        expect(most).toBeLessThanOrEqual(window);
      }),
      runs(150),
    );
  }, 60_000);

  it('serves as the inner observable of others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { maxLength: 5 }), plans, async (lists, { workers, conduct, options }) => {
        await using runtime = inMemory({ workers });
        const merged = from(lists).pipe(mergeMap((list) => from(list).pipe(remoteMap(triple(conduct), runtime, options))));
        expect((await collected(merged)).toSorted()).toEqual(
          lists
            .flat()
            .map((x) => 3 * x)
            .toSorted(),
        );
      }),
      runs(50),
    );
  }, 60_000);
});
