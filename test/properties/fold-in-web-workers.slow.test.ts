import * as fc from 'fast-check';
import { inMemory, type Runtime } from 'paladin-rx';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import { mappedFold, plans } from '../support/plans.js';
import { inOrder, problems } from '../support/problems.js';
import { arriving } from '../support/sources.js';
import { WebWorkerInNode } from '../support/web-workers.js';

const script = new URL('../fixtures/web-worker-monoids.mjs', import.meta.url);

describe('remoteFold in Web Workers', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 3, worker: () => new WebWorkerInNode(script), noWorkerTimeout: 60_000 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('equals the sequential reduce', async () => {
    await fc.assert(
      fc.asyncProperty(problems(40), plans, async ({ elements, monoid, expected }, plan) => {
        const folded = await lastValueFrom(mappedFold(arriving(elements, plan.gaps), monoid, runtime, plan));
        expect(inOrder(folded)).toEqual(inOrder(expected));
      }),
      runs(40),
    );
  }, 60_000);
});
