import { describe, expect, it } from 'vitest';
import { elementPartial, type ValuedPartial } from '../../src/core/fold/partial.js';
import type { NewRecord } from '../../src/core/job/batch-ledger.js';
import type { JobConfig } from '../../src/core/job/job-events.js';
import { JobState } from '../../src/core/job/job-state.js';
import { settleLoss, settleResult } from '../../src/core/job/settlement.js';
import { joinParts } from '../../src/wire/parts.js';
import { configOf, json, stage } from './job-harness.js';
import { present } from '../support/exactly.js';

const bytes = json.encode(['x']);

/** A fold behind a map, whose only batch is sent. */
function withSent(add: (ledger: JobState['ledger']) => void, changes: Partial<JobConfig> = {}): JobState {
  const state = new JobState(configOf({ stages: [stage('map'), stage('fold')], ...changes }));
  add(state.ledger);
  state.ledger.send(present(state.ledger.nextReady(Infinity)), 0);
  return state;
}

/** Partials of so many elements each. */
function partials(...widths: number[]): ValuedPartial[] {
  let first = 0;
  return widths.map((count) => {
    first += count;
    return elementPartial(first - count, count, bytes);
  });
}

/** The first units of the only batch have become this partial. */
function done(state: JobState, units: number, elapsedMs: number): void {
  const result = { seq: 0, attempt: 1, done: units, failures: [], elapsedMs, payload: joinParts([bytes]) };
  settleResult(state, { workerId: 'w' }, result, 0);
}

describe('a batch of which a worker gave some back', () => {
  it('shows what it costs to combine those that are done', () => {
    const state = withSent((ledger) => ledger.addPartials(partials(10, 10, 500, 500)));
    done(state, 2, 40);
    expect(state.fold?.combineMs(2, 20)).toBeCloseTo(40);
    expect([0, 20, 520].map((first) => state.fold?.startingAt(first)?.count)).toEqual([20, 500, 500]);
  });
});

describe('an element that was tried again, and is in a partial', () => {
  it.each([
    ['in the stage before alone', [2, 0], 0],
    ['in both', [2, 1], 1],
  ])('has as many tries of its combine as reached that: it failed %s', (_, retries, tried) => {
    const again: NewRecord = { first: 0, count: 1, payload: bytes, retries, tried: 3 - (retries[1] === 0 ? 1 : 0) };
    const state = withSent((ledger) => ledger.add(again));
    done(state, 1, 1);
    expect(state.fold?.startingAt(0)?.tried).toBe(tried);
  });
});

describe('two partials that die together', () => {
  it('leave the left one as often tried as it was before', () => {
    const [left, right] = partials(1, 1);
    const parts = [{ ...present(left), tried: 3 }, present(right)];
    const stages = [stage('map'), stage('fold', { onFatal: 'skip' })];
    const state = withSent((ledger) => ledger.addPartials(parts), { stages, maxDeaths: 1 });
    settleLoss(state, { workerId: 'w' }, { seq: 0, attempt: 1, cause: 'death', reason: 'it crashed' }, 0);
    expect(state.fold?.startingAt(0)).toMatchObject({ tried: 3, bytes });
  });
});

describe('a combine that was wasted', () => {
  it('is done again whole, though it is known how far it was', () => {
    const state = withSent((ledger) => ledger.addPartials(partials(1, 1, 1, 1)));
    settleLoss(state, { workerId: 'w' }, { seq: 0, attempt: 1, cause: 'wasted', reason: 'another one crashed', offset: 1 }, 0);
    expect(state.ledger.nextReady(Infinity)).toMatchObject({ seq: 0, count: 4, spent: [1] });
  });
});
