import { describe, expect, it } from 'vitest';
import { WorkerSession, type SessionEffect, type SessionEvent } from '../../src/core/worker-session.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';

const description: JobDescription = { stages: [{ kind: 'map', operation: 'f', version: 1 }], serializer: 'json' };
const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };

/** A session under test, validated after each event. */
class SessionUnderTest {
  readonly session = new WorkerSession();

  /** Connected, with so many slots, and told of job `j`. */
  static with(slots: number): SessionUnderTest {
    const test = new SessionUnderTest();
    test.handle({ type: 'offers', slots, offers });
    test.handle({ type: 'connected' });
    test.handle({ type: 'received', message: { type: 'job', jobId: 'j', description } });
    return test;
  }

  handle(event: SessionEvent): SessionEffect[] {
    const effects = this.session.handle(event);
    this.session.validate();
    return effects;
  }

  assign(seq: number, jobId = 'j'): SessionEffect[] {
    return this.handle({ type: 'received', message: { type: 'assign', jobId, batch: batchOf(seq) } });
  }

  settle(run: number, seq: number): SessionEffect[] {
    return this.handle({ type: 'settled', run, outcome: { type: 'result', result: resultOf(seq) } });
  }
}

const run = (number: number, seq: number): SessionEffect => ({
  type: 'run',
  run: number,
  jobId: 'j',
  description,
  batch: batchOf(seq),
});
const answer = (seq: number): SessionEffect => ({ type: 'send', message: { type: 'result', jobId: 'j', result: resultOf(seq) } });

describe("a worker's session", () => {
  it('says what it offers when it is connected, and when that changes', () => {
    const test = new SessionUnderTest();
    expect(test.handle({ type: 'offers', slots: 2, offers })).toEqual([]);
    const offer = { type: 'send', message: { type: 'offer', slots: 2, offers } };
    expect(test.handle({ type: 'connected' })).toEqual([offer]);
    expect(test.handle({ type: 'offers', slots: 2, offers })).toEqual([offer]);
  });

  it('begins batches in the order in which they come, one a slot', () => {
    const test = SessionUnderTest.with(2);
    expect(test.assign(0)).toEqual([run(0, 0)]);
    expect(test.assign(1)).toEqual([run(1, 1)]);
    expect(test.assign(2)).toEqual([]);
    expect(test.settle(1, 1)).toEqual([answer(1), run(2, 2)]);
  });

  it('answers for a batch that its thread lost', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    const loss = { seq: 0, attempt: 1, cause: 'death', reason: 'thread exited' } as const;
    expect(test.handle({ type: 'settled', run: 0, outcome: { type: 'lost', loss } })).toEqual([
      { type: 'send', message: { type: 'lost', jobId: 'j', loss } },
    ]);
  });

  it('drops the batches of a closed job, aborts what runs, and keeps the slot until that has ended', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'received', message: { type: 'job', jobId: 'k', description } });
    test.assign(0);
    test.assign(1);
    test.assign(0, 'k');
    expect(test.handle({ type: 'received', message: { type: 'close', jobId: 'j' } })).toEqual([{ type: 'forget', jobId: 'j' }]);
    expect(test.settle(0, 0)).toEqual([{ type: 'run', run: 1, jobId: 'k', description, batch: batchOf(0) }]);
  });

  it('gives up everything when the hub is gone, and answers nothing of it afterwards', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.assign(1);
    expect(test.handle({ type: 'disconnected' })).toEqual([{ type: 'forget', jobId: 'j' }]);
    test.handle({ type: 'connected' });
    expect(test.settle(0, 0)).toEqual([]);
  });

  it('drains: gives back what waits, finishes what runs, begins nothing', () => {
    const test = SessionUnderTest.with(1);
    test.assign(0);
    test.assign(1);
    const returned = (seq: number): SessionEffect => ({
      type: 'send',
      message: { type: 'lost', jobId: 'j', loss: { seq, attempt: 1, cause: 'returned', reason: 'the worker is draining' } },
    });
    expect(test.handle({ type: 'drain' })).toEqual([{ type: 'send', message: { type: 'draining' } }, returned(1)]);
    expect(test.assign(2)).toEqual([returned(2)]);
    expect(test.settle(0, 0)).toEqual([answer(0), { type: 'send', message: { type: 'leaving' } }]);
    expect(test.handle({ type: 'received', message: { type: 'goodbye', reason: 'all has arrived' } })).toEqual([
      { type: 'drained' },
    ]);
  });

  it('is drained, too, when the hub is gone while it leaves', () => {
    const test = SessionUnderTest.with(1);
    test.handle({ type: 'drain' });
    expect(test.handle({ type: 'disconnected' })).toContainEqual({ type: 'drained' });
  });

  it('is drained at once when nothing runs, also without a hub', () => {
    const test = new SessionUnderTest();
    expect(test.handle({ type: 'drain' })).toEqual([{ type: 'drained' }]);
    expect(test.handle({ type: 'drain' })).toEqual([]);
  });

  it('refuses the end of a run that is not running', () => {
    const test = SessionUnderTest.with(1);
    expect(() => test.settle(7, 0)).toThrow('run 7 settled, which is not running');
  });
});
