import { describe, expect, it } from 'vitest';
import { maxWaitBehindMs } from '../../src/limits.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';
import { answer, description, lost, offer, offers, report, run, send, SessionUnderTest } from './worker-session-harness.js';

describe("a worker's session", () => {
  it('gives back what waits behind batches that take long, and what comes later as late', () => {
    const test = SessionUnderTest.with(1);
    const late = 'the batches before it take long';
    test.assign(0);
    test.now = 100;
    expect(test.assign(1)).toEqual([]);
    test.now = 200;
    expect(test.assign(2)).toEqual([]);
    expect(test.session.nextDeadline()).toBe(100 + maxWaitBehindMs);
    test.now = 100 + maxWaitBehindMs;
    expect(test.handle({ type: 'tick' })).toEqual([lost(1, 'returned', late), lost(2, 'returned', late)]);
    expect(test.session.nextDeadline()).toBeUndefined();
    test.now = 1_000;
    expect(test.assign(3)).toEqual([]);
    expect(test.session.nextDeadline()).toBe(1_000 + maxWaitBehindMs);
    // Its own execution goes on.
    expect(test.settle(0, 0)).toEqual([answer(0), run(1, 3)]);
  });

  it('tells what its slots do while somebody watches, and nothing while there is no hub', () => {
    const test = SessionUnderTest.with(2);
    test.assign(0);
    test.now = 100;
    test.handle({ type: 'received', message: { type: 'watch', everyMs: 500, mostSlots: 64 } });
    expect(test.session.nextDeadline()).toBe(600);
    test.now = 350;
    test.assign(1);
    test.handle({ type: 'waits', run: 0 });
    test.now = 600;
    const batch = { jobId: 'j', attempt: 1, description, chain: 'f' };
    expect(test.handle({ type: 'tick' })).toEqual([
      {
        type: 'tell',
        slots: [
          { batch: undefined, forMs: 0, most: 'f', busy: 0.5 },
          { batch: { ...batch, seq: 1 }, forMs: 250, most: 'f', busy: 0.5 },
        ],
      },
    ]);
    test.handle({ type: 'goesOn', run: 0 });
    test.now = 1_100;
    expect(test.handle({ type: 'tick' })).toMatchObject([{ slots: [{ batch: { seq: 0 }, forMs: 1_100 }, { forMs: 750 }] }]);
    test.reconnect();
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('keeps what waits for as long as others begin', () => {
    const test = SessionUnderTest.with(1);
    for (const seq of [0, 1, 2]) test.assign(seq);
    test.now = maxWaitBehindMs - 1;
    expect(test.settle(0, 0)).toEqual([answer(0), run(1, 1)]);
    test.now = maxWaitBehindMs;
    expect(test.handle({ type: 'tick' })).toEqual([]);
    expect(test.session.nextDeadline()).toBe(2 * maxWaitBehindMs - 1);
    test.now = 2 * maxWaitBehindMs - 1;
    expect(test.settle(1, 1)).toEqual([answer(1), run(2, 2)]);
  });

  it('begins another batch while one waits for a job of its own, and says so, also when it is back', () => {
    const test = SessionUnderTest.with(1);
    expect(test.assign(0)).toEqual([run(0, 0)]);
    expect(test.assign(1)).toEqual([]);
    const of = { jobId: 'j', seq: 0, attempt: 1 };
    expect(test.handle({ type: 'waits', run: 0 })).toEqual([send({ type: 'waits', ...of }), run(1, 1)]);
    const [said] = test.reconnect();
    const attempts = [
      { seq: 0, attempt: 1, ticket: 100, waiting: true },
      { seq: 1, attempt: 1, ticket: 101 },
    ];
    expect(said).toEqual(send({ type: 'report', jobs: [{ jobId: 'j', running: attempts, held: [] }], ending: [] }));
    expect(test.handle({ type: 'goesOn', run: 0 })).toEqual([send({ type: 'goesOn', ...of })]);
    // Both run now, in one slot: the next one waits for both.
    expect(test.assign(2)).toEqual([]);
    expect(test.settle(1, 1)).toEqual([answer(1)]);
    expect(test.settle(0, 0)).toEqual([answer(0), run(2, 2)]);
    expect(test.session.load.running).toBe(1);
  });

  it('says nothing of a cancelled batch that goes on, and frees no slot twice when one ends that waits', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.handle({ type: 'waits', run: 0 });
    test.tell('cancel', 0);
    expect(test.handle({ type: 'goesOn', run: 0 })).toEqual([]);
    test.handle({ type: 'waits', run: 0 });
    test.settle(0, 0);
    expect(test.assign(1)).toEqual([run(1, 1)]);
    expect(test.assign(2)).toEqual([]);
  });

  it('says what it has and what it offers when it is connected, and what it offers when that changes', () => {
    const test = new SessionUnderTest();
    expect(test.handle({ type: 'offers', slots: 2, offers })).toEqual([]);
    expect(test.handle({ type: 'connected' })).toEqual([report([], [], [], false), offer(2)]);
    expect(test.handle({ type: 'offers', slots: 2, offers })).toEqual([offer(2)]);
  });

  it('begins batches in the order in which they come, one a slot', () => {
    const test = SessionUnderTest.with(2);
    expect(test.assign(0)).toEqual([run(0, 0)]);
    expect(test.assign(1)).toEqual([run(1, 1)]);
    expect(test.assign(2)).toEqual([]);
    expect(test.settle(1, 1)).toEqual([answer(1), run(2, 2)]);
  });

  it('takes an attempt that it was given twice for one, whether it waits, runs or is answered', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.assign(1);
    expect([...test.assign(0), ...test.assign(1)]).toEqual([]);
    expect(test.settle(0, 0)).toEqual([answer(0), run(1, 1)]);
    expect(test.assign(0)).toEqual([]);
    expect(test.settle(1, 1)).toEqual([answer(1)]);
  });

  it('answers for a batch that its thread lost, and keeps that answer too', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    const loss = { seq: 0, attempt: 1, cause: 'death', reason: 'thread exited' } as const;
    const answered = send({ type: 'lost', jobId: 'j', loss });
    expect(test.handle({ type: 'settled', run: 0, outcome: { type: 'lost', loss } })).toEqual([answered]);
    expect(test.tell('resend', 0)).toEqual([answered]);
  });

  it('keeps an answer until it is acknowledged, and sends it again when asked', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.settle(0, 0);
    expect(test.session.load).toMatchObject({ held: 1 });
    expect(test.tell('resend', 0)).toEqual([answer(0)]);
    expect(test.tell('acknowledge', 0)).toEqual([]);
    expect(test.session.load).toMatchObject({ held: 0 });
    expect(test.tell('resend', 0)).toEqual([lost(0, 'wasted', 'its answer was not kept: too much was unacknowledged')]);
  });

  it('answers a new attempt with the result of an earlier one that it keeps, and does not execute it again', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.settle(0, 0);
    const again = { type: 'assign', jobId: 'j', ticket: 7, batch: batchOf(0, { attempt: 3 }) } as const;
    expect(test.handle({ type: 'received', message: again })).toEqual([
      send({ type: 'result', jobId: 'j', result: resultOf(0, { attempt: 3 }) }),
    ]);
    const held = [{ seq: 0, attempt: 3, ticket: 7 }];
    expect(test.reconnect()).toContainEqual(send({ type: 'report', jobs: [{ jobId: 'j', running: [], held }], ending: [] }));
    expect(test.session.load).toMatchObject({ running: 0, waiting: 0, held: 1 });
  });

  it('drops the batches of a closed job, aborts what runs, keeps the slot until that has ended, and then says so', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'received', message: { type: 'job', jobId: 'k', description } });
    test.assign(0);
    test.assign(1);
    test.assign(0, 'k');
    expect(test.close()).toEqual([lost(1, 'cancelled', 'it was cancelled'), { type: 'forget', jobId: 'j' }]);
    expect(test.settle(0, 0)).toEqual([
      lost(0, 'cancelled', 'it was cancelled'),
      { type: 'run', run: 1, jobId: 'k', description, batch: batchOf(0) },
    ]);
  });

  it('forgets the answers of a job that is closed', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.settle(0, 0);
    test.close();
    expect(test.session.load).toEqual({ jobs: 0, waiting: 0, running: 0, held: 0 });
  });

  it('drops or aborts an attempt that is cancelled, and goes on with the rest of its job', () => {
    const test = SessionUnderTest.with(1);
    for (const seq of [0, 1, 2]) test.assign(seq);
    expect(test.tell('cancel', 1)).toEqual([lost(1, 'cancelled', 'it was cancelled')]);
    expect(test.tell('cancel', 0)).toEqual([{ type: 'abort', jobId: 'j', seq: 0, attempt: 1 }]);
    expect(test.tell('cancel', 0)).toEqual([]);
    expect(test.settle(0, 0)).toEqual([lost(0, 'cancelled', 'it was cancelled'), run(1, 2)]);
  });

  it('keeps no answer to an attempt that is cancelled', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.settle(0, 0);
    expect(test.tell('cancel', 0)).toEqual([]);
    expect(test.session.load).toMatchObject({ held: 0 });
  });

  it('goes on when the hub is gone, drops what waits, and reports what it has when it is back', () => {
    const test = SessionUnderTest.with(2);
    for (const seq of [0, 1, 2]) test.assign(seq);
    test.settle(0, 0);
    test.assign(3);
    expect(test.handle({ type: 'disconnected' })).toEqual([]);
    expect(test.settle(1, 1)).toEqual([]);
    expect(test.handle({ type: 'connected' })).toEqual([report([2], [0, 1]), offer(2)]);
    expect(test.tell('resend', 1)).toEqual([answer(1)]);
  });

  it('reports what was cancelled and still holds a slot', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.tell('cancel', 0);
    expect(test.reconnect()).toEqual([{ type: 'forget', jobId: 'j' }, report([], [], [0], false), offer(1)]);
  });

  it('refuses the end of a run that is not running', () => {
    const test = SessionUnderTest.with(1);
    expect(() => test.settle(7, 0)).toThrow('run 7 settled, which is not running');
  });
});

describe('what a worker is told that it does not know', () => {
  it('is a batch of a job that was not described: it goes back', () => {
    const test = SessionUnderTest.with(1);
    const [effect, ...others] = test.assign(0, 'k');
    const loss = { seq: 0, attempt: 1, cause: 'returned', reason: 'the worker does not know its job' } as const;
    expect([effect, others]).toEqual([send({ type: 'lost', jobId: 'k', loss }), []]);
  });

  it('is a job that is closed, of which nothing is to be forgotten', () => {
    const test = SessionUnderTest.with(1);
    expect(test.handle({ type: 'received', message: { type: 'close', jobId: 'k' } })).toEqual([]);
  });

  it('is another attempt of a batch that is cancelled', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    const cancel = { type: 'cancel', jobId: 'j', seq: 0, attempt: 2 } as const;
    expect(test.handle({ type: 'received', message: cancel })).toEqual([]);
    expect(test.settle(0, 0)).toEqual([answer(0)]);
  });

  it('is a goodbye of the hub while it has something to do', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    expect(test.handle({ type: 'received', message: { type: 'goodbye', reason: 'the hub restarts' } })).toEqual([]);
  });

  it.each(['waits', 'goesOn'] as const)('is a run that is not there, or is so already: %s', (type) => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    expect(() => test.session.handle({ type, run: 7 }, 0)).toThrow(`'${type}' of run 7`);
    if (type === 'waits') test.handle({ type, run: 0 });
    expect(() => test.session.handle({ type, run: 0 }, 0)).toThrow(`'${type}' of run 0`);
  });
});

describe('a worker that has several jobs', () => {
  it('goes on with the others when one is closed', () => {
    const test = SessionUnderTest.with(2);
    test.handle({ type: 'received', message: { type: 'job', jobId: 'k', description } });
    test.assign(0, 'k');
    test.assign(1);
    test.handle({ type: 'received', message: { type: 'close', jobId: 'k' } });
    expect(test.settle(1, 1)).toEqual([answer(1)]);
  });
});

describe('a worker without a hub', () => {
  it('says nothing of what has come to an end that was cancelled', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.tell('cancel', 0);
    test.handle({ type: 'disconnected' });
    expect(test.settle(0, 0)).toEqual([]);
    expect(test.handle({ type: 'connected' })).toEqual([{ type: 'forget', jobId: 'j' }, report([], [], [], false), offer(1)]);
  });

  it('offers nothing to the next one before it has something to offer', () => {
    const test = new SessionUnderTest();
    expect(test.handle({ type: 'connected' })).toEqual([report([], [], [], false)]);
    expect(test.handle({ type: 'offers', slots: 2, offers })).toEqual([offer(2)]);
  });
});

describe('what is left undone by a worker that drains for too long', () => {
  it.each([
    ['cancelled', [0], [], undefined],
    ['not acknowledged', [], [0], { batches: 0, results: 1 }],
    ['running, and kept', [1], [0], { batches: 1, results: 1 }],
  ])('is none of what is %s, or is said', (what, running, held, undone) => {
    const test = SessionUnderTest.with(2);
    for (const seq of [...held, ...running]) test.assign(seq);
    for (const seq of held) test.settle(seq, seq);
    if (what === 'cancelled') test.tell('cancel', 0);
    expect(test.handle({ type: 'drain', withinMs: 50 })).toEqual([send({ type: 'draining' })]);
    expect(test.handle({ type: 'drain', withinMs: 80 })).toEqual([]);
    test.now = 50;
    const reason = 'it was to drain within 50 ms';
    expect(test.handle({ type: 'tick' })).toContainEqual(send({ type: 'leaving' }));
    const goodbye = { type: 'goodbye', reason: 'all has arrived' } as const;
    const drained = { type: 'drained', ...(undone && { undone, reason }) };
    expect(test.handle({ type: 'received', message: goodbye })).toEqual([drained]);
  });
});
