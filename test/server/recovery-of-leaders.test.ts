import { describe, expect, it } from 'vitest';
import { leaderGraceMs, recoveryWindowMs } from '../../src/limits.js';
import { adopted, answers, attempt, busyHub, leaderBack, leaderLost, orders, tickAt, underWay } from './recovery-harness.js';
import { assigned, batchOf } from './scheduler-harness.js';

describe('a leader whose connection broke', () => {
  it('is waited for: what runs goes on, and nothing new is given out', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    expect(hub.result('w', 'l:1', 0)).toEqual([]);
    expect(hub.status().jobs).toMatchObject([{ queued: 1, leased: 1, unacknowledged: 1 }]);
  });

  it('gets what it missed when it is back, and goes on', () => {
    const hub = busyHub();
    hub.now = recoveryWindowMs;
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    hub.result('w', 'l:1', 0);
    const effects = leaderBack(hub, [underWay(0), underWay(1), underWay(2), underWay(3)]);
    expect(orders(effects)).toEqual(['resend 0/1']);
    expect(answers(effects)).toEqual(['returned 3/1']);
    expect(assigned(effects)).toEqual(['w: l:1/2']);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it('is rid of what it does not want any more', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    hub.result('w', 'l:1', 0);
    // It may have been given up before its connection broke, and be wanted: that is for the leader to say.
    expect(adopted(leaderBack(hub, []))).toEqual(['1/1', '0/1']);
    const cancelled = [1, 0].flatMap((seq) => orders(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(seq) })));
    expect(cancelled).toEqual(['cancel 1/1', 'acknowledge 0/1']);
    expect(hub.status().jobs).toMatchObject([{ queued: 0, leased: 0, unacknowledged: 0 }]);
    expect(hub.status().workers).toMatchObject([{ leased: 0, ending: 1 }]);
  });

  it('is rid of the jobs that ended while it was away', () => {
    const hub = busyHub();
    leaderLost(hub);
    expect(orders(leaderBack(hub, [], []))).toEqual(['close l:1']);
    expect(hub.status().jobs).toEqual([]);
  });

  it('is given up in the end, and its jobs are cancelled everywhere', () => {
    const hub = busyHub();
    leaderLost(hub);
    expect(tickAt(hub, leaderGraceMs - 1)).toEqual([]);
    expect(orders(tickAt(hub, leaderGraceMs))).toEqual(['close l:1']);
    expect(hub.status()).toMatchObject({ leaders: [], jobs: [] });
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('is not waited for when it closed the connection itself', () => {
    const hub = busyHub();
    expect(orders(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual(['close l:1']);
  });
});
