import { describe, expect, it } from 'vitest';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { leaderGraceMs, listWithinMs, maxHeldAnswers, maxResumed, recoveryWindowMs, workerGraceMs } from '../../src/limits.js';
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

describe('a worker whose connection broke', () => {
  it('keeps what it executes if it is back in a moment', () => {
    const hub = busyHub();
    expect(answers(workerLost(hub))).toEqual([]);
    expect(hub.scheduler.nextDeadline()).toBe(workerGraceMs);
    expect(answers(workerBack(hub, [possession([0, 1])]))).toEqual([]);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
    expect(answers(hub.result('w', 'l:1', 1))).toEqual(['result 1/1']);
  });

  it('is given up after that, and its work goes to others', () => {
    const hub = busyHub();
    workerLost(hub);
    expect(answers(tickAt(hub, workerGraceMs - 1))).toEqual([]);
    expect(answers(tickAt(hub, workerGraceMs))).toEqual(['gone 0/1', 'gone 1/1']);
    expect(hub.scheduler.status(0).workers).toEqual([]);
  });

  it('is given up at once when it was silent for long, or has closed', () => {
    for (const how of ['silent', 'closed'] as const) {
      const hub = busyHub();
      const cause = how === 'silent' ? 'gone' : 'wasted';
      expect(answers(hub.handle({ type: 'workerLeft', workerId: 'w', reason: how, how }))).toEqual([
        `${cause} 0/1`,
        `${cause} 1/1`,
      ]);
    }
  });

  it.each(['lost', 'silent'] as const)('is to blame nobody when it was told to go, and is then %s', (how) => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'draining' });
    const left = hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'transport close', how });
    expect(answers([...left, ...tickAt(hub, workerGraceMs)])).toEqual(['wasted 0/1', 'wasted 1/1']);
  });

  it('has begun nothing that it was given while it left', () => {
    const hub = busyHub();
    for (const type of ['draining', 'leaving'] as const) hub.fromWorker('w', { type });
    expect(answers(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'closed', how: 'closed' }))).toEqual([
      'returned 0/1',
      'returned 1/1',
    ]);
  });

  it('is known to have been told to go over a new connection, before it says so again', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'draining' });
    workerLost(hub);
    const back = workerBack(hub, [possession([0, 1])]);
    expect(assigned([...back, ...hub.batch('l', 1, batchOf(2))])).toEqual([]);
    workerLost(hub);
    hub.now = 10 * workerGraceMs;
    expect(answers(hub.handle({ type: 'tick' }))).toEqual(['wasted 0/1', 'wasted 1/1']);
  });

  it('gives back what it never got, and is asked for the answers that it has', () => {
    const hub = busyHub();
    workerLost(hub);
    const effects = workerBack(hub, [possession([], [0])]);
    expect(answers(effects)).toEqual(['returned 1/1']);
    expect(orders(effects)).toEqual(['resend 0/1']);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
    // Asked once, it is heard once.
    expect(hub.result('w', 'l:1', 0)).toEqual([]);
  });

  it('is not free for others as long as it executes what was cancelled meanwhile', () => {
    const hub = busyHub();
    workerLost(hub);
    hub.fromLeader('l', { type: 'close', job: 1 });
    expect(orders(workerBack(hub, [possession([0, 1])]))).toEqual(['close l:1']);
    hub.open('l', 2);
    expect(assigned(hub.batch('l', 2, batchOf(0)))).toEqual([]);
    const loss = { seq: 0, attempt: 1, cause: 'cancelled', reason: 'it was cancelled' } as const;
    expect(assigned(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss }))).toEqual(['w: l:2/0']);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 1, ending: 1 }]);
  });

  it('reports once on a connection: what was given out since is not missing', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(hub.fromWorker('w', { type: 'report', jobs: [], ending: [] })).toEqual([]);
  });

  it('is told to its leader when it is back after it was given up', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    hub.batch('l', 1, batchOf(0, { attempt: 2 }));
    const effects = workerBack(hub, [possession([0])]);
    expect(toLeaders(effects)).toContainEqual([
      'l',
      { type: 'adopted', job: 1, workerId: 'w', seq: 0, attempt: 1, inPlaceOf: [2] },
    ]);
    expect(assigned(effects)).toEqual([]);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0, leased: 1 }]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it('is charged to its job only from then on, and what the job is charged too much for others of it comes back to it at once', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    workerBack(hub, [possession([0])]);
    const given: string[] = [];
    for (let seq = 1; seq <= 20; seq += 1) for (const job of [2, 1]) given.push(...assigned(hub.batch('l', job, batchOf(seq))));
    given.push(...assigned(hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(0, { elapsedMs: 12_000 }) })));
    for (let at = 0; at < 12; at += 1) {
      const [, jobId = '', seq] = /(l:\d)\/(\d+)$/u.exec(given[at] ?? '') ?? [];
      given.push(...assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 20 })));
    }
    expect(given.filter((each) => each.startsWith('w: l:1/')).length).toBeGreaterThan(3);
  });

  it('goes on in place of what waits, which nobody executes any more', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    hub.batch('l', 1, batchOf(0, { attempt: 2 }));
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    hub.fromWorker('w', { type: 'report', jobs: [possession([0])], ending: [] });
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0, leased: 1 }]);
  });

  it('is told to its leader when it keeps the answer after it was given up, and nothing is executed in its place', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    hub.batch('l', 1, batchOf(0, { attempt: 2 }));
    const effects = workerBack(hub, [possession([], [0])]);
    expect(toLeaders(effects)).toContainEqual([
      'l',
      { type: 'adopted', job: 1, workerId: 'w', seq: 0, attempt: 1, inPlaceOf: [2] },
    ]);
    expect([orders(effects), assigned(effects)]).toEqual([['resend 0/1'], []]);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0, leased: 0 }]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it.each([
    ['executes', [0], []],
    ['keeps the answer', [], [0]],
  ])('takes nothing in its place that is on its way when it is back and %s', (_, running, held) => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    workerBack(hub, [possession(running, held)]);
    expect(answers(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['returned 0/2']);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0 }]);
    // On purpose it may be executed beside it; and once it has come, nothing is in the way any more.
    hub.worker('v', 1);
    if (running.length > 0) expect(assigned(hub.batch('l', 1, batchOf(0, { attempt: 3, beside: true })))).toEqual(['v: l:1/0']);
    else hub.result('w', 'l:1', 0);
    expect(answers(hub.batch('l', 1, batchOf(1, { attempt: 2 })))).toEqual([]);
  });

  it('takes what waits at another worker in its place from that one', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    hub.worker('v', 1);
    // Cheap ones are sent ahead.
    for (let seq = 10; seq < 14; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.result('v', 'l:1', seq, { elapsedMs: 1 });
    }
    expect(assigned(hub.batch('l', 1, batchOf(1, { attempt: 2 })))).toEqual(['v: l:1/1']);
    expect(assigned(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['v: l:1/0']);
    const effects = workerBack(hub, [possession([], [0, 1])]);
    expect(toLeaders(effects).filter(([, { type }]) => type === 'adopted')).toMatchObject([
      ['l', { seq: 0, inPlaceOf: [2] }],
      // What is executed goes on: the first success counts.
      ['l', { seq: 1, inPlaceOf: [] }],
    ]);
    expect(orders(effects)).toEqual(['cancel 0/2', 'resend 0/1', 'resend 1/1']);
  });

  it('keeps an answer that is asked for, though its leader still acknowledges the loss that it was told before', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    workerBack(hub, [possession([], [0])]);
    expect(orders(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) }))).toEqual([]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
    expect(orders(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) }))).toEqual(['acknowledge 0/1']);
  });

  it('is used by a leader that is back and had given it up', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    leaderLost(hub);
    workerBack(hub, [possession([1], [0])]);
    const effects = leaderBack(hub, []);
    expect(adopted(effects)).toEqual(['1/1', '0/1']);
    expect(orders(effects)).toEqual(['resend 0/1']);
  });

  it('takes the answers with it that it was asked for again', () => {
    const hub = busyHub();
    leaderLost(hub);
    hub.result('w', 'l:1', 0);
    workerLost(hub);
    expect(answers(leaderBack(hub, [underWay(0), underWay(1)]))).toEqual([]);
    expect(answers(tickAt(hub, workerGraceMs))).toEqual(['wasted 0/1', 'gone 1/1']);
  });

  it('takes the word with it, too, that something was not begun, which the hub remembers', () => {
    const hub = busyHub();
    leaderLost(hub);
    const loss = { seq: 0, attempt: 1, cause: 'returned', reason: 'the worker drains' } as const;
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss });
    workerLost(hub);
    leaderBack(hub, [underWay(0), underWay(1)]);
    expect(answers(tickAt(hub, workerGraceMs))).toEqual(['returned 0/1', 'gone 1/1']);
  });

  it('may have forgotten its word that something was not begun, and the hub has not', () => {
    for (const cause of ['returned', 'death'] as const) {
      const hub = busyHub();
      leaderLost(hub);
      hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { seq: 0, attempt: 1, cause, reason: 'what it was' } });
      leaderBack(hub, [underWay(0), underWay(1)]);
      const notKept = { seq: 0, attempt: 1, cause: 'wasted', reason: 'its answer was not kept' } as const;
      const told = hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: notKept });
      expect(answers(told)).toEqual([cause === 'returned' ? 'returned 0/1' : 'wasted 0/1']);
    }
  });
});

describe('a leader whose connection broke', () => {
  it('is waited for: what runs goes on, and nothing new is given out', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    expect(hub.result('w', 'l:1', 0)).toEqual([]);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 1, leased: 1, unacknowledged: 1 }]);
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
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0, leased: 0, unacknowledged: 0 }]);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 0, ending: 1 }]);
  });

  it('is rid of the jobs that ended while it was away', () => {
    const hub = busyHub();
    leaderLost(hub);
    expect(orders(leaderBack(hub, [], []))).toEqual(['close l:1']);
    expect(hub.scheduler.status(0).jobs).toEqual([]);
  });

  it('is given up in the end, and its jobs are cancelled everywhere', () => {
    const hub = busyHub();
    leaderLost(hub);
    expect(tickAt(hub, leaderGraceMs - 1)).toEqual([]);
    expect(orders(tickAt(hub, leaderGraceMs))).toEqual(['close l:1']);
    expect(hub.scheduler.status(0)).toMatchObject({ leaders: [], jobs: [] });
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('is not waited for when it closed the connection itself', () => {
    const hub = busyHub();
    expect(orders(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual(['close l:1']);
  });
});

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
    hub.handle({ type: 'leaderJoined', leaderId: 'm', name: '' });
    hub.fromLeader('m', { type: 'resume', jobs: [1] });
    expect(answers(hub.open('m', 1, { resumed: [underWay(0)] }))).toEqual(['returned 0/1']);
  });

  it('closes what workers have of jobs whose leader did not come back, or came without them', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0]), { jobId: 'm:1', running: [ticketed(0)], held: [] }]);
    expect(orders(leaderBack(hub, [], []))).toEqual(['close l:1']);
    expect(hub.scheduler.nextDeadline()).toBe(leaderGraceMs);
    expect(orders(tickAt(hub, leaderGraceMs))).toEqual(['close m:1']);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ ending: 2 }]);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('closes what workers have of a job that ended before it was opened again', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0])]);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    expect(hub.fromLeader('l', { type: 'resume', jobs: [1] })).toEqual([]);
    expect(orders(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual(['close l:1']);
  });
});

describe('a batch that is suspect of killing its worker', () => {
  const suspect = (seq: number) => batchOf(seq, { suspect: true });

  it('is alone among suspects: each goes to a worker of its own', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 2);
    hub.open('l', 1);
    const given = [0, 1, 2].flatMap((seq) => assigned(hub.batch('l', 1, suspect(seq))));
    expect(given).toEqual(['v: l:1/0', 'w: l:1/1']);
    // Others are not held up by those that wait.
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual(['v: l:1/3']);
    expect(assigned(hub.result('w', 'l:1', 1))).toEqual(['w: l:1/2']);
  });

  it('does not wait for ever behind what is sent ahead', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 1 });
    for (let seq = 1; seq < 20; seq += 1) hub.batch('l', 1, batchOf(seq));
    hub.open('l', 2);
    hub.batch('l', 2, suspect(0));
    const order = [1, 2, 3, 4, 5].flatMap((seq) => assigned(hub.result('w', 'l:1', seq, { elapsedMs: 1 })));
    expect(order).toEqual(['w: l:2/0']);
  });

  it('is executed alone when it happened again: a worker comes to rest for it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1, { suspect: true, alone: true })))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/1']);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 1))).toEqual(['w: l:1/2', 'w: l:1/3']);
  });

  it.each(['taken by another worker', 'cancelled', 'closed with its job'])('keeps no worker from others once it is %s', (how) => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 1);
    hub.open('l', 1);
    // Of a priority that lets a worker come to rest for it.
    hub.open('l', 2, { priority: 3 });
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    const inHand = hub.scheduler.status(0).workers.map(({ leased }) => leased);
    expect(inHand).toEqual([1, 1]);
    // One of the two, which have as little in hand, comes to rest for it.
    expect(assigned(hub.batch('l', 2, batchOf(7, { suspect: true, alone: true })))).toEqual([]);
    const effects =
      how === 'cancelled'
        ? hub.fromLeader('l', { type: 'cancel', job: 2, seq: 7, attempt: 1 })
        : how === 'closed with its job'
          ? hub.fromLeader('l', { type: 'close', job: 2 })
          : hub.result('w', 'l:1', 1);
    expect(assigned(effects)).toEqual(how === 'taken by another worker' ? ['w: l:2/7'] : []);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual(['v: l:1/3']);
  });

  it('takes the worker over that came to rest for one whose job is closed', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    for (const job of [2, 3]) hub.open('l', job, { priority: 3 });
    hub.batch('l', 1, batchOf(0));
    const alone = batchOf(0, { suspect: true, alone: true });
    for (const job of [2, 3]) expect(assigned(hub.batch('l', job, alone))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'close', job: 2 }))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:3/0']);
  });

  it('is executed alone at once where a worker is idle', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 1);
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1, { suspect: true, alone: true })))).toEqual(['w: l:1/1']);
  });

  it('is known to be to blame when its worker had nothing else', () => {
    for (const count of [1, 2]) {
      const hub = new HubUnderTest();
      hub.leader('l');
      hub.worker('w', 2);
      hub.open('l', 1);
      for (let seq = 0; seq < count; seq += 1) hub.batch('l', 1, batchOf(seq));
      const lost = toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'silent', how: 'silent' }));
      expect(lost).toContainEqual([
        'l',
        expect.objectContaining({ loss: expect.objectContaining({ alone: count === 1 }) as unknown }),
      ]);
    }
  });

  it.each(['silent', 'lost'] as const)('may be another one, that was cancelled while it executed: %s', (how) => {
    for (const cancels of [true, false]) {
      const hub = new HubUnderTest();
      hub.leader('k');
      hub.leader('l');
      hub.worker('w', 2);
      for (const leader of ['k', 'l']) hub.open(leader, 1);
      hub.batch('l', 1, batchOf(0));
      if (cancels) {
        hub.batch('k', 1, batchOf(0));
        hub.fromLeader('k', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
      }
      const left = hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'cut', how });
      hub.now += workerGraceMs;
      const lost = toLeaders([...left, ...hub.handle({ type: 'tick' })]);
      expect(lost).toContainEqual([
        'l',
        expect.objectContaining({ loss: expect.objectContaining({ alone: !cancels }) as unknown }),
      ]);
    }
  });

  it('leaves its place to the next when it is cancelled, and keeps it when the hub is started anew', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, suspect(0));
    expect(assigned(hub.batch('l', 1, suspect(1)))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) }))).toEqual(['w: l:1/1']);
    const anew = new HubUnderTest();
    workerBack(anew, [possession([0])]);
    leaderBack(anew, [{ ...underWay(0), suspect: true }]);
    expect(assigned(anew.batch('l', 1, suspect(1)))).toEqual([]);
  });

  it('waits for a free slot, and nothing is sent ahead behind it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 20 });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual(['w: l:1/1']);
    expect(assigned(hub.batch('l', 1, suspect(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 1, { elapsedMs: 20 }))).toEqual(['w: l:1/2']);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 2, { elapsedMs: 20 }))).toEqual(['w: l:1/3']);
  });
});

describe('an attempt that is not wanted any more', () => {
  it('is dropped where it is queued, and aborted where it runs', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    expect(orders(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(2) }))).toEqual([]);
    expect(orders(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) }))).toEqual(['cancel 0/1']);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 0, leased: 1 }]);
    hub.batch('l', 1, batchOf(3));
    // Its slot is free when it has come to an end, whatever that is.
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/3']);
  });
});

describe('a second attempt beside the first', () => {
  it('goes to another worker, and both answer', () => {
    const hub = busyHub();
    hub.worker('v', 1);
    expect(assigned(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['v: l:1/0']);
    expect(answers(hub.fromWorker('v', { type: 'result', jobId: 'l:1', result: resultOf(0, { attempt: 2 }) }))).toEqual([
      'result 0/2',
    ]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it('comes back when no other worker is free', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(answers(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['returned 0/2']);
  });
});

describe('what is said in several messages', () => {
  const part = (hub: HubUnderTest, jobs: readonly Possession[], more: boolean): SchedulerEffect[] =>
    hub.fromWorker('w', { type: 'report', jobs, ending: [], ...(more && { more }) });

  it('lets a worker keep what it names in any of its reports, and gives back the rest at the last', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    workerLost(hub);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    expect(answers(part(hub, [possession([0])], true))).toEqual([]);
    expect(orders(part(hub, [possession([], [1])], true))).toEqual(['resend 1/1']);
    expect(toWorkers(part(hub, [], false))).toEqual([]);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 1 }]);
    expect(answers(hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(1) }))).toEqual(['result 1/1']);

    workerLost(hub);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [possession([], [1])], true);
    expect(answers(part(hub, [], false))).toEqual(['returned 0/1']);
  });

  it('is to be said in time from the first message on, however many follow', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [], true);
    hub.now = listWithinMs / 2;
    part(hub, [], true);
    expect(tickAt(hub, listWithinMs)).toMatchObject([{ type: 'expel', role: 'worker', id: 'w' }]);
  });

  it('disconnects a worker that does anything else before it has reported all', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [], true);
    expect(hub.fromWorker('w', { type: 'draining' })).toMatchObject([
      { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason: "'draining' before it has reported what it has" },
    ]);
  });

  it('keeps what a worker has of a job until its leader opens that, from all its reports', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [possession([0])], true);
    part(hub, [possession([1], [2])], false);
    expect(orders(leaderBack(hub, [underWay(0), underWay(1), underWay(2), underWay(3)]))).toEqual(['resend 2/1']);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 2 }]);
  });

  it('closes the jobs of a leader that it has not named in any message, at the last', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (const job of [1, 2, 3]) hub.open('l', job);
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [1], more: true });
    expect(hub.scheduler.status(0).jobs).toHaveLength(3);
    hub.fromLeader('l', { type: 'resume', jobs: [3] });
    expect(hub.scheduler.status(0).jobs.map(({ jobId }) => jobId)).toEqual(['l:1', 'l:3']);
  });

  it('opens a job again once all that is under way of it is named', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [1] });
    hub.open('l', 1, { resumed: [underWay(0)], more: true });
    expect(orders(hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [], more: true }))).toEqual([]);
    expect(hub.open('l', 1)).toEqual([]);
    // Batch 2 waits still; batch 1 is not named.
    const effects = hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [underWay(2)] });
    expect(adopted(effects)).toEqual(['1/1']);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ queued: 1, leased: 2 }]);
    hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [underWay(4)] });
    expect(hub.scheduler.status(0).counters).toMatchObject({ strayMessages: 2 });
  });

  it.each(['cancel', 'close'] as const)('does not wait for what is over by %s before a worker has reported all', (type) => {
    const hub = busyHub();
    workerLost(hub);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [possession([0])], true);
    for (const seq of [0, 1]) hub.fromLeader('l', type === 'close' ? { type, job: 1 } : { type, job: 1, ...attempt(seq) });
    part(hub, [possession([2])].slice(1), false);
    // Batch 0 comes to an end still; batch 1 was not there any more.
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 0, ending: 1 }]);
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { ...attempt(0), cause: 'cancelled', reason: 'it was cancelled' } });
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 0, ending: 0 }]);
  });

  it('does not adopt what was cancelled before the worker has spoken of it', () => {
    const hub = busyHub();
    workerLost(hub);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    part(hub, [], true);
    hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) });
    part(hub, [possession([0, 1])], false);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 1, ending: 1 }]);
  });

  it('forgets what a leader has named when its connection is lost before the end', () => {
    const hub = busyHub();
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [7], more: true });
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [1] });
    hub.open('l', 1, { resumed: [underWay(8)], more: true });
    leaderLost(hub);
    expect(answers(leaderBack(hub, [underWay(0), underWay(1)]))).toEqual([]);
    expect(hub.scheduler.status(0).jobs).toMatchObject([{ leased: 2 }]);
  });

  it('is bounded', () => {
    const many = Array.from({ length: maxResumed + 1 }, (_, at) => at);
    const hub = busyHub();
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    expect(hub.fromLeader('l', { type: 'resume', jobs: many, more: true })).toMatchObject([
      {
        type: 'expel',
        role: 'leader',
        code: 'LIMIT_EXCEEDED',
        reason: expect.stringMatching(/more than 16384 jobs to go on with \(maxJobs/u),
      },
    ]);
    leaderLost(hub);
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [1] });
    const refused = hub.open('l', 1, { resumed: many.map((seq) => underWay(seq)), more: true });
    expect(toLeaders(refused)).toMatchObject([
      [
        'l',
        {
          type: 'refused',
          job: 1,
          code: 'LIMIT_EXCEEDED',
          message: expect.stringContaining('more than 16384 batches under way'),
        },
      ],
    ]);
    hub.handle({ type: 'workerJoined', workerId: 'v', name: '' });
    const ending = Array.from({ length: 2 * (maxHeldAnswers + 4_096) + 1 }, (_, seq) => ({ jobId: 'x', ...attempt(seq) }));
    expect(hub.fromWorker('v', { type: 'report', jobs: [], ending, more: true })).toMatchObject([
      { type: 'expel', id: 'v', code: 'LIMIT_EXCEEDED', reason: expect.stringContaining('more than 40960 batches and jobs') },
    ]);
  });
});

describe('a worker that lies', () => {
  it('is not believed to have what was given to others, whether that runs, is answered, or is awaited', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(1) });
    const lies = [ticketed(0), ticketed(1), { ...ticketed(2, 1, 'liar'), attempt: 2 }];
    hub.handle({ type: 'workerJoined', workerId: 'liar', name: '' });
    const reported = hub.fromWorker('liar', { type: 'report', jobs: [{ jobId: 'l:1', running: lies, held: lies }], ending: [] });
    expect(reported).toMatchObject([
      { type: 'expel', role: 'worker', id: 'liar', code: 'PROTOCOL', reason: 'it was not given attempt 1 of batch 0 of job l:1' },
    ]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ forged: 1, adopted: 0 });
    for (const seq of [0, 1, 2]) {
      expect(toLeaders(hub.fromWorker('liar', { type: 'result', jobId: 'l:1', result: resultOf(seq) }))).toEqual([]);
    }
    // Who has it may still answer.
    expect(toLeaders(hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(0) }))).toHaveLength(1);
  });

  it('cannot have a leader disconnected for answers that this has acknowledged', () => {
    const hub = new HubUnderTest({ maxUnacknowledgedPerLeader: 4 });
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    for (let seq = 0; seq < 8; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(seq) });
      hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(seq) });
    }
    workerLost(hub);
    workerBack(hub, [possession([], [0, 1, 2, 3, 4, 5, 6, 7])]);
    hub.batch('l', 1, batchOf(8));
    const effects = hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(8) });
    expect(answers(effects)).toEqual(['result 8/1']);
    expect(effects.map(({ type }) => type)).not.toContain('expel');
  });

  it('is disconnected when it reports a job of which it has nothing', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'liar', name: '' });
    expect(hub.fromWorker('liar', { type: 'report', jobs: [possession([])], ending: [] })).toMatchObject([
      { type: 'expel', role: 'worker', id: 'liar', code: 'PROTOCOL', reason: 'it has reported job l:1, of which it has nothing' },
    ]);
  });

  it('is not believed by a hub that has just started either', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'liar', name: '' });
    hub.fromWorker('liar', { type: 'report', jobs: [{ jobId: 'l:1', running: [ticketed(0)], held: [ticketed(1)] }], ending: [] });
    expect(toLeaders(leaderBack(hub, [underWay(0), underWay(1)])).map(([, message]) => message.type)).not.toContain('adopted');
    expect(hub.scheduler.status(0).counters).toMatchObject({ forged: 1, adopted: 0 });
    expect(toLeaders(hub.fromWorker('liar', { type: 'result', jobId: 'l:1', result: resultOf(1) }))).toEqual([]);
    // Nobody has them: they are told as lost when the time is over.
    hub.now = recoveryWindowMs;
    expect(toLeaders(hub.handle({ type: 'tick' })).map(([, message]) => message.type)).toEqual(['lost', 'lost', 'capacity']);
  });
});

describe('the limits of peers', () => {
  it('hold a leader to the jobs that it may open in a second, those that it opens again apart', () => {
    const hub = new HubUnderTest({ maxJobsOpenedPerSecond: 2, maxJobsPerLeader: 1 });
    hub.leader('l');
    const refused = (job: number): unknown[] => toLeaders(hub.open('l', job)).filter(([, message]) => message.type === 'refused');
    const close = (job: number): void => {
      hub.fromLeader('l', { type: 'close', job });
    };
    // As many as it may have open come on top.
    for (const job of [1, 2, 3]) {
      expect(refused(job)).toEqual([]);
      close(job);
    }
    expect(refused(4)).toMatchObject([
      [
        'l',
        {
          code: 'LIMIT_EXCEEDED',
          message: expect.stringMatching(/more than 2 jobs opened in a second \(maxJobsOpenedPerSecond\)/u) as unknown,
        },
      ],
    ]);
    hub.now = 500;
    expect(refused(5)).toEqual([]);
    close(5);
    expect(refused(6)).toHaveLength(1);
    // To say that it will open jobs again is not enough.
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });
    hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
    hub.fromLeader('l', { type: 'resume', jobs: [7, 8] });
    expect(refused(7)).toHaveLength(1);
    expect(toLeaders(hub.open('l', 8, { resumed: [] }))).toMatchObject([['l', { type: 'capacity' }]]);
  });

  it.each([
    [{ maxSlotsPerWorker: 4 }, { slots: 4, names: 1 }, { slots: 5, names: 1 }, /more than 4 slots, 5 \(maxSlotsPerWorker\)/u],
    [
      { maxOperationsPerWorker: 2 },
      { slots: 1, names: 2 },
      { slots: 1, names: 3 },
      /more than 2 operations, serializers or labels, 3/u,
    ],
  ])('hold a worker to what it may offer: %j', (changes, admitted, exceeding, message) => {
    const hub = new HubUnderTest(changes);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    const offer = ({ slots, names }: { slots: number; names: number }): SchedulerEffect[] =>
      hub.fromWorker('w', {
        type: 'offer',
        slots,
        offers: { operations: Array.from({ length: names }, (_, at) => `f${at}@1`), serializers: ['json'], labels: [] },
      });
    expect(offer(admitted)).toEqual([]);
    expect(offer(exceeding)).toEqual([
      { type: 'expel', role: 'worker', id: 'w', code: 'LIMIT_EXCEEDED', reason: expect.stringMatching(message) as unknown },
    ]);
  });

  it('hold a worker to how often it may change what it offers; to say it again is no change', () => {
    const hub = new HubUnderTest({ maxOffersPerSecond: 2 });
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    const offer = (slots: number): SchedulerEffect[] =>
      hub.fromWorker('w', { type: 'offer', slots, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
    for (const slots of [1, 1, 2, 2, 2]) expect(offer(slots)).toEqual([]);
    hub.now = 500;
    expect(offer(3)).toEqual([]);
    expect(offer(4)).toMatchObject([
      { type: 'expel', reason: expect.stringMatching(/more than 2 changes .* in a second \(maxOffersPerSecond\)/u) as unknown },
    ]);
  });

  it('hold a leader to the answers that it may leave unacknowledged', () => {
    const hub = new HubUnderTest({ maxUnacknowledgedPerLeader: 2 });
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    const answer = (seq: number): SchedulerEffect[] => {
      hub.batch('l', 1, batchOf(seq));
      return hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(seq) });
    };
    for (const seq of [0, 1]) expect(answer(seq).map(({ type }) => type)).toEqual(['toLeader']);
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) }))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(1) }))).toEqual(['w: l:1/2']);
  });
});

describe('a leader that does not read what waits for it', () => {
  it('is given nothing more, while others are, until it has caught up', () => {
    const hub = new HubUnderTest();
    for (const leaderId of ['l', 'm']) hub.leader(leaderId);
    hub.worker('w', 2);
    for (const leaderId of ['l', 'm']) hub.open(leaderId, 1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'leaderCongested', leaderId: 'l', congested: true });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(toLeaders(hub.result('w', 'l:1', 0))).toHaveLength(1);
    expect(assigned(hub.batch('m', 1, batchOf(0)))).toEqual(['w: m:1/0']);
    expect(assigned(hub.handle({ type: 'leaderCongested', leaderId: 'l', congested: false }))).toEqual(['w: l:1/1']);
  });
});

describe('a worker that does not read what waits for it', () => {
  it('is given nothing more until it has caught up, and others are', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.handle({ type: 'workerCongested', workerId: 'v', congested: true });
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual(['w: l:1/0']);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.handle({ type: 'workerCongested', workerId: 'v', congested: false }))).toEqual(['v: l:1/1']);
  });
});

describe('what the hub keeps', () => {
  const labels = ['x'.repeat(200)];

  it('is counted with each stage of the descriptions', () => {
    const hub = new HubUnderTest({ maxDescriptionBytesPerLeader: 9_000 });
    hub.leader('l');
    const opened = (job: number, count: number): unknown[] => {
      const stages = Array.from({ length: count }, () => ({ kind: 'map', operation: 'f', version: 1 }) as const);
      const description = { stages, serializer: 'json' };
      const message = { type: 'open', job, secret: '', description, priority: 0, labels: [], slots: 0 } as const;
      return toLeaders(hub.fromLeader('l', message)).map(([, { type }]) => type);
    };
    // About 100 bytes each, beside 4,000 of the job.
    expect(opened(1, 60)).toEqual(['refused']);
    expect(opened(1, 30)).toEqual(['capacity']);
  });

  it('is counted with the descriptions of jobs, until they are closed', () => {
    const hub = new HubUnderTest({ maxDescriptionBytesPerLeader: 12_000 });
    hub.leader('l');
    const opened = (job: number): boolean =>
      toLeaders(hub.open('l', job, { labels })).every(([, { type }]) => type !== 'refused');
    expect([1, 2, 3].map(opened)).toEqual([true, true, false]);
    hub.fromLeader('l', { type: 'close', job: 1 });
    expect(opened(3)).toBe(true);
  });

  it('is bounded for all leaders together', () => {
    const hub = new HubUnderTest({ maxBytes: 7_000 });
    for (const leaderId of ['l', 'm']) hub.leader(leaderId);
    hub.open('l', 1, { labels });
    expect(toLeaders(hub.open('m', 1, { labels }))).toMatchObject([
      ['m', { type: 'refused', code: 'LIMIT_EXCEEDED', message: expect.stringMatching(/7000 bytes of all leaders/u) as unknown }],
    ]);
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' });
    expect(toLeaders(hub.open('m', 2, { labels }))).toMatchObject([['m', { type: 'capacity' }]]);
  });

  it('leaves room for those that have little, when others have taken all', () => {
    const hub = new HubUnderTest({ maxBytes: 22_000, maxJobsPerLeader: 10 });
    for (const leaderId of ['l', 'm']) hub.leader(leaderId);
    const refused = (leaderId: string, job: number): boolean =>
      toLeaders(hub.open(leaderId, job, { labels })).some(([, { type }]) => type === 'refused');
    expect([1, 2, 3, 4, 5].map((job) => refused('l', job))).toEqual([false, false, false, false, true]);
    expect([1, 2].map((job) => refused('m', job))).toEqual([false, true]);
  });

  it('does not say that a job was opened before when its leader has not said so', () => {
    const hub = new HubUnderTest({ maxJobsOpenedPerSecond: 1, maxJobsPerLeader: 1 });
    hub.leader('l');
    for (const job of [1, 2]) {
      hub.open('l', job);
      hub.fromLeader('l', { type: 'close', job });
    }
    expect(toLeaders(hub.open('l', 3, { resumed: [] }))).toMatchObject([['l', { type: 'refused', code: 'LIMIT_EXCEEDED' }]]);
  });

  it('charges a job no more time than has passed, whatever a worker says', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    for (const job of [1, 2]) hub.open('l', job);
    for (const job of [1, 2]) hub.batch('l', job, batchOf(0));
    hub.now = 10;
    hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(0, { elapsedMs: 2 ** 31 }) });
    hub.now = 1_000;
    hub.fromWorker('w', { type: 'result', jobId: 'l:2', result: resultOf(0, { elapsedMs: 990 }) });
    for (const job of [2, 1]) hub.batch('l', job, batchOf(1));
    hub.batch('l', 1, batchOf(2));
    const next = assigned(hub.fromWorker('w', { type: 'result', jobId: 'l:2', result: resultOf(1, { elapsedMs: 0 }) }));
    expect(next).toContain('w: l:1/1');
  });
});

describe('a leader that sends an attempt again', () => {
  it('is not listened to while a worker keeps the answer', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0);
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
    expect(hub.scheduler.status(0)).toMatchObject({ counters: { strayMessages: 1 }, jobs: [{ queued: 0, leased: 0 }] });
  });

  it('waits until the worker has ended it that was told to cancel it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.fromLeader('l', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
    const loss = { seq: 0, attempt: 1, cause: 'cancelled', reason: 'it was cancelled' } as const;
    expect(assigned(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss }))).toEqual(['w: l:1/0']);
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 1, ending: 0 }]);
  });
});
