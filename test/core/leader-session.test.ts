import { describe, expect, it } from 'vitest';
import type { LeaderSessionEffect } from '../../src/core/leader-session-events.js';
import { LeaderSession } from '../../src/core/leader-session.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { limits } from '../server/scheduler-harness.js';
import { SessionUnderTest, open, connected, close, resume, asked, tick } from './leader-session-harness.js';

describe("a leader's session", () => {
  it('opens jobs once the hub has said welcome, and then at once', () => {
    const test = new SessionUnderTest();
    expect(test.add(1)).toEqual([]);
    expect(test.welcome()).toEqual([resume(), open(1), connected(1)]);
    expect(test.add(2)).toEqual([open(2), connected(2)]);
  });

  it('takes a welcome that is said twice for one', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    expect(test.welcome()).toEqual([]);
  });

  it('begins on all the slots that jobs with the same needs were told of, without waiting for the hub', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    const capacity = { type: 'capacity', job: 1, slots: 3, leased: 0, missing: '' } as const;
    expect(test.handle({ type: 'received', message: capacity })).toEqual([{ type: 'toJob', job: 1, event: capacity }]);
    expect(test.add(2, 'other@1')).toEqual([open(2), connected(2)]);
    expect(test.add(3)).toEqual([
      open(3, 3),
      connected(3),
      { type: 'toJob', job: 3, event: { type: 'capacity', slots: 3, leased: 0, missing: '' } },
    ]);
    // Another hub may have others.
    test.lose();
    expect(test.welcome()).toContainEqual(open(1, 0, true));
  });

  it('says which jobs live when the hub is back, and resumes those that were open, and no others', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    test.add(2);
    test.remove(1);
    expect(test.lose()).toEqual([{ type: 'toJob', job: 2, event: { type: 'disconnected' } }]);
    expect(test.lose()).toEqual([]);
    test.add(3);
    // None sends before all are open: until then the hub may count what is not wanted any more.
    expect(test.welcome()).toEqual([resume(2), open(2, 0, true), open(3), connected(2), connected(3)]);
  });

  it('tells the hub of a job that ended before it could be resumed', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    test.add(2);
    test.handled(1, 1);
    test.handled(2, 1);
    test.lose();
    test.welcome({ maxJobsPerLeader: 1 });
    expect(test.remove(2)).toEqual([close(2)]);
    test.lose();
    expect(test.remove(1)).toEqual([]);
    expect(test.welcome()).toEqual([resume()]);
  });

  it('opens no more jobs than the hub admits, and the next one as one ends', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 1 });
    test.add(1);
    expect(test.add(2)).toEqual([]);
    expect(test.add(3)).toEqual([]);
    expect(test.remove(1)).toEqual([close(1), open(2), connected(2)]);
    expect(test.remove(3)).toEqual([]);
    expect(test.remove(2)).toEqual([close(2)]);
  });

  it('opens no job that has nothing to send, and closes none that is idle while nobody waits', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    expect(
      test.handle({ type: 'jobAdded', job: 1, needs: '', operation: 'double', descriptionBytes: 0, isStray: false }),
    ).toEqual([]);
    expect(test.handled(1, 0)).toEqual([]);
    expect(test.want(1)).toEqual([open(1), connected(1)]);
    expect(test.handled(1, 1)).toEqual([]);
    expect(test.handled(1, 0)).toEqual([]);
    expect(test.add(2)).toEqual([open(2), connected(2)]);
  });

  it('asks the job that has been idle longest for its place when another needs it, and gives it when that has left', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    for (const job of [1, 2]) {
      test.add(job);
      test.handled(job, 1);
    }
    test.handled(2, 0);
    test.handled(1, 0);
    expect(test.add(3)).toEqual([asked(2)]);
    // Nobody else is asked for the same.
    expect(test.handled(1, 0)).toEqual([]);
    expect(test.leave(2)).toEqual([close(2), open(3), connected(3)]);
    test.handled(3, 1);
    expect(test.want(2)).toEqual([asked(1)]);
    expect(test.leave(1, true)).toEqual([close(1), open(2), connected(2)]);
    test.handled(2, 1);
    expect(test.handled(3, 0)).toEqual([asked(3)]);
    expect(test.leave(3)).toEqual([close(3), open(1), connected(1)]);
  });

  it('asks another job when the one that was asked has begun something meanwhile', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    test.add(1);
    test.add(2);
    test.handled(1, 0);
    expect(test.add(3)).toEqual([asked(1)]);
    test.handled(1, 1);
    expect(test.handled(2, 0)).toEqual([asked(2)]);
    expect(test.leave(2)).toEqual([close(2), open(3), connected(3)]);
    // One that has something to send and no slot or room for it keeps its place.
    test.handled(3, 0, true);
    expect(test.add(4)).toEqual([]);
  });

  it('ends with LIMIT_EXCEEDED a job that waits for a place while none is given to any', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 1 });
    test.add(1);
    test.handled(1, 1);
    test.now = 500;
    test.add(2);
    test.now = 700;
    test.add(3);
    test.now = 1_400;
    expect(test.session.nextDeadline()).toBe(2_500);
    // The queue has moved on: those in it are given as long again.
    expect(test.remove(1)).toEqual([close(1), open(2), connected(2)]);
    test.handled(2, 1);
    expect(test.session.nextDeadline()).toBe(3_400);
    test.now = 3_399;
    expect(test.handle({ type: 'tick' })).toEqual([]);
    test.now = 3_400;
    const message =
      'no room for a further job at the hub within 1000 ms: all 1 that the hub admits of one leader are open, and have something under way (maxJobsPerLeader, --max-jobs-per-leader)';
    expect(test.handle({ type: 'tick' })).toEqual([
      { type: 'toJob', job: 3, event: { type: 'refused', error: new PaladinError('LIMIT_EXCEEDED', message) } },
    ]);
    test.remove(3);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('says so where the descriptions of jobs take all bytes that the hub admits of them', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2, maxDescriptionBytesPerLeader: 15 });
    test.add(1);
    test.handled(1, 1);
    test.add(2);
    test.now = test.session.nextDeadline() ?? 0;
    const message =
      'no room for a further job at the hub within 1000 ms: its arguments and labels do not fit into the 15 bytes that the hub admits of one leader, beside those of jobs that have something under way (maxDescriptionBytesPerLeader, --max-description-bytes-per-leader)';
    expect(test.handle({ type: 'tick' })).toEqual([
      { type: 'toJob', job: 2, event: { type: 'refused', error: new PaladinError('LIMIT_EXCEEDED', message) } },
    ]);
  });

  it('opens jobs with something under way first when the hub is back, then those that wait, and idle ones where there is room', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 4 });
    for (const job of [1, 2, 3, 4]) test.add(job);
    test.handled(1, 0);
    test.handled(2, 0);
    test.handled(3, 1);
    test.handled(4, 1);
    test.lose();
    test.add(5);
    expect(test.welcome({ maxJobsPerLeader: 4 })).toEqual([
      resume(2, 3, 4),
      open(3, 0, true),
      open(4, 0, true),
      open(5),
      open(2, 0, true),
      ...[3, 4, 5, 2].map(connected),
    ]);
    // Job 1 left its place without a word: it is opened anew.
    expect(test.want(1)).toEqual([asked(2)]);
    expect(test.leave(2)).toEqual([close(2), open(1), connected(1)]);
  });

  it('shares what the hub takes of a leader', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 8, maxBytesPerLeader: 100 });
    test.add(1);
    test.add(2);
    test.handled(1, 3, false, 30);
    expect(test.session.limits()).toEqual({ maxPayloadBytes: 1_000, maxBatches: 4, freeBatches: 5, freeBytes: 70 });
    test.remove(1);
    expect(test.session.limits()).toMatchObject({ maxBatches: 8, freeBatches: 8, freeBytes: 100 });
  });

  it('wakes those that wait for room one after the other, until one is not satisfied', () => {
    const test = SessionUnderTest.welcomed();
    for (const job of [1, 2, 3]) test.add(job);
    test.handled(1, 2);
    test.handled(2, 0, true);
    test.handled(3, 0, true);
    expect(test.handled(1, 1)).toEqual([tick(2)]);
    expect(test.handled(2, 1)).toEqual([tick(3)]);
    expect(test.handled(3, 1, true)).toEqual([]);
    expect(test.remove(1)).toEqual([close(1), tick(3)]);
    expect(test.remove(3)).toEqual([close(3)]);
    expect(test.handled(2, 0)).toEqual([]);
  });

  it('ends all jobs when no hub comes back in time, and gives later ones as long again', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    test.lose();
    test.now = 400;
    test.lose();
    expect(test.session.nextDeadline()).toBe(1_000);
    test.now = 999;
    expect(test.handle({ type: 'tick' })).toEqual([]);
    test.now = 1_000;
    expect(test.handle({ type: 'tick' })).toMatchObject([
      { type: 'toJob', job: 1, event: { type: 'refused', error: { code: 'HUB_UNREACHABLE' } } },
    ]);
    test.remove(1);
    test.add(2);
    test.lose();
    expect(test.session.nextDeadline()).toBe(2_000);
    test.welcome();
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('ends all jobs once it has failed, those that come later too', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    const error = new PaladinError('CLOSED', 'closed');
    const refused = (job: number): LeaderSessionEffect => ({ type: 'toJob', job, event: { type: 'refused', error } });
    expect(test.handle({ type: 'failed', error })).toEqual([refused(1)]);
    test.remove(1);
    expect(test.add(2)).toEqual([refused(2)]);
    test.remove(2);
    test.lose();
    expect(test.session.nextDeadline()).toBeUndefined();
  });
});

describe('a session that waits for its hub without end', () => {
  it('is due at no time', () => {
    const session = new LeaderSession({ reconnectTimeoutMs: Infinity, noWorkerTimeoutMs: 1_000, askAfterMs: Infinity });
    const welcome = { type: 'welcome', id: 'l', epoch: 'e', limits } as const;
    session.handle({ type: 'received', message: welcome }, 0);
    session.handle({ type: 'lost', reason: 'cut' }, 0);
    expect([session.nextDeadline(), session.mayEnd]).toEqual([undefined, false]);
    expect(session.handle({ type: 'tick' }, 1e12)).toEqual([]);
  });
});
