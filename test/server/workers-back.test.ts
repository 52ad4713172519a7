import { describe, expect, it } from 'vitest';
import { saidCharBytes, saidRecordBytes } from '../../server/core/charges.js';
import { recoveryWindowMs, workerGraceMs } from '../../src/limits.js';
import type { Possession } from '../../src/protocol/messages.js';
import {
  adopted,
  answers,
  attempt,
  busyHub,
  leaderBack,
  leaderLost,
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
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ unacknowledged: 0 }]);
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

  it('has slots taken by what was cancelled, until that has ended', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    workerBack(hub, [], [0]);
    expect([1, 2].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/1']);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/2']);
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
});

describe('what workers say that they have', () => {
  const report = (hub: HubUnderTest, workerId: string, jobs: readonly Possession[], more = false): unknown[] =>
    hub.fromWorker(workerId, { type: 'report', jobs, ending: [], ...(more && { more }) }).filter(({ type }) => type === 'expel');
  const join = (hub: HubUnderTest, workerId: string): void => {
    hub.handle({ type: 'workerJoined', workerId, name: '' });
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
