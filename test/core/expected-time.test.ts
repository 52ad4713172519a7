import { describe, expect, it } from 'vitest';
import type { BatchRecord } from '../../src/core/job/batch-ledger.js';
import { comingOf, expectedMs } from '../../src/core/job/expected-time.js';
import { JobState } from '../../src/core/job/job-state.js';
import { elementPartial } from '../../src/core/fold/partial.js';
import { configOf, json, stage } from './job-harness.js';
import { present } from '../support/exactly.js';

/** A fold, with a batch of two partials that stand for six elements. */
function foldWithBatch(): { state: JobState; record: BatchRecord } {
  const state = new JobState(configOf({ stages: [stage('fold')] }));
  state.ledger.addPartials([elementPartial(4, 2, json.encode(['ab'])), elementPartial(6, 4, json.encode(['cdef']))]);
  const record = present(state.ledger.nextReady(Infinity));
  return { state, record };
}

describe('when a batch of partials comes back', () => {
  it('is never, until it is known what combining costs; then what its width takes', () => {
    const { state, record } = foldWithBatch();
    expect(expectedMs(state, record)).toBe(Infinity);
    state.fold?.learn(2, 10, 40);
    expect(expectedMs(state, record)).toBe(24);
  });

  it('is a trip and that time after it was sent; unknown as long as it was not', () => {
    const { state, record } = foldWithBatch();
    state.fold?.learn(2, 10, 40);
    state.sizing.sent(99, 0);
    state.sizing.observe(99, 1, 0, 7, 1);
    expect(state.sizing.tripMs).toBe(7);
    expect([comingOf(state, record), comingOf(state, undefined)]).toEqual([undefined, undefined]);
    state.ledger.send(record, 100);
    expect(comingOf(state, record)).toEqual({ first: 4, count: 6, sentAt: 100, expectedAt: 131 });
  });
});
