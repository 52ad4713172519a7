import { describe, expect, it } from 'vitest';
import { JobAccounts, type JobEnd } from '../../server/core/job-accounts.js';
import { leaderGraceMs } from '../../src/limits.js';
import type { BatchLoss, HubToLeader, JobDescription, LeaderToHub, UnderWay } from '../../src/protocol/messages.js';
import { batchOf, resultOf } from './scheduler-harness.js';

const description: JobDescription = {
  stages: [
    { kind: 'map', operation: 'f', version: 2 },
    { kind: 'fold', operation: 'sum', version: 1 },
  ],
  serializer: 'json',
};

/** What the hub of a test is told and does. */
class UnderTest {
  readonly accounts = new JobAccounts();
  now = 0;

  /** A leader joins, and opens job 1. */
  static opened(): UnderTest {
    const test = new UnderTest();
    test.joins();
    test.opens();
    return test;
  }

  joins(): void {
    expect(this.accounts.event({ type: 'leaderJoined', leaderId: 'l', name: 'ann' }, this.now)).toEqual([]);
  }

  leaves(how: 'closed' | 'lost' | 'silent'): readonly JobEnd[] {
    return this.accounts.event({ type: 'leaderLeft', leaderId: 'l', how }, this.now);
  }

  opens(job = 1, changes: Partial<Extract<LeaderToHub, { type: 'open' }>> = {}): void {
    const message = { type: 'open', job, secret: '', description, priority: 0, labels: [], slots: 0, ...changes } as const;
    expect(this.says(message)).toEqual([]);
  }

  says(message: LeaderToHub): readonly JobEnd[] {
    return this.accounts.event({ type: 'leaderSent', leaderId: 'l', message }, this.now);
  }

  hears(message: HubToLeader): JobEnd | undefined {
    return this.accounts.effect({ type: 'toLeader', leaderId: 'l', message }, this.now);
  }

  loses(seq: number, cause: BatchLoss['cause']): void {
    this.hears({ type: 'lost', job: 1, workerId: 'w', loss: { seq, attempt: 1, cause, reason: '' } });
  }

  tick(): readonly JobEnd[] {
    return this.accounts.event({ type: 'tick' }, this.now);
  }
}

const end = (changes: Partial<JobEnd> = {}): JobEnd => ({
  jobId: 'l:1',
  leaderId: 'l',
  name: 'ann',
  stages: ['f@2', 'sum@1'],
  how: 'closed',
  batches: 0,
  done: 0,
  failed: 0,
  lost: 0,
  elapsedMs: 0,
  ...changes,
});

describe('the account of a job', () => {
  it('counts what workers answer, and ends with the job', () => {
    const test = UnderTest.opened();
    const failure = {
      offset: 0,
      stage: 0,
      code: 'OPERATION_FAILED',
      kind: 'fatal',
      message: '',
      error: new Uint8Array(),
    } as const;
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(0), done: 5 } });
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(1), done: 3, failures: [failure] } });
    test.now = 700;
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ batches: 2, done: 8, failed: 1, elapsedMs: 700 })]);
    expect(test.says({ type: 'close', job: 1 })).toEqual([]);
    expect(test.accounts.size).toBe(0);
  });

  it.each([
    [{ how: 'completed' }, { how: 'completed' }],
    [{ how: 'cancelled' }, { how: 'cancelled' }],
    [{ how: 'failed' }, { how: 'failed' }],
    [
      { how: 'failed', code: 'TASK_TIMEOUT' },
      { how: 'failed', code: 'TASK_TIMEOUT' },
    ],
    [undefined, { how: 'closed' }],
  ] as const)('says how the job has ended at its leader: %j', (outcome, told) => {
    expect(UnderTest.opened().says({ type: 'close', job: 1, outcome })).toEqual([end(told)]);
  });

  it('counts no combines of partials as elements', () => {
    const test = UnderTest.opened();
    test.says({ type: 'batch', job: 1, batch: { ...batchOf(7), units: 'partials' } });
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(7), done: 2 } });
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(8), done: 4 } });
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ batches: 2, done: 4 })]);
  });

  it('counts none of them when they are answered twice, until the leader is through with each attempt', () => {
    const test = UnderTest.opened();
    const answered = { type: 'result', job: 1, workerId: 'w', result: { ...resultOf(7), done: 2 } } as const;
    for (const attempt of [1, 2]) test.says({ type: 'batch', job: 1, batch: { ...batchOf(7), attempt, units: 'partials' } });
    test.hears(answered);
    test.says({ type: 'acknowledge', job: 1, seq: 7, attempt: 1 });
    test.hears(answered);
    test.says({ type: 'cancel', job: 1, seq: 7, attempt: 2 });
    expect(test.accounts.combines).toBe(0);
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ batches: 2 })]);
  });

  it('keeps nothing of combines that were cancelled, or that a leader that is back does not name', () => {
    const test = UnderTest.opened();
    for (let seq = 1; seq <= 100; seq += 1) {
      test.says({ type: 'batch', job: 1, batch: { ...batchOf(seq), units: 'partials' } });
      if (seq > 10) test.says({ type: 'cancel', job: 1, seq, attempt: 1 });
    }
    expect(test.accounts.combines).toBe(10);
    test.leaves('lost');
    test.joins();
    const underWay = (seq: number): UnderWay => ({ seq, attempt: 1, bytes: 0, worthMs: 0, suspect: false });
    test.opens(1, { resumed: [underWay(3)], more: true });
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(4), done: 2 } });
    test.says({ type: 'underWay', job: 1, attempts: [underWay(4), underWay(200)] });
    expect(test.accounts.combines).toBe(2);
    test.hears({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(3), done: 2 } });
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ batches: 2 })]);
  });

  it('tells the first of its stages, and how many more there are', () => {
    const test = new UnderTest();
    test.joins();
    const operation = 'x'.repeat(150);
    const stages = Array.from({ length: 1_000 }, () => ({ kind: 'map', operation, version: 1 }) as const);
    test.opens(1, { description: { ...description, stages } });
    const told = `${operation}@1`;
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ stages: [told, told, 'and 998 more'] })]);
  });

  it('counts as lost what was begun, not what was handed back or cancelled', () => {
    const test = UnderTest.opened();
    for (const [seq, cause] of (['death', 'gone', 'timeout', 'wasted', 'returned', 'cancelled'] as const).entries()) {
      test.loses(seq, cause);
    }
    expect(test.says({ type: 'close', job: 1 })).toEqual([end({ lost: 4 })]);
  });

  it('ends when the hub refuses the job, and says why', () => {
    const test = UnderTest.opened();
    const refusal = { type: 'refused', job: 1, code: 'LIMIT_EXCEEDED', message: 'too many' } as const;
    expect(test.hears(refusal)).toEqual(end({ how: 'refused', code: 'LIMIT_EXCEEDED', reason: 'too many' }));
    expect(test.hears(refusal)).toBeUndefined();
  });

  it('ends when its leader leaves', () => {
    expect(UnderTest.opened().leaves('closed')).toEqual([end({ how: 'left' })]);
  });

  it.each(['lost', 'silent'] as const)('goes on for a leader that is back in time, and not for one that is not: %s', (how) => {
    const test = UnderTest.opened();
    expect(test.leaves(how)).toEqual([]);
    test.now = leaderGraceMs - 1;
    expect(test.tick()).toEqual([]);
    test.joins();
    test.says({ type: 'resume', jobs: [1] });
    test.opens();
    test.now = leaderGraceMs;
    expect(test.tick()).toEqual([]);
    test.leaves(how);
    test.now = 2 * leaderGraceMs;
    expect(test.tick()).toEqual([end({ how: 'left', elapsedMs: 2 * leaderGraceMs })]);
    expect(test.tick()).toEqual([]);
  });

  it('ends when its leader is back without it, once the leader has said all that it has', () => {
    const test = UnderTest.opened();
    test.opens(2);
    test.opens(3);
    test.leaves('lost');
    test.joins();
    expect(test.says({ type: 'resume', jobs: [1], more: true })).toEqual([]);
    expect(test.says({ type: 'resume', jobs: [3] })).toEqual([end({ jobId: 'l:2' })]);
    expect(test.accounts.size).toBe(2);
  });

  it('is none of a leader that is not known, or of a job that is not open', () => {
    const test = new UnderTest();
    expect(test.says({ type: 'close', job: 1 })).toEqual([]);
    expect(test.leaves('closed')).toEqual([]);
    test.joins();
    test.loses(0, 'death');
    expect(test.hears({ type: 'result', job: 1, workerId: 'w', result: resultOf(0) })).toBeUndefined();
    expect(test.says({ type: 'close', job: 1 })).toEqual([]);
    expect(test.leaves('lost')).toEqual([]);
    expect(test.accounts.size).toBe(0);
  });
});
