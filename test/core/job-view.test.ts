import { describe, expect, it } from 'vitest';
import { elementPartial } from '../../src/core/fold/partial.js';
import { JobView } from '../../src/core/job/job-view.js';
import { JobState } from '../../src/core/job/job-state.js';
import { configOf, laterPart, stage } from './job-harness.js';

/** A job whose first two elements are partials to be combined, which takes a second. */
function jobWithBatch(): JobState {
  const state = new JobState(configOf({ stages: [stage('fold')] }));
  state.fold?.learn(2, 2, 1_000);
  state.ledger.addPartials([0, 1].map((first) => elementPartial(first, 1, new Uint8Array(1))));
  state.cut = 2;
  return state;
}

describe('what a fold sees of its job', () => {
  it('is what is under way, and what is to be sent as if that were sent now', () => {
    const state = jobWithBatch();
    const view = new JobView(state, 7_000);
    const coming = { first: 0, count: 2, sentAt: 7_000, expectedAt: expect.closeTo(8_000, -2) as number };
    expect([view.batchAt(0), view.after(0), view.before(2), view.batchAt(2)]).toEqual([coming, undefined, undefined, undefined]);
    const record = state.ledger.nextReady(Infinity);
    if (record !== undefined) state.ledger.send(record, 7_000);
    expect([view.batchAt(0), view.after(0), view.before(2)]).toEqual([coming, coming, coming]);
    expect([view.sent, view.combining, view.unsettled]).toEqual([1, 1, 1]);
  });

  it('is how many elements there are, once the source has ended', () => {
    const state = jobWithBatch();
    const view = new JobView(state, 0);
    expect(view.total).toBeUndefined();
    state.backlog.push(['c']);
    state.source = { state: 'completed' };
    expect([view.cut, view.total]).toEqual([2, 3]);
  });

  it('counts elements that the part before has left out, too', () => {
    const part = { from: 1, to: 2, inherited: laterPart() };
    const state = new JobState(configOf({ stages: [stage('map'), stage('fold')], part }));
    state.backlog.push(['a', 'b']);
    state.arrivals?.push(0, 2);
    state.arrivals?.leaveOut(2, 0);
    state.source = { state: 'completed' };
    expect(new JobView(state, 0).total).toBe(3);
  });
});
