import { describe, expect, it } from 'vitest';
import { saidCharBytes, saidRecordBytes } from '../../server/core/charges.js';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { recoveryWindowMs, workerGraceMs } from '../../src/limits.js';
import type { Possession } from '../../src/protocol/messages.js';
import {
  adopted,
  answers,
  attempt,
  busyHub,
  leaderBack,
  leaderLost,
  orders,
  possession,
  ticketed,
  tickAt,
  underWay,
  workerBack,
  workerLost,
} from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest, resultOf, toLeaders, toWorkers } from './scheduler-harness.js';

describe('a worker that is back', () => {
  it('gives its leader the reasons for what is lost', () => {
    const hub = busyHub();
    leaderLost(hub);
    hub.result('w', 'l:1', 0);
    leaderBack(hub, [underWay(0), underWay(1)]);
    workerLost(hub);
    const lost = toLeaders(workerBack(hub, [])).flatMap(([, message]) => (message.type === 'lost' ? [message] : []));
    expect(lost).toMatchObject([
      { workerId: 'w', loss: { seq: 1, cause: 'returned', reason: 'its connection was lost before it had begun' } },
      { workerId: 'w', loss: { seq: 0, cause: 'wasted', reason: 'its answer is gone' } },
    ]);
  });

  it('is not asked for answers that nobody has missed, and that it does not keep', () => {
    const hub = busyHub();
    hub.result('w', 'l:1', 0);
    workerLost(hub);
    expect(answers(workerBack(hub, [possession([1])]))).toEqual([]);
    expect(hub.status().jobs).toMatchObject([{ unacknowledged: 0 }]);
  });

  it.each([
    ['has something of it', [possession([0])], ['assign']],
    ['has nothing of it', [], ['job', 'assign']],
  ])('is told again what a job is like if it %s', (_, jobs, expected) => {
    const hub = busyHub();
    workerLost(hub);
    workerBack(hub, jobs);
    const told = toWorkers(hub.batch('l', 1, batchOf(2))).map(([, { type }]) => type);
    expect(told).toEqual(expected);
  });

  it('has not wasted what it kept the answer of, as far as a hub knows that was started anew', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([], [0])]);
    leaderBack(hub, [underWay(0)]);
    workerLost(hub);
    expect(answers(workerBack(hub, []))).toEqual(['wasted 0/1']);
  });

  it('is given up in its turn where several are away', () => {
    const hub = new HubUnderTest();
    for (const [at, workerId] of ['v', 'w'].entries()) {
      hub.now = 10 * at;
      hub.worker(workerId, 1);
      hub.handle({ type: 'workerLeft', workerId, reason: 'transport close', how: 'lost' });
    }
    tickAt(hub, workerGraceMs);
    expect(hub.status().workers).toMatchObject([{ workerId: 'w' }]);
    tickAt(hub, workerGraceMs + 10);
    expect(hub.status().workers).toEqual([]);
  });

  it('has slots taken by what was cancelled, until that has ended', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    workerBack(hub, [], [0]);
    expect([1, 2].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/1']);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/2']);
  });

  it('takes nothing beside what was found and is to be executed alone, also of its own job', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0])]);
    leaderBack(hub, [{ ...underWay(0), suspect: true, alone: true }]);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/1']);
  });

  it('takes another suspect beside what was found, which is none', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    workerBack(hub, [possession([0])]);
    expect(assigned(hub.batch('l', 1, batchOf(7, { suspect: true })))).toEqual(['w: l:1/7']);
  });
});

describe('what a leader knows to be under way', () => {
  it.each([
    ['executes', [0], []],
    ['has finished', [], [0]],
  ])('is not told to it as found when a worker %s it, whether it is awaited, leased or answered', (_, running, held) => {
    const awaited = new HubUnderTest();
    leaderBack(awaited, [underWay(0)]);
    expect(adopted(workerBack(awaited, [possession(running, held)]))).toEqual([]);

    const claimed = new HubUnderTest();
    workerBack(claimed, [possession(running, held)]);
    expect(adopted(leaderBack(claimed, [underWay(0)]))).toEqual([]);

    const leased = busyHub();
    workerLost(leased);
    expect(adopted(workerBack(leased, [possession(running, held)]))).toEqual([]);
  });

  it('is not told to it as found when it is answered, and kept', () => {
    const hub = busyHub();
    hub.result('w', 'l:1', 0);
    workerLost(hub);
    expect(adopted(workerBack(hub, [possession([1], [0])]))).toEqual([]);
  });

  it('is awaited still where a worker has but a part of it', () => {
    const hub = new HubUnderTest();
    leaderBack(hub, [underWay(0, 100), underWay(1, 200)]);
    workerBack(hub, [possession([0])]);
    expect(answers(tickAt(hub, 200))).toEqual(['returned 1/1']);
  });

  it('is told as lost by nobody where no worker has it, without a word of slots where there are some', () => {
    const hub = new HubUnderTest();
    hub.worker('w', 1);
    leaderBack(hub, [underWay(0)]);
    const loss = { ...attempt(0), cause: 'returned', reason: 'no worker has it' };
    expect(toLeaders(tickAt(hub, recoveryWindowMs))).toEqual([['l', { type: 'lost', job: 1, workerId: '', loss }]]);
  });

  it('is told as lost in pieces, by turns with other jobs, where there is much of it', () => {
    const hub = new HubUnderTest({}, { told: 9, fitted: 9, lost: 2 });
    hub.worker('w', 1);
    hub.leader('l', [1, 2]);
    hub.open('l', 1, { resumed: [0, 1, 2, 3, 4].map((seq) => underWay(seq)) });
    hub.open('l', 2, { resumed: [underWay(0), underWay(1)] });
    const lost = (effects: SchedulerEffect[]): string[] =>
      toLeaders(effects).flatMap(([, message]) => (message.type === 'lost' ? [`${message.job}: ${message.loss.seq}`] : []));
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual(['1: 0', '1: 1']);
    expect(hub.scheduler.nextDeadline()).toBe(recoveryWindowMs);
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual(['2: 0', '2: 1']);
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual(['1: 2', '1: 3']);
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual(['1: 4']);
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual([]);
    // Of what comes back after the time was up, no more is told at once either.
    expect(lost(hub.open('l', 3, { resumed: [0, 1, 2].map((seq) => underWay(seq)) }))).toEqual(['3: 0', '3: 1']);
    expect(lost(tickAt(hub, recoveryWindowMs))).toEqual(['3: 2']);
  });

  it('is told once how much of it is left, behind the last piece that is due, where there are no slots', () => {
    const hub = new HubUnderTest({}, { told: 9, fitted: 9, lost: 2 });
    leaderBack(
      hub,
      [0, 1, 2, 3, 4, 5].map((seq) => underWay(seq, seq < 5 ? 10 : 20)),
    );
    const told = (now: number): unknown[] =>
      toLeaders(tickAt(hub, now)).map(([, message]) => (message.type === 'capacity' ? message.leased : message.type));
    expect(told(10)).toEqual(['lost', 'lost']);
    expect(told(10)).toEqual(['lost', 'lost']);
    expect(told(10)).toEqual(['lost', 1]);
    expect(hub.scheduler.nextDeadline()).toBe(20);
    expect(told(20)).toEqual(['lost', 0]);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('is no news to it, though there are no slots, as long as it may hope for as much as before', () => {
    const told = (hub: HubUnderTest, running: number[], held: number[]): unknown[] => {
      hub.workerJoined('w');
      return toLeaders(hub.fromWorker('w', { type: 'report', jobs: [possession(running, held)], ending: [] }));
    };
    const leased = busyHub();
    workerLost(leased);
    expect(told(leased, [0, 1], [])).toEqual([]);
    const awaited = new HubUnderTest();
    leaderBack(awaited, [underWay(0)]);
    expect(told(awaited, [0], [])).toEqual([]);
    const answered = busyHub();
    for (const seq of [0, 1]) answered.result('w', 'l:1', seq);
    workerLost(answered);
    expect(told(answered, [], [0, 1])).toEqual([]);
  });

  it('is not hoped for any more where it was found with its answer only, at a worker that offers nothing', () => {
    const hub = new HubUnderTest();
    expect(toLeaders(leaderBack(hub, [underWay(0)])).at(-1)).toMatchObject(['l', { type: 'capacity', slots: 0, leased: 1 }]);
    hub.workerJoined('w');
    const found = hub.fromWorker('w', { type: 'report', jobs: [possession([], [0])], ending: [] });
    expect(toLeaders(found)).toMatchObject([['l', { type: 'capacity', slots: 0, leased: 0 }]]);
    expect(orders(found)).toEqual(['resend 0/1']);
  });
});

describe('what workers say that they have', () => {
  const report = (hub: HubUnderTest, workerId: string, jobs: readonly Possession[], more = false): unknown[] =>
    hub.fromWorker(workerId, { type: 'report', jobs, ending: [], ...(more && { more }) }).filter(({ type }) => type === 'expel');
  const join = (hub: HubUnderTest, workerId: string): void => {
    hub.workerJoined(workerId);
  };
  /** For a job or an attempt of it. */
  const saidBytes = saidRecordBytes + 'l:1'.length * saidCharBytes;

  it('is named once', () => {
    const hub = new HubUnderTest();
    join(hub, 'w');
    report(hub, 'w', [possession([0])], true);
    expect(report(hub, 'w', [possession([0])])).toEqual([
      { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason: 'it has reported attempt 0/1/l:1 twice' },
    ]);
  });

  it('is charged to them for each job and each attempt, over all their reports', () => {
    const tryWith = (maxRecordBytes: number): unknown[] => {
      const hub = new HubUnderTest({ maxRecordBytes });
      join(hub, 'w');
      return [report(hub, 'w', [possession([0, 1])], true), report(hub, 'w', [possession([2], [3])])].flat();
    };
    expect(tryWith(6 * saidBytes)).toEqual([]);
    const reason = `the hub's limit is reached: more than ${6 * saidBytes - 1} bytes of records of all peers at the hub (maxRecordBytes)`;
    expect(tryWith(6 * saidBytes - 1)).toEqual([{ type: 'expel', role: 'worker', id: 'w', code: 'LIMIT_EXCEEDED', reason }]);
  });

  it('is charged to them by the length of the names of jobs, of what comes to an end as well', () => {
    const tryWith = (maxRecordBytes: number): unknown[] => {
      const hub = new HubUnderTest({ maxRecordBytes });
      join(hub, 'w');
      const ending = [{ jobId: 'l:1', ...attempt(0) }];
      return hub.fromWorker('w', { type: 'report', jobs: [], ending }).filter(({ type }) => type === 'expel');
    };
    expect(tryWith(saidBytes)).toEqual([]);
    expect(tryWith(saidBytes - 1)).toHaveLength(1);
  });

  it('is charged to them until its jobs are open', () => {
    const hub = new HubUnderTest({ maxRecordBytes: 3 * saidBytes });
    join(hub, 'w');
    report(hub, 'w', [possession([0])]);
    join(hub, 'v');
    const ofOther: Possession = { jobId: 'l:1', running: [ticketed(1, 1, 'v')], held: [] };
    expect(report(hub, 'v', [ofOther])).toHaveLength(1);
    hub.handle({ type: 'workerLeft', workerId: 'v', reason: '', how: 'closed' });
    hub.handle({ type: 'workerLeft', workerId: 'w', reason: '', how: 'closed' });
    hub.leader('l');
    hub.open('l', 1);
    for (const workerId of ['w', 'v']) {
      join(hub, workerId);
      const running = [ticketed(0, 1, workerId)];
      expect(report(hub, workerId, [{ jobId: 'l:1', running, held: [] }])).toEqual([]);
      hub.fromWorker(workerId, { type: 'result', jobId: 'l:1', result: resultOf(0) });
      hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) });
    }
  });
});
