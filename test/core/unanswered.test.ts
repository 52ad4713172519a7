import { describe, expect, it } from 'vitest';
import type { LeaderSessionEffect } from '../../src/core/leader-session-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { HubToLeader } from '../../src/protocol/messages.js';
import { resultOf } from '../server/scheduler-harness.js';
import { SessionUnderTest } from './leader-session-harness.js';

const ask = (job: number): LeaderSessionEffect => ({ type: 'send', message: { type: 'ask', job } });

const waited = "operation 'double' has waited 4000 ms for a slot: other work has all 3 that there are for it";
const advice = 'An operation that waits for another must do so in context.run, or both wait for ever';

/** A session with job 1, of which a batch is under way since the time 0; it asks after 4 s. */
function withOneSent(isStray = false): SessionUnderTest {
  const test = SessionUnderTest.welcomed({}, 4_000);
  test.add(1, 'double@1', isStray);
  test.handled(1, 1);
  return test;
}

function tickAt(test: SessionUnderTest, now: number): LeaderSessionEffect[] {
  test.now = now;
  return test.handle({ type: 'tick' });
}

function queued(test: SessionUnderTest, stillMs = 4_000): LeaderSessionEffect[] {
  return test.handle({ type: 'received', message: { type: 'queued', job: 1, slots: 3, stillMs } });
}

/** An answer comes to a batch of the job, which sends the next one in the same event: as much is under way as before. */
function answer(
  test: SessionUnderTest,
  now: number,
  message: HubToLeader = { type: 'result', job: 1, workerId: 'w', result: resultOf(0) },
): void {
  test.now = now;
  test.handle({ type: 'received', message });
  test.handled(1, 1);
}

describe('a session asks the hub about a job', () => {
  it('of which nothing has come back for long, and again after ten times as long', () => {
    const test = withOneSent();
    expect(test.session.nextDeadline()).toBe(4_000);
    expect(test.session.mayEnd).toBe(false);
    expect(tickAt(test, 3_999)).toEqual([]);
    expect(tickAt(test, 4_000)).toEqual([ask(1)]);
    test.handled(1, 2);
    expect(tickAt(test, 43_999)).toEqual([]);
    expect(test.session.nextDeadline()).toBe(44_000);
    // For that no program is kept from its end.
    expect(test.session.mayEnd).toBe(true);
    expect(tickAt(test, 44_000)).toEqual([ask(1)]);
    expect(test.session.nextDeadline()).toBe(84_000);
  });

  it('as long after each answer, though as much is under way as before', () => {
    const test = withOneSent();
    answer(test, 3_000);
    expect(tickAt(test, 4_000)).toEqual([]);
    answer(test, 6_000, { type: 'lost', job: 1, workerId: 'w', loss: { seq: 0, attempt: 1, cause: 'returned', reason: '' } });
    answer(test, 9_000, { type: 'adopted', job: 1, workerId: 'w', seq: 0, attempt: 1, inPlaceOf: [] });
    expect(tickAt(test, 12_999)).toEqual([]);
    expect(tickAt(test, 13_000)).toEqual([ask(1)]);
    answer(test, 14_000);
    expect(test.session.nextDeadline()).toBe(18_000);
    test.handled(1, 0);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('that waits longest first', () => {
    const test = withOneSent();
    test.add(2);
    test.now = 1_000;
    test.handled(2, 1);
    answer(test, 2_000);
    expect(tickAt(test, 5_000)).toEqual([ask(2)]);
    expect(tickAt(test, 6_000)).toEqual([ask(1)]);
  });

  it('only while the hub is there, and it has not failed', () => {
    const away = withOneSent();
    away.now = 3_500;
    away.lose();
    expect(tickAt(away, 4_000)).toEqual([]);
    const failed = withOneSent();
    failed.handle({ type: 'failed', error: new PaladinError('PROTOCOL', 'no') });
    expect(tickAt(failed, 4_000)).toEqual([]);
  });

  it('as long after the hub is back', () => {
    const test = withOneSent();
    test.now = 3_500;
    test.lose();
    expect(test.session.nextDeadline()).toBe(4_500);
    test.now = 4_200;
    test.welcome();
    expect(test.session.nextDeadline()).toBe(8_250);
    expect(tickAt(test, 8_249)).toEqual([]);
    expect(tickAt(test, 8_250)).toEqual([ask(1)]);
  });
});

describe('a job for which others have all slots', () => {
  it('is one that its owner is warned of, once', () => {
    const test = withOneSent();
    tickAt(test, 4_000);
    expect(queued(test)).toEqual([{ type: 'warn', reason: `${waited}. ${advice}` }]);
    expect(queued(test)).toEqual([]);
  });

  it('ends with NO_WORKER when the code of an operation runs it by itself', () => {
    const test = withOneSent(true);
    tickAt(test, 4_000);
    const whose = 'The code of an operation runs it, and none that executes is known to wait for it';
    const error = new PaladinError('NO_WORKER', `${waited}. ${whose}. ${advice}`, { operation: 'double' });
    expect(queued(test)).toEqual([{ type: 'toJob', job: 1, event: { type: 'refused', error } }]);
  });

  it('waits its turn as long as they are given out anew', () => {
    const test = withOneSent(true);
    tickAt(test, 4_000);
    test.now = 4_100;
    expect(queued(test, 3_999)).toEqual([]);
    expect(tickAt(test, 8_125)).toEqual([ask(1)]);
  });

  it('is none when nobody has asked, or something has come back', () => {
    const test = withOneSent(true);
    expect(queued(test)).toEqual([]);
    tickAt(test, 4_000);
    answer(test, 4_001);
    expect(queued(test)).toEqual([]);
  });
});
