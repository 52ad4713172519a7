import { describe, expect, it } from 'vitest';
import { workerGraceMs } from '../../src/limits.js';
import {
  adopted,
  answers,
  attempt,
  busyHub,
  leaderBack,
  leaderLost,
  orders,
  possession,
  tickAt,
  underWay,
  workerBack,
  workerLost,
} from './recovery-harness.js';
import { assigned, batchOf, openHub, resultOf, toLeaders } from './scheduler-harness.js';

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
    expect(hub.status().workers).toEqual([]);
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
    expect(hub.status().workers).toMatchObject([{ leased: 1, ending: 1 }]);
  });

  it('reports once on a connection: what was given out since is not missing', () => {
    const hub = openHub(1);
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
    expect(hub.status().jobs).toMatchObject([{ queued: 0, leased: 1 }]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it('is charged to its job only from then on, and what the job is charged too much for others of it comes back to it at once', () => {
    const hub = openHub(1, { maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
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
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    workerLost(hub);
    tickAt(hub, workerGraceMs);
    hub.batch('l', 1, batchOf(0, { attempt: 2 }));
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [possession([0])], ending: [] });
    expect(hub.status().jobs).toMatchObject([{ queued: 0, leased: 1 }]);
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
    expect(hub.status().jobs).toMatchObject([{ queued: 0, leased: 0 }]);
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
    expect(hub.status().jobs).toMatchObject([{ queued: 0 }]);
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

  it('is not asked for the answer after which its leader has sent the batch again', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    const reason = 'its thread died by the doing of an earlier batch';
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { ...attempt(0), cause: 'wasted', reason } });
    workerLost(hub);
    hub.batch('l', 1, batchOf(0, { attempt: 2, tried: 1 }));
    const back = workerBack(hub, [possession([], [0])]);
    expect(orders(back)).toEqual([]);
    expect(assigned(back)).toEqual(['w: l:1/0']);
    expect(orders(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) }))).toEqual(['acknowledge 0/1']);
    // One that was sent on purpose beside it says nothing of that.
    const beside = openHub(2);
    beside.batch('l', 1, batchOf(0));
    beside.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { ...attempt(0), cause: 'wasted', reason } });
    workerLost(beside);
    beside.batch('l', 1, batchOf(0, { attempt: 2, beside: true }));
    expect(orders(workerBack(beside, [possession([], [0])]))).toEqual(['resend 0/1']);
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
