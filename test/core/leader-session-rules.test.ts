import { describe, expect, it } from 'vitest';
import type { LeaderSessionEffect, LeaderSessionEvent } from '../../src/core/leader-session-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxRememberedNeeds } from '../../src/limits.js';
import { resultOf } from '../server/scheduler-harness.js';
import { asked, SessionUnderTest, open, close, connected, resume, tick } from './leader-session-harness.js';

describe('what a session says of itself', () => {
  it('is why there is no hub, and what its jobs have there', () => {
    const test = new SessionUnderTest();
    expect([test.session.lastReason, test.session.batches]).toEqual(['no answer', 0]);
    test.welcome();
    test.add(1);
    test.handled(1, 3);
    test.lose();
    expect([test.session.lastReason, test.session.batches]).toEqual(['cut', 3]);
  });

  it('is how far its jobs are, while the hub asks for it; the program may end meanwhile', () => {
    const test = SessionUnderTest.welcomed();
    test.handle({ type: 'received', message: { type: 'watch', everyMs: 500 } });
    expect(test.session.nextDeadline()).toBe(test.now);
    expect(test.handle({ type: 'tick' })).toEqual([{ type: 'report' }]);
    expect(test.handle({ type: 'tick' })).toEqual([]);
    test.now += 500;
    expect(test.session.mayEnd).toBe(true);
    expect(test.handle({ type: 'tick' })).toEqual([{ type: 'report' }]);
    test.lose();
    test.welcome();
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('is no limit before it has seen a hub', () => {
    const { session } = new SessionUnderTest();
    expect(session.limits()).toEqual({
      maxPayloadBytes: Infinity,
      maxBatches: Infinity,
      freeBatches: Infinity,
      freeBytes: Infinity,
    });
  });

  it('is for how long it waited for the hub', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    test.lose();
    test.now = 1_000;
    const error = { code: 'HUB_UNREACHABLE', message: 'the hub is gone (cut), and it did not come back within 1000 ms' };
    expect(test.handle({ type: 'tick' })).toMatchObject([{ job: 1, event: { type: 'refused', error } }]);
  });

  it('is of each job once, where no hub ever came, though it has waited for a place as well', () => {
    const test = new SessionUnderTest();
    test.lose();
    test.add(1);
    test.now = 10_000;
    expect(test.handle({ type: 'tick' })).toMatchObject([{ job: 1, event: { error: { code: 'HUB_UNREACHABLE' } } }]);
  });
});

describe('what the hub says to a job', () => {
  const tell = (
    test: SessionUnderTest,
    message: Extract<LeaderSessionEvent, { type: 'received' }>['message'],
  ): LeaderSessionEffect[] => test.handle({ type: 'received', message });
  const found = { type: 'adopted', job: 1, workerId: 'w', seq: 0, attempt: 1, inPlaceOf: [2] } as const;
  const capacity = { type: 'capacity', job: 1, slots: 4, leased: 0, missing: '' } as const;

  it('is that it is refused, or that an attempt is found', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    expect(tell(test, found)).toEqual([{ type: 'toJob', job: 1, event: found }]);
    const [refused] = tell(test, { type: 'refused', job: 1, code: 'LIMIT_EXCEEDED', message: 'too much' });
    expect(refused).toMatchObject({ job: 1, event: { type: 'refused', error: { code: 'LIMIT_EXCEEDED', message: 'too much' } } });
  });

  it('is what has become of its batches', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    const attempt = { seq: 0, attempt: 1 };
    for (const message of [
      { type: 'result', job: 1, workerId: 'w', result: resultOf(0) },
      { type: 'lost', job: 1, workerId: 'w', loss: { ...attempt, cause: 'wasted', reason: '' } },
    ] as const) {
      expect(tell(test, message)).toEqual([{ type: 'toJob', job: 1, event: message }]);
    }
  });

  it('is nothing once the job is over, or has left its place', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 1 });
    test.add(1);
    test.handled(1, 0);
    test.add(2);
    test.leave(1);
    for (const message of [found, capacity]) expect(tell(test, message)).toEqual([]);
    test.remove(1);
    const refused = { type: 'refused', job: 1, code: 'LIMIT_EXCEEDED', message: 'too much' } as const;
    for (const message of [found, capacity, refused]) expect(tell(test, message)).toEqual([]);
    expect([test.handled(1, 0), test.remove(1)]).toEqual([[], []]);
  });

  it('is goodbye to none of them: they wait for the next hub', () => {
    const test = SessionUnderTest.welcomed();
    test.add(1);
    expect(tell(test, { type: 'goodbye', reason: 'the hub restarts' })).toEqual([]);
  });
});

describe('jobs that have nothing to do', () => {
  it.each([
    [1, []],
    [2, [3]],
    [3, [2, 3]],
  ])('stay open over a reconnection as far as places are left, those first that were opened last: %d places', (places, kept) => {
    const test = SessionUnderTest.welcomed();
    for (const job of [1, 2, 3]) test.add(job);
    for (const job of [1, 2, 3]) test.handled(job, 0);
    test.lose();
    test.add(4);
    const opened = test.welcome({ maxJobsPerLeader: places }).flatMap((effect) => (effect.type === 'open' ? [effect.job] : []));
    expect(opened).toEqual([4, ...kept]);
  });
});

describe('a session that has failed', () => {
  it('waits for nothing any more, though jobs wait for places', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 1 });
    test.add(1);
    test.handled(1, 1);
    test.add(2);
    expect(test.session.nextDeadline()).toBeDefined();
    test.handle({ type: 'failed', error: new PaladinError('CLOSED', 'closed') });
    expect(test.session.nextDeadline()).toBeUndefined();
    test.now = 10_000;
    expect(test.handle({ type: 'tick' })).toEqual([]);
  });

  it('ends no job for want of room', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 2 });
    for (const job of [1, 2]) test.add(job);
    test.handled(1, 2);
    test.handled(2, 0, true);
    test.handle({ type: 'failed', error: new PaladinError('CLOSED', 'closed') });
    test.now = 10_000;
    expect(test.handle({ type: 'tick' })).toEqual([]);
  });
});

describe('jobs that wait for room at the hub', () => {
  it('are woken in turn, also where the one that was woken ends', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 2, maxJobsPerLeader: 4 });
    for (const job of [1, 2, 3, 4]) test.add(job);
    test.handled(1, 2);
    for (const job of [2, 3, 4]) test.handled(job, 0, true);
    expect(test.handled(1, 1)).toEqual([tick(2)]);
    // It has not answered: no other one is woken, whoever else ends.
    expect(test.remove(4)).toEqual([close(4)]);
    expect(test.handled(1, 0)).toEqual([]);
    test.remove(2);
    expect(test.handled(1, 1)).toEqual([]);
    expect(test.handled(1, 0)).toEqual([tick(3)]);
  });
});

describe('a job with nothing under way that waits for room', () => {
  const endOf = (test: SessionUnderTest): LeaderSessionEffect[] => test.handle({ type: 'tick' });
  const ended = (job: number, why: string): unknown => {
    const message = `no room for a further batch at the hub within 1000 ms: ${why}, and none has come back`;
    return { type: 'toJob', job, event: { type: 'refused', error: new PaladinError('LIMIT_EXCEEDED', message) } };
  };

  it('ends with LIMIT_EXCEEDED when nothing of any job has come back for too long', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 2 });
    for (const job of [1, 2, 3]) test.add(job);
    test.handled(1, 2);
    test.now = 500;
    test.handled(2, 0, true);
    test.handled(3, 0, true);
    expect(test.session.nextDeadline()).toBe(2_500);
    // One has come back: the others are given as long again.
    test.now = 2_000;
    test.handled(1, 1);
    test.handled(2, 1);
    expect(test.session.nextDeadline()).toBe(4_000);
    test.now = 3_999;
    expect(endOf(test)).toEqual([]);
    test.now = 4_000;
    const why = 'all 2 that the hub admits of one leader are under way (maxBatchesPerLeader, --max-batches-per-leader)';
    expect(endOf(test)).toEqual([ended(3, why)]);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('has waited from the beginning, however often it says so', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 2 });
    for (const job of [1, 2]) test.add(job);
    test.handled(1, 2);
    test.handled(2, 0, true);
    test.now = 1_000;
    // Nothing has come back.
    test.handled(1, 2);
    test.handled(2, 0, true);
    expect(test.session.nextDeadline()).toBe(2_000);
  });

  it('is told of bytes where these are what there is too much of', () => {
    const test = SessionUnderTest.welcomed({ maxBytesPerLeader: 100 });
    test.add(1);
    test.add(2);
    test.handled(1, 1, false, 90);
    test.handled(2, 0, true);
    test.now = 2_000;
    const why = '90 of the 100 bytes that the hub admits of one leader are under way (maxBytesPerLeader, --max-bytes-per-leader)';
    expect(endOf(test)).toEqual([ended(2, why)]);
  });

  it('waits on when something of it is under way, or the hub is away', () => {
    const test = SessionUnderTest.welcomed({ maxBatchesPerLeader: 2 });
    test.add(1);
    test.add(2);
    test.handled(1, 1);
    test.handled(2, 1, true);
    expect(test.session.nextDeadline()).toBeUndefined();
    test.handled(2, 0, true);
    test.now = 1_900;
    test.lose();
    test.now = 2_100;
    expect(endOf(test)).toEqual([]);
    test.welcome({ maxBatchesPerLeader: 2 });
    expect(test.session.nextDeadline()).toBe(4_100);
  });
});

describe('what is remembered of slots', () => {
  it('is of so many needs, the last ones that were heard of', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    const hear = (needs: string): void => {
      test.add(1, needs);
      test.handle({ type: 'received', message: { type: 'capacity', job: 1, slots: 4, leased: 0, missing: '' } });
      test.remove(1);
    };
    for (let at = 0; at < maxRememberedNeeds; at += 1) hear(`f${at}@1`);
    // That job is over: what is said of it pushes out nothing.
    test.handle({ type: 'received', message: { type: 'capacity', job: 1, slots: 4, leased: 0, missing: '' } });
    expect(test.add(1, 'f0@1')).toContainEqual(open(1, 4));
    test.remove(1);
    hear('g@1');
    expect(test.add(1, 'f0@1')).toContainEqual(open(1, 0));
    expect(test.add(2, 'f1@1')).toContainEqual(open(2, 4));
  });
});

describe('jobs that the hub knows already', () => {
  it('are opened again at once, however many were opened before', () => {
    const test = SessionUnderTest.welcomed({ maxJobsOpenedPerSecond: 2 });
    test.add(1);
    test.handled(1, 1);
    test.lose();
    test.add(2);
    expect(test.welcome({ maxJobsOpenedPerSecond: 2 })).toEqual([resume(1), open(1, 0, true), connected(1)]);
    expect(test.session.nextDeadline()).toBe(1_000);
    test.now = 1_000;
    expect(test.handle({ type: 'tick' })).toEqual([open(2), connected(2)]);
  });

  it('are opened before others, also those that had nothing to do when the connection was lost: the hub counts them until then', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    for (const job of [1, 2]) test.add(job);
    test.handled(1, 1);
    test.handled(2, 0);
    test.lose();
    test.add(3);
    test.want(2);
    const effects = test.welcome({ maxJobsPerLeader: 2 });
    expect(effects).toEqual([resume(1, 2), open(1, 0, true), open(2, 0, true), connected(1), connected(2)]);
  });
});

describe('room for the descriptions of jobs', () => {
  const sized = (test: SessionUnderTest, job: number, bytes: number) => test.add(job, 'double@1', false, bytes);

  it('is left by idle jobs, as many as it takes', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 10, maxDescriptionBytesPerLeader: 100 });
    for (const job of [1, 2, 3]) sized(test, job, 30);
    for (const job of [1, 2, 3]) test.handled(job, 0);
    expect(sized(test, 4, 60)).toEqual([asked(1), asked(2)]);
    expect(test.leave(1)).toEqual([close(1)]);
    expect(test.leave(2)).toEqual([close(2), open(4), connected(4)]);
  });

  it('is waited for no longer than a place', () => {
    const test = SessionUnderTest.welcomed({ maxDescriptionBytesPerLeader: 100 });
    sized(test, 1, 60);
    test.handled(1, 1);
    expect(sized(test, 2, 60)).toEqual([]);
    test.now = test.session.nextDeadline() ?? NaN;
    expect(test.handle({ type: 'tick' })).toMatchObject([{ job: 2, event: { error: { code: 'LIMIT_EXCEEDED' } } }]);
    test.remove(2);
    expect(test.remove(1)).toEqual([close(1)]);
  });

  it('is told how each job has ended, but of those that others go on for', () => {
    const test = SessionUnderTest.welcomed();
    for (const job of [1, 2]) test.add(job);
    expect(test.remove(1, { how: 'completed' })).toEqual([
      { type: 'send', message: { type: 'close', job: 1, outcome: { how: 'completed' } } },
    ]);
    expect(test.remove(2)).toEqual([{ type: 'send', message: { type: 'close', job: 2 } }]);
  });

  it('is not kept by idle jobs when the hub is back, where others wait for it', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 10, maxDescriptionBytesPerLeader: 100 });
    for (const job of [1, 2, 3]) sized(test, job, 30);
    for (const job of [1, 2, 3]) test.handled(job, 0);
    test.lose();
    sized(test, 4, 60);
    const effects = test.welcome({ maxJobsPerLeader: 10, maxDescriptionBytesPerLeader: 100 });
    expect(effects).toEqual([resume(3), open(4), open(3, 0, true), connected(4), connected(3)]);
  });
});

describe('a job that waits long for a worker', () => {
  const waits = (test: SessionUnderTest, job: number, starving: string | undefined): LeaderSessionEffect[] =>
    test.handle({ type: 'jobHandled', job, load: { batches: 0, bytes: 0 }, wanting: true, blocked: false, starving });

  it('is warned of once with all that need the same, until there are slots for them', () => {
    const test = SessionUnderTest.welcomed();
    for (const job of [1, 2]) test.add(job);
    test.add(3, 'other@1');
    expect(waits(test, 1, 'one waits')).toEqual([{ type: 'warn', reason: 'one waits' }]);
    expect(waits(test, 1, 'one waits')).toEqual([]);
    expect(waits(test, 2, 'two waits')).toEqual([]);
    expect(waits(test, 3, 'three waits')).toEqual([{ type: 'warn', reason: 'three waits' }]);
    expect(waits(test, 1, undefined)).toEqual([]);
    const told = (slots: number): LeaderSessionEvent => ({
      type: 'received',
      message: { type: 'capacity', job: 1, slots, leased: 0, missing: '' },
    });
    test.handle(told(0));
    expect(waits(test, 2, 'two waits')).toEqual([]);
    test.handle(told(1));
    expect(waits(test, 2, 'two waits')).toEqual([{ type: 'warn', reason: 'two waits' }]);
    expect(waits(test, 3, 'three waits')).toEqual([]);
  });

  it('is not warned of beyond what anybody reads', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 * maxRememberedNeeds });
    let warnings = 0;
    for (let job = 0; job < maxRememberedNeeds + 10; job += 1) {
      test.add(job, `f${job}@1`);
      warnings += waits(test, job, 'it waits').length;
      test.remove(job);
    }
    expect(warnings).toBe(maxRememberedNeeds);
  });
});
