import { describe, expect, it } from 'vitest';
import { planned } from '../../src/core/job/finish.js';
import type { FoldAssembly } from '../../src/core/job/fold-assembly.js';
import { JobState } from '../../src/core/job/job-state.js';
import { elementPartial, type ValuedPartial } from '../../src/core/job/partial.js';
import { configOf, stage } from './job-harness.js';

function partialAt(first: number): ValuedPartial {
  return elementPartial(first, 1, new Uint8Array(1));
}

/** A fold of whose elements all have become partials: first pairs that are being combined, then some that are held. */
function foldAtItsEnd(sentPairs: number, held: number, slots: number, combineMs: number): [JobState, FoldAssembly] {
  const state = new JobState(configOf({ stages: [stage('fold')] }));
  const { fold, ledger, combineCost } = state;
  if (fold === undefined) throw new Error('no fold');
  for (let trip = 0; trip < 50; trip += 1) combineCost.observe(2, trip % 2 === 0 ? 2 : 16, combineMs);
  state.source = { state: 'completed' };
  state.slots = slots;
  state.cut = 2 * sentPairs + held;
  for (let first = 0; first < 2 * sentPairs; first += 2) {
    ledger.addPartials([partialAt(first), partialAt(first + 1)]);
    const record = ledger.nextReady(Infinity);
    if (record !== undefined) ledger.send(record, 0);
  }
  for (let first = 2 * sentPairs; first < state.cut; first += 1) fold.put(partialAt(first));
  return [state, fold];
}

/** The first indices of the pairs that are to be combined now. */
function plannedPairs(...[state, fold]: [JobState, FoldAssembly]): number[] | undefined {
  return planned(state, fold, 0)
    ?.groups.map(([left]) => left?.first ?? 0)
    .toSorted((a, b) => a - b);
}

describe('the end of a fold', () => {
  it('combines all pairs at once that come before anything else', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 8, 8, 1_000))).toEqual([0, 2, 4, 6]);
  });

  it('combines no more of them than there are idle slots', () => {
    expect(plannedPairs(...foldAtItsEnd(2, 6, 4, 1_000))).toHaveLength(2);
    expect(plannedPairs(...foldAtItsEnd(1, 6, 4, 1_000))).toHaveLength(3);
  });

  it('is planned when there is a slot for each two partials', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 9, 4, 1_000))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 9, 5, 1_000))).toBeDefined();
  });

  it('is planned for so many partials as combines are worth', () => {
    expect(plannedPairs(...foldAtItsEnd(0, 64, 500, 20))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 64, 500, 200))).toHaveLength(32);
    expect(plannedPairs(...foldAtItsEnd(0, 256, 500, 200))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 256, 500, 100_000))).toHaveLength(128);
    expect(plannedPairs(...foldAtItsEnd(0, 257, 500, 1e9))).toBeUndefined();
    expect(plannedPairs(...foldAtItsEnd(0, 8, 8, 10))).toBeUndefined();
  });

  it('says when to look again whether something is late', () => {
    const [state, fold] = foldAtItsEnd(1, 1, 4, 1_000);
    expect(planned(state, fold, 0)).toEqual({ groups: [], lookAt: expect.closeTo(1_500, -2) as number });
  });
});
