import { describe, expect, it } from 'vitest';
import type { BatchRecord, NewRecord } from '../../src/core/job/batch-ledger.js';
import type { Failure } from '../../src/core/job/failure.js';
import type { JobConfig } from '../../src/core/job/job-events.js';
import { JobState } from '../../src/core/job/job-state.js';
import { judge, partialFailed, slice } from '../../src/core/job/judgement.js';
import { elementPartial, identityPartial, type ValuedPartial } from '../../src/core/fold/partial.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { configOf, failure, json, laterPart, stage } from './job-harness.js';
import { present } from '../support/exactly.js';

function stateOf(changes: Partial<JobConfig>): JobState {
  return new JobState(configOf(changes));
}

/** A batch that has just been taken out to be settled. */
function settled(state: JobState, add: (ledger: JobState['ledger']) => void): BatchRecord {
  add(state.ledger);
  const record = present(state.ledger.nextReady(Infinity));
  state.ledger.settle(record);
  return record;
}

/** Partials of an element each, from element 0 on, whose combinations were begun so often in vain. */
function partials(...tried: number[]): ValuedPartial[] {
  return tried.map((times, at) => ({ ...elementPartial(at, 1, json.encode([`${at}`])), tried: times }));
}

const fatal = (offset: number, changes: Partial<Failure> = {}): Failure => ({
  ...failure(offset, { kind: 'fatal' }),
  ...changes,
});
const transient = (offset: number): Failure => failure(offset, { kind: 'transient' });
const skip = { onFatal: 'skip' } as const;

describe('the attempts that an error tells', () => {
  it.each([
    [0, 3],
    [1, 3],
    [2, 6],
    [3, 1],
  ])(
    'are those of the partial that failed; of the first two together, which are combined with each other: at %d',
    (offset, attempts) => {
      const state = stateOf({ stages: [stage('fold')] });
      const record = settled(state, (ledger) => ledger.addPartials(partials(2, 0, 5, 0)));
      judge(state, record, [fatal(offset)], { attempt: 1, worker: { workerId: 'w' } }, 0);
      expect(state.inHand.close()).toMatchObject([{ type: 'failed', error: { attempts } }]);
    },
  );
});

describe('failures of one batch', () => {
  it('are none of them told beyond the one that ends the job', () => {
    const state = stateOf({ stages: [stage('fold')] });
    const record = settled(state, (ledger) => ledger.addPartials(partials(0, 0, 0)));
    judge(state, record, [fatal(1), fatal(2, skip)], { attempt: 1, worker: { workerId: 'w' } }, 0);
    expect(state.inHand.close()).toMatchObject([{ type: 'failed', error: { index: 1 } }]);
  });

  it('never let the job go on beyond the earliest that ends it', () => {
    const state = stateOf({ stages: [stage('fold')] });
    state.stopAt = 2;
    const error = () => new PaladinError('OPERATION_FAILED', 'boom');
    partialFailed(state, 'terminate', elementPartial(5, 1, json.encode(['f'])), { stage: 0, error });
    expect(state.stopAt).toBe(2);
  });
});

describe('what is tried again at once', () => {
  it('is a partial that looks for a neighbour, whatever the time', () => {
    const state = stateOf({ stages: [stage('map'), stage('fold')] });
    const record = settled(state, (ledger) => ledger.addPartials(partials(0, 0)));
    judge(state, record, [{ ...transient(1), stage: 1 }], { attempt: 1, worker: { workerId: 'w' } }, 5_000);
    expect(state.fold?.startingAt(1)).toMatchObject({ retries: 1, tried: 1 });
    expect(state.ledger.size).toBe(0);
  });

  it('is an element that is its own partial; it counts as one that is in a partial', () => {
    const state = stateOf({ stages: [stage('fold')] });
    const record = settled(state, (ledger) => ledger.add({ first: 1, count: 2, payload: json.encode(['b', 'c']) }));
    judge(state, record, [transient(1)], { attempt: 1, worker: { workerId: 'w' } }, 0);
    expect(state.fold?.startingAt(2)).toMatchObject({ bytes: json.encode(['c']), retries: 1 });
    expect(state.emission.foldedAhead).toBe(1);
    // Of the elements that were cut, this is the one that is neither out nor in a batch.
    state.cut = 1;
    state.validate();
  });

  it('has as many tries of its combine as reached that, where the stages before had failed', () => {
    const stages = [stage('map'), stage('fold', { retry: { strategy: 'immediate', maxRetries: 5 } })];
    const state = stateOf({ stages, part: { from: 1, to: 2, inherited: laterPart() } });
    const batch: NewRecord = { first: 0, count: 1, payload: json.encode(['a']), tried: 3, retries: [2, 1] };
    const record = settled(state, (ledger) => ledger.add(batch));
    judge(state, record, [{ ...transient(0), stage: 1 }], { attempt: 1, worker: { workerId: 'w' } }, 0);
    expect(state.fold?.startingAt(0)).toMatchObject({ retries: 2, tried: 2 });
  });

  it.each([
    [1, { deaths: 1, suspect: true }],
    [2, { deaths: 0, suspect: false }],
  ])('is suspect, with its deaths, where it was alone in its batch: of %d', (count, { deaths, suspect }) => {
    const state = stateOf({});
    const died = { workerId: 'w', of: 'worker', beside: false } as const;
    const batch: NewRecord = { first: 0, count, payload: json.encode(['a', 'b'].slice(0, count)), deaths: [died], suspect: true };
    const record = settled(state, (ledger) => ledger.add(batch));
    judge(state, record, [transient(0)], { attempt: 1, worker: { workerId: 'w' } }, 0);
    const again = state.ledger.startingAt(0);
    expect([again?.deaths.length, again?.suspect, again?.tried]).toEqual([deaths, suspect, 1]);
  });
});

describe('a partial that is left out', () => {
  const error = () => new PaladinError('OPERATION_FAILED', 'boom');

  /** What is told of partial 0+count, some of whose elements were left out before, and its input. */
  function leaveOut(stages: JobConfig['stages'], count: number, ...before: number[]): unknown[] {
    const state = stateOf({ stages });
    for (const first of before) state.leftOut?.add({ first, count: 1 });
    const part = { ...identityPartial(0, count), bytes: json.encode(['x']) };
    partialFailed(state, 'skip', part, { stage: stages.length - 1, error });
    expect(state.fold?.startingAt(0)).toMatchObject({ count, bytes: undefined });
    return state.inHand
      .close()
      .map((effect) =>
        effect.type === 'partialSkipped'
          ? [effect.ranges.map(({ first, count: each }) => `${first}+${each}`).join(' '), effect.input?.()]
          : effect.type,
      );
  }

  it('has an input where it is one element that was never combined', () => {
    const fold = [stage('fold', skip)];
    expect(leaveOut(fold, 1)).toEqual([['0+1', 'x']]);
    expect(leaveOut(fold, 2, 0)).toEqual([['1+1', 'x']]);
    expect(leaveOut(fold, 2)).toEqual([['0+2', undefined]]);
    expect(leaveOut(fold, 3, 1)).toEqual([['0+1 2+1', undefined]]);
    expect(leaveOut([stage('map'), stage('fold', skip)], 1)).toEqual([['0+1', undefined]]);
  });
});

describe('the payload of some elements of a batch', () => {
  it('is that of the batch where these are all', () => {
    const state = stateOf({});
    const record = settled(state, (ledger) => ledger.add({ first: 0, count: 3, payload: json.encode(['a', 'b', 'c']) }));
    expect(slice(state, record, 0, 3)).toBe(record.payload);
    expect(json.decode(slice(state, record, 0, 2))).toEqual(['a', 'b']);
    expect(json.decode(slice(state, record, 1, 3))).toEqual(['b', 'c']);
  });
});
