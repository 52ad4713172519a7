import * as fc from 'fast-check';
import { inMemory } from 'paladin-rx';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import { mappedFold, plans } from '../support/plans.js';
import { inOrder, problems } from '../support/problems.js';
import { arriving } from '../support/sources.js';

describe('remoteFold in memory', () => {
  it('equals the sequential reduce, however the work is cut, mapped before, delayed and spread', async () => {
    await fc.assert(
      fc.asyncProperty(problems(40), plans, async ({ elements, monoid, expected }, plan) => {
        await using runtime = inMemory({ workers: plan.workers });
        const folded = await lastValueFrom(mappedFold(arriving(elements, plan.gaps), monoid, runtime, plan));
        expect(inOrder(folded)).toEqual(inOrder(expected));
      }),
      runs(400),
    );
  }, 60_000);

  it('equals it for lists of none, one and two elements', async () => {
    await fc.assert(
      fc.asyncProperty(problems(2), plans, async ({ elements, monoid, expected }, plan) => {
        await using runtime = inMemory({ workers: plan.workers });
        const folded = await lastValueFrom(mappedFold(arriving(elements, plan.gaps), monoid, runtime, plan));
        expect(inOrder(folded)).toEqual(inOrder(expected));
      }),
      runs(150),
    );
  }, 60_000);

  it('equals it for lists of hundreds', async () => {
    await fc.assert(
      fc.asyncProperty(problems(1_000), plans, async ({ elements, monoid, expected }, plan) => {
        await using runtime = inMemory({ workers: plan.workers });
        const options = { ...plan.options, window: (plan.options.window ?? 1) * 20 };
        const folded = await lastValueFrom(mappedFold(arriving(elements), monoid, runtime, { ...plan, options }));
        expect(inOrder(folded)).toEqual(inOrder(expected));
      }),
      runs(40),
    );
  }, 60_000);

  it('equals it where many folds share a runtime', async () => {
    const several = fc.array(fc.tuple(problems(20), plans), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(several, fc.integer({ min: 1, max: 6 }), async (folds, workers) => {
        await using runtime = inMemory({ workers });
        const results = folds.map(async ([{ elements, monoid }, plan]) =>
          inOrder(await lastValueFrom(mappedFold(arriving(elements, plan.gaps), monoid, runtime, plan))),
        );
        expect(await Promise.all(results)).toEqual(folds.map(([{ expected }]) => inOrder(expected)));
      }),
      runs(40),
    );
  }, 60_000);
});
