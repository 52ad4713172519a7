import { describe, expect, it } from 'vitest';
import type { LeaderSessionEffect, LeaderSessionEvent } from '../../src/core/leader-session.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxRememberedNeeds } from '../../src/limits.js';
import { SessionUnderTest, open, close, tick } from './leader-session-harness.js';

describe('what a session says of itself', () => {
  it('is why there is no hub, and what its jobs have there', () => {
    const test = new SessionUnderTest();
    expect([test.session.lastReason, test.session.batches]).toEqual(['not yet connected', 0]);
    test.welcome();
    test.add(1);
    test.handled(1, 3);
    test.lose();
    expect([test.session.lastReason, test.session.batches]).toEqual(['cut', 3]);
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

describe('what is remembered of slots', () => {
  it('is of so many needs, the last ones that were heard of', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 2 });
    const hear = (needs: string): void => {
      test.add(1, needs);
      test.handle({ type: 'received', message: { type: 'capacity', job: 1, slots: 4, leased: 0, missing: '' } });
      test.remove(1);
    };
    for (let at = 0; at < maxRememberedNeeds; at += 1) hear(`f${at}@1`);
    expect(test.add(1, 'f0@1')).toContainEqual(open(1, 4));
    test.remove(1);
    hear('g@1');
    expect(test.add(1, 'f0@1')).toContainEqual(open(1, 0));
    expect(test.add(2, 'f1@1')).toContainEqual(open(2, 4));
  });
});
