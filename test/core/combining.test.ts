import { describe, expect, it } from 'vitest';
import type { JobConfig } from '../../src/core/job/job-events.js';
import { dispatch } from '../../src/core/job/dispatch.js';
import { JobState } from '../../src/core/job/job-state.js';
import { elementPartial } from '../../src/core/fold/partial.js';
import { configOf, stage } from './job-harness.js';

/** A fold with these slots, in which a combine takes a millisecond for each element. */
function foldWith(slots: number, changes: Partial<JobConfig> = {}): JobState {
  const state = new JobState(configOf({ stages: [stage('map'), stage('fold')], ...changes }));
  state.slots = slots;
  state.fold?.learn(2, 2, 2);
  return state;
}

/** Holds partials of so many elements each, from an index on, each of 100 bytes. */
function hold(state: JobState, first: number, count: number, width: number): void {
  for (let at = 0; at < count; at += 1) state.fold?.put(elementPartial(first + at * width, width, new Uint8Array(100)));
  state.cut = Math.max(state.cut, first + count * width);
}

/** The batches that are sent now, as `first+units`. */
function sent(state: JobState, now: number): string[] {
  dispatch(state, now);
  return state.inHand
    .close()
    .flatMap((effect) => (effect.type === 'send' ? [`${effect.batch.first}+${effect.batch.count}`] : []));
}

describe('the partials that go in one trip', () => {
  it.each([
    ['no more than a trip should take', 1, 4],
    ['a share of the rest, as there are more slots', 7, 4],
    ['a smaller share', 9, 2],
    ['two in any case', 500, 2],
  ])('are %s: with %d slots', (_, slots, units) => {
    const state = foldWith(slots);
    hold(state, 0, 64, 2);
    expect(sent(state, 0)[0]).toMatch(new RegExp(`\\+${units}$`, 'u'));
  });

  it('are as many as the hub admits in one payload', () => {
    for (const [maxPayloadBytes, units] of [
      [416, 4],
      [415, 2],
    ] as const) {
      const limits = () => ({ maxPayloadBytes, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
      const state = foldWith(1, { limits });
      hold(state, 0, 64, 2);
      expect(sent(state, 0)[0]).toMatch(new RegExp(`\\+${units}$`, 'u'));
    }
  });
});

describe('partials that are kept for what is under way', () => {
  it.each([
    ['before them', 64],
    ['behind them', 112],
  ])('are looked at again when that is late: %s', (_, first) => {
    const state = foldWith(3);
    hold(state, 80, 2, 16);
    state.cut = 128;
    // An element takes a millisecond.
    state.sizing.sent(99, 0);
    state.sizing.observe(99, 16, 16, 16, 1);
    state.ledger.add({ first, count: 16, payload: new Uint8Array(1) });
    const record = state.ledger.nextReady(Infinity);
    if (record !== undefined) state.ledger.send(record, 990);
    expect(sent(state, 1_000)).toEqual([]);
    expect(state.fold?.lookAt).toBe(1_022);
    expect(sent(state, 1_022)).toEqual(['80+2']);
  });
});

describe('the end of a fold that was planned', () => {
  it('is sent at once, as far as there are slots', () => {
    const state = foldWith(4);
    for (let trip = 0; trip < 50; trip += 1) state.fold?.learn(2, trip % 2 === 0 ? 2 : 16, 1_000);
    hold(state, 0, 8, 1);
    state.source = { state: 'completed' };
    expect(sent(state, 0)).toEqual(['0+2', '2+2', '4+2', '6+2']);
  });

  it('is looked at again when what it waits for is late', () => {
    const state = foldWith(4);
    for (let trip = 0; trip < 50; trip += 1) state.fold?.learn(2, trip % 2 === 0 ? 2 : 16, 1_000);
    hold(state, 0, 3, 1);
    state.source = { state: 'completed' };
    expect(sent(state, 0)).toEqual(['1+2']);
    expect(sent(state, 0)).toEqual(['1+2']);
    // The pair takes a second, and is late half a combine later.
    expect(state.fold?.lookAt).toBeGreaterThan(1_400);
    expect(state.fold?.lookAt).toBeLessThan(1_600);
  });
});
