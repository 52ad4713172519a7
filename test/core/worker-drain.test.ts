import { describe, expect, it } from 'vitest';
import type { SessionEffect, SessionEvent } from '../../src/core/worker-session-events.js';
import { drainHubWaitMs, goodbyeWaitMs, maxReasonLength } from '../../src/limits.js';
import { shortened } from '../../src/protocol/shortened.js';
import { answer, lost, offer, report, send, SessionUnderTest } from './worker-session-harness.js';

describe("a worker's session", () => {
  it('drains: gives back what waits, finishes what runs, begins nothing, and leaves when all is acknowledged', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.assign(1);
    const returned = (seq: number): SessionEffect => lost(seq, 'returned', 'the worker is draining');
    expect(test.handle({ type: 'drain' })).toEqual([send({ type: 'draining' }), returned(1)]);
    expect(test.assign(2)).toEqual([returned(2)]);
    expect(test.settle(0, 0)).toEqual([answer(0)]);
    expect(test.tell('acknowledge', 0)).toEqual([send({ type: 'leaving' })]);
    expect(test.handle({ type: 'received', message: { type: 'goodbye', reason: 'all has arrived' } })).toEqual([
      { type: 'drained' },
    ]);
  });

  it('says why it drains where it can execute nothing any more, also to a hub that comes back', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    const broken = `it exited with code 5${'.'.repeat(2 * maxReasonLength)}`;
    const said = send({ type: 'draining', broken: shortened(broken) });
    expect(test.handle({ type: 'drain', withinMs: 2_000, broken })).toEqual([said]);
    expect(test.reconnect()).toContainEqual(said);
  });

  it('says that it has broken while it drained, once', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    expect(test.handle({ type: 'drain' })).toEqual([send({ type: 'draining' })]);
    const said = send({ type: 'draining', broken: 'it exited' });
    expect(test.handle({ type: 'drain', withinMs: 2_000, broken: 'it exited' })).toEqual([said]);
    expect(test.handle({ type: 'drain', broken: 'it exited again' })).toEqual([]);
    expect(test.handle({ type: 'drain' })).toEqual([]);
    expect(test.reconnect()).toContainEqual(said);
  });

  /** One that drains, and whose last result is there while the hub is away. */
  function hubless(withinMs?: number): SessionUnderTest {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.handle({ type: 'drain', ...(withinMs !== undefined && { withinMs }) });
    test.handle({ type: 'disconnected' });
    test.now = 1_000;
    expect(test.settle(0, 0)).toEqual([]);
    return test;
  }

  it('waits for a hub that is away, to hand in what it keeps, and says first that it drains', () => {
    const test = hubless();
    expect(test.session.nextDeadline()).toBe(1_000 + drainHubWaitMs);
    expect(test.handle({ type: 'connected' })).toEqual([report([], [0]), send({ type: 'draining' }), offer(1)]);
    expect(test.session.nextDeadline()).toBeUndefined();
    expect(test.tell('resend', 0)).toEqual([answer(0)]);
    expect(test.tell('acknowledge', 0)).toEqual([send({ type: 'leaving' })]);
  });

  it('waits for the hub for a bounded time, and then says what is left undone', () => {
    const test = hubless();
    test.now += drainHubWaitMs - 1;
    expect(test.handle({ type: 'tick' })).toEqual([]);
    test.now += 1;
    expect(test.handle({ type: 'tick' })).toEqual([
      { type: 'drained', undone: { batches: 0, results: 1 }, reason: 'no hub came back within 20000 ms' },
    ]);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('waits anew for a hub that is away again', () => {
    const test = hubless();
    test.now += drainHubWaitMs - 1;
    test.handle({ type: 'connected' });
    test.handle({ type: 'disconnected' });
    expect(test.session.nextDeadline()).toBe(test.now + drainHubWaitMs);
  });

  const goodbye: SessionEvent = { type: 'received', message: { type: 'goodbye', reason: 'all has arrived' } };
  const reason = 'it was to drain within 500 ms';

  /** One whose time to drain is up, while so many batches run. */
  function hurried(batches: number): { readonly test: SessionUnderTest; readonly effects: SessionEffect[] } {
    const test = SessionUnderTest.with(2);
    for (let seq = 0; seq < batches; seq += 1) test.assign(seq);
    test.handle({ type: 'drain', withinMs: 500 });
    expect(test.session.nextDeadline()).toBe(500);
    test.now = 500;
    return { test, effects: test.handle({ type: 'tick' }) };
  }
  const abort = (seq: number): SessionEffect => ({ type: 'abort', jobId: 'j', seq, attempt: 1 });

  it('hands back what still runs when its time is up, blames nobody, and leaves', () => {
    const { test, effects } = hurried(2);
    const handedBack = (seq: number): SessionEffect => ({
      type: 'handBack',
      jobId: 'j',
      loss: { seq, attempt: 1, cause: 'wasted', reason: `its worker had to go: ${reason}` },
    });
    expect(effects).toEqual([handedBack(0), handedBack(1), send({ type: 'leaving' })]);
    // These are answered for.
    expect(test.settle(0, 0)).toEqual([]);
    expect(test.session.undone).toEqual({ batches: 2, results: 0 });
    expect(test.handle(goodbye)).toEqual([{ type: 'drained', undone: { batches: 2, results: 0 }, reason }]);
    expect(test.handle({ type: 'disconnected' })).toEqual([]);
  });

  it('hands nothing back that was cancelled', () => {
    const test = SessionUnderTest.with(2);
    test.assign(0);
    test.tell('cancel', 0);
    test.handle({ type: 'drain', withinMs: 500 });
    test.now = 500;
    expect(test.handle({ type: 'tick' })).toEqual([send({ type: 'leaving' })]);
    expect(test.handle(goodbye)).toEqual([{ type: 'drained' }]);
  });

  it('waits for the goodbye of the hub for a bounded time', () => {
    const { test } = hurried(1);
    expect(test.session.nextDeadline()).toBe(500 + goodbyeWaitMs);
    test.now = 500 + goodbyeWaitMs - 1;
    expect(test.handle({ type: 'tick' })).toEqual([]);
    test.now += 1;
    expect(test.handle({ type: 'tick' })).toEqual([{ type: 'drained', undone: { batches: 1, results: 0 }, reason }]);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('waits for the goodbye until its time is up, where nothing is left to do; also where the time is told later', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'drain', withinMs: 5_000 });
    expect(test.session.nextDeadline()).toBe(5_000);
    const patient = SessionUnderTest.with(1);
    patient.handle({ type: 'drain' });
    expect(patient.session.nextDeadline()).toBeUndefined();
    patient.handle({ type: 'drain', withinMs: 10 });
    expect(patient.session.nextDeadline()).toBe(goodbyeWaitMs);
  });

  it('says what it has left behind when the connection is lost before the goodbye', () => {
    const { test } = hurried(1);
    expect(test.handle({ type: 'disconnected' })).toEqual([{ type: 'drained', undone: { batches: 1, results: 0 }, reason }]);
  });

  it('leaves nothing behind where its last results are acknowledged before the goodbye', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.handle({ type: 'drain', withinMs: 500 });
    test.settle(0, 0);
    test.now = 500;
    expect(test.handle({ type: 'tick' })).toEqual([send({ type: 'leaving' })]);
    expect(test.session.undone).toEqual({ batches: 0, results: 1 });
    test.tell('acknowledge', 0);
    expect(test.handle(goodbye)).toEqual([{ type: 'drained' }]);
  });

  it('is over at once where its time is up and there is no hub', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.handle({ type: 'disconnected' });
    const drained: SessionEffect = { type: 'drained', undone: { batches: 1, results: 0 }, reason: 'it was to drain within 0 ms' };
    expect(test.handle({ type: 'drain', withinMs: 0 })).toEqual([abort(0), drained]);
    expect(hubless(1_500).session.nextDeadline()).toBe(1_500);
  });

  it('is not drained by a welcome that comes while it leaves', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'drain' });
    const limits = {
      maxPayloadBytes: 1,
      maxJobsPerLeader: 1,
      maxJobsOpenedPerSecond: 1,
      maxBatchesPerLeader: 1,
      maxBytesPerLeader: 1,
      maxDescriptionBytesPerLeader: 1,
    };
    expect(test.handle({ type: 'received', message: { type: 'welcome', id: 'w', epoch: 'e', limits } })).toEqual([]);
    expect(test.handle({ type: 'received', message: { type: 'goodbye', reason: '' } })).toEqual([{ type: 'drained' }]);
  });

  it('is drained, too, when the hub is gone while it leaves', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'drain' });
    expect(test.handle({ type: 'disconnected' })).toContainEqual({ type: 'drained' });
  });

  it('is drained at once when nothing runs, also without a hub', () => {
    const test = new SessionUnderTest();
    expect(test.handle({ type: 'drain' })).toEqual([{ type: 'drained' }]);
    expect(test.handle({ type: 'drain' })).toEqual([]);
  });
});
