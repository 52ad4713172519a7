import { describe, expect, it } from 'vitest';
import { leaderGraceMs, recoveryWindowMs } from '../../src/limits.js';
import {
  answers,
  attempt,
  busyHub,
  leaderBack,
  orders,
  possession,
  ticketed,
  tickAt,
  underWay,
  workerBack,
} from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest } from './scheduler-harness.js';

describe('a hub that has just started', () => {
  it('finds what workers execute and leaders want, whoever comes first', () => {
    const workerFirst = new HubUnderTest();
    workerBack(workerFirst, [possession([0])]);
    expect(answers(leaderBack(workerFirst, [underWay(0)]))).toEqual([]);
    expect(answers(workerFirst.result('w', 'l:1', 0))).toEqual(['result 0/1']);

    const leaderFirst = new HubUnderTest();
    expect(answers(leaderBack(leaderFirst, [underWay(0)]))).toEqual([]);
    expect(answers(workerBack(leaderFirst, [possession([0])]))).toEqual([]);
    expect(answers(leaderFirst.result('w', 'l:1', 0))).toEqual(['result 0/1']);
    expect(leaderFirst.scheduler.nextDeadline()).toBeUndefined();
  });

  it('asks for the answers that workers keep', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([], [0])]);
    expect(orders(leaderBack(hub, [underWay(0)]))).toEqual(['resend 0/1']);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
    expect(orders(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) }))).toEqual(['acknowledge 0/1']);
  });

  it('remembers what a worker answered before its leader came', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0])]);
    hub.result('w', 'l:1', 0);
    expect(orders(leaderBack(hub, [underWay(0)]))).toEqual(['resend 0/1']);
  });

  it('gives nothing to a slot that is taken by a job which nobody has opened yet', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0, 1])]);
    hub.leader('m');
    hub.open('m', 1);
    expect(assigned(hub.batch('m', 1, batchOf(0)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: m:1/0']);
  });

  it('waits for an attempt as long as it is worth it, and no longer than the window', () => {
    const hub = new HubUnderTest();
    expect(answers(leaderBack(hub, [underWay(0, 200), underWay(1)]))).toEqual([]);
    expect(hub.scheduler.nextDeadline()).toBe(200);
    expect(answers(tickAt(hub, 200))).toEqual(['returned 0/1']);
    expect(answers(tickAt(hub, recoveryWindowMs - 1))).toEqual([]);
    expect(answers(tickAt(hub, recoveryWindowMs))).toEqual(['returned 1/1']);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('waits for nothing once the window has passed', () => {
    const hub = busyHub();
    hub.now = recoveryWindowMs;
    hub.leader('m', [1]);
    expect(answers(hub.open('m', 1, { resumed: [underWay(0)] }))).toEqual(['returned 0/1']);
  });

  it('closes what workers have of jobs whose leader did not come back, or came without them', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0]), { jobId: 'm:1', running: [ticketed(0)], held: [] }]);
    expect(orders(leaderBack(hub, [], []))).toEqual(['close l:1']);
    expect(hub.scheduler.nextDeadline()).toBe(leaderGraceMs);
    expect(orders(tickAt(hub, leaderGraceMs))).toEqual(['close m:1']);
    expect(hub.status().workers).toMatchObject([{ ending: 2 }]);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('closes what workers have of a job that ended before it was opened again', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0])]);
    expect(hub.leader('l', [1])).toEqual([]);
    expect(orders(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual(['close l:1']);
  });
});
