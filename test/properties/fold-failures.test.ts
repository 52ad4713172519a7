import * as fc from 'fast-check';
import { inMemory, remoteFold, remoteMap, type PaladinError, type RemoteOptions, type Runtime } from 'paladin-rx';
import { lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import type { Mark, Marked } from '../support/conduct.js';
import { guard } from '../support/operations.js';
import { failureOf } from '../support/outcome.js';
import { plans, type Plan } from '../support/plans.js';
import { inOrder, markedProblems, type MarkedProblem } from '../support/problems.js';
import { arriving } from '../support/sources.js';

const guardedFold = (
  { elements, monoid }: MarkedProblem,
  runtime: Runtime,
  { conduct, gaps, options }: Plan,
  more: RemoteOptions = {},
): Observable<Marked<unknown>> =>
  arriving(elements, gaps).pipe(
    remoteMap(guard(conduct), runtime, { ...options, ...more }),
    remoteFold(monoid(conduct), runtime, { ...options, ...more }),
  );

const placesOf = (mark: Mark, elements: readonly Marked<unknown>[]): number[] =>
  elements.flatMap((element, at) => (element.mark === mark ? [at] : []));
const ascending = (a: unknown, b: unknown): number => Number(a) - Number(b);

describe('a fold of elements some of which fail', () => {
  it('equals the reduce of the others, where the failing are skipped, and tells of each once', async () => {
    const marks: Mark[] = ['good', 'good', 'breaks map', 'breaks combine'];
    await fc.assert(
      fc.asyncProperty(markedProblems(30, marks), plans, async (problem, plan) => {
        // At least one element can be combined: where none can, there is no telling who is to blame.
        fc.pre(problem.elements.some(({ mark }) => mark === 'good'));
        await using runtime = inMemory({ workers: plan.workers });
        const skipped: PaladinError[] = [];
        const onSkip = (error: PaladinError): void => {
          skipped.push(error);
        };
        const folded = await lastValueFrom(guardedFold(problem, runtime, plan, { onFatal: 'skip', onSkip }));
        const mapped = problem.elements.filter(({ mark }) => mark !== 'breaks map');
        const kept = mapped.filter(({ mark }) => mark !== 'breaks combine');
        expect(inOrder(folded.value)).toEqual(inOrder(problem.expected(kept)));
        const told = (operation: string): unknown[] =>
          skipped.filter((error) => error.operation === operation).map(({ index }) => index);
        // A map that leaves elements out is not fused, so the fold counts its own elements.
        expect(told('guard')).toEqual(placesOf('breaks map', problem.elements));
        expect(told(`guarded-${problem.name}`).toSorted(ascending)).toEqual(placesOf('breaks combine', mapped));
      }),
      runs(200),
    );
  }, 60_000);

  it('equals the reduce of all, where the failing succeed when they are tried again', async () => {
    const marks: Mark[] = ['good', 'breaks map at first', 'breaks combine at first'];
    await fc.assert(
      fc.asyncProperty(markedProblems(30, marks), plans, async (problem, plan) => {
        await using runtime = inMemory({ workers: plan.workers });
        const folded = await lastValueFrom(guardedFold(problem, runtime, plan));
        expect(inOrder(folded.value)).toEqual(inOrder(problem.expected(problem.elements)));
      }),
      runs(200),
    );
  }, 60_000);

  it('ends with the error of the lowest index that breaks the map, fused or not', async () => {
    const marks: Mark[] = ['good', 'good', 'good', 'breaks map'];
    await fc.assert(
      fc.asyncProperty(markedProblems(30, marks), plans, async (problem, plan) => {
        const lowest = problem.elements.findIndex(({ mark }) => mark === 'breaks map');
        fc.pre(lowest !== -1);
        await using runtime = inMemory({ workers: plan.workers });
        expect(await failureOf(guardedFold(problem, runtime, plan))).toMatchObject({
          code: 'OPERATION_FAILED',
          operation: 'guard',
          index: lowest,
          attempts: 1,
        });
      }),
      runs(200),
    );
  }, 60_000);

  it('ends with the error of the one that breaks the combine, fused or not', async () => {
    const scenario = markedProblems(30, ['good']).chain((problem) =>
      fc.record({ problem: fc.constant(problem), at: fc.nat({ max: Math.max(0, problem.elements.length - 1) }) }),
    );
    await fc.assert(
      fc.asyncProperty(scenario, plans, async ({ problem, at }, plan) => {
        fc.pre(problem.elements.length > 1);
        await using runtime = inMemory({ workers: plan.workers });
        const elements = problem.elements.map((element) =>
          element.id === at ? { ...element, mark: 'breaks combine' as const } : element,
        );
        const failure = await failureOf(guardedFold({ ...problem, elements }, runtime, plan));
        expect(failure).toMatchObject({
          code: 'OPERATION_FAILED',
          operation: `guarded-${problem.name}`,
          index: at,
          attempts: 1,
        });
      }),
      runs(200),
    );
  }, 60_000);

  it('ends with the error of one of several that break the combine', async () => {
    const marks: Mark[] = ['good', 'good', 'breaks combine'];
    await fc.assert(
      fc.asyncProperty(markedProblems(20, marks), plans, async (problem, plan) => {
        const broken = problem.elements.filter(({ mark }) => mark !== 'good').map(({ id }) => id);
        const adjacent = broken.some((id) => broken.includes(id + 1));
        // Of two neighbours neither of which can be combined, there is no telling who is to blame.
        fc.pre(broken.length > 1 && !adjacent);
        await using runtime = inMemory({ workers: plan.workers });
        const failure = await failureOf(guardedFold(problem, runtime, plan));
        expect(broken).toContain(failure.index);
      }),
      runs(200),
    );
  }, 60_000);
});
