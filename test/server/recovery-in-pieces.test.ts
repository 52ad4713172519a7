import { describe, expect, it } from 'vitest';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { listWithinMs, maxHeldAnswers, maxResumed } from '../../src/limits.js';
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
  tickAt,
  underWay,
  workerLost,
} from './recovery-harness.js';
import { batchOf, HubUnderTest, resultOf, toLeaders, toWorkers } from './scheduler-harness.js';

describe('what is said in several messages', () => {
  const part = (hub: HubUnderTest, jobs: readonly Possession[], more: boolean): SchedulerEffect[] =>
    hub.fromWorker('w', { type: 'report', jobs, ending: [], ...(more && { more }) });

  it('lets a worker keep what it names in any of its reports, and gives back the rest at the last', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    workerLost(hub);
    hub.workerJoined('w');
    expect(answers(part(hub, [possession([0])], true))).toEqual([]);
    expect(orders(part(hub, [possession([], [1])], true))).toEqual(['resend 1/1']);
    expect(toWorkers(part(hub, [], false))).toEqual([]);
    expect(hub.status().workers).toMatchObject([{ leased: 1 }]);
    expect(answers(hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(1) }))).toEqual(['result 1/1']);

    workerLost(hub);
    hub.workerJoined('w');
    part(hub, [possession([], [1])], true);
    expect(answers(part(hub, [], false))).toEqual(['returned 0/1']);
  });

  it('is to be said in time from the first message on, however many follow', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('w');
    part(hub, [], true);
    hub.now = listWithinMs / 2;
    part(hub, [], true);
    expect(tickAt(hub, listWithinMs)).toMatchObject([{ type: 'expel', role: 'worker', id: 'w' }]);
  });

  it('disconnects a worker that does anything else before it has reported all', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('w');
    part(hub, [], true);
    expect(hub.fromWorker('w', { type: 'draining' })).toMatchObject([
      { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason: "'draining' before it has reported what it has" },
    ]);
  });

  it('keeps what a worker has of a job until its leader opens that, from all its reports', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('w');
    part(hub, [possession([0])], true);
    part(hub, [possession([1], [2])], false);
    expect(orders(leaderBack(hub, [underWay(0), underWay(1), underWay(2), underWay(3)]))).toEqual(['resend 2/1']);
    expect(hub.status().workers).toMatchObject([{ leased: 2 }]);
  });

  it('closes the jobs of a leader that it has not named in any message, at the last', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (const job of [1, 2, 3]) hub.open('l', job);
    leaderLost(hub);
    hub.leaderJoined('l');
    hub.fromLeader('l', { type: 'resume', jobs: [1], more: true });
    expect(hub.status().jobs).toHaveLength(3);
    hub.fromLeader('l', { type: 'resume', jobs: [3] });
    expect(hub.status().jobs.map(({ jobId }) => jobId)).toEqual(['l:1', 'l:3']);
  });

  it('opens a job again once all that is under way of it is named', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    leaderLost(hub);
    hub.leader('l', [1]);
    hub.open('l', 1, { resumed: [underWay(0)], more: true });
    expect(orders(hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [], more: true }))).toEqual([]);
    expect(hub.open('l', 1)).toEqual([]);
    // Batch 2 waits still; batch 1 is not named.
    const effects = hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [underWay(2)] });
    expect(adopted(effects)).toEqual(['1/1']);
    expect(hub.status().jobs).toMatchObject([{ queued: 1, leased: 2 }]);
    hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [underWay(4)] });
    expect(hub.status().counters).toMatchObject({ strayMessages: 2 });
  });

  it.each(['cancel', 'close'] as const)('does not wait for what is over by %s before a worker has reported all', (type) => {
    const hub = busyHub();
    workerLost(hub);
    hub.workerJoined('w');
    part(hub, [possession([0])], true);
    for (const seq of [0, 1]) hub.fromLeader('l', type === 'close' ? { type, job: 1 } : { type, job: 1, ...attempt(seq) });
    part(hub, [possession([2])].slice(1), false);
    // Batch 0 comes to an end still; batch 1 was not there any more.
    expect(hub.status().workers).toMatchObject([{ leased: 0, ending: 1 }]);
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { ...attempt(0), cause: 'cancelled', reason: 'it was cancelled' } });
    expect(hub.status().workers).toMatchObject([{ leased: 0, ending: 0 }]);
  });

  it('does not adopt what was cancelled before the worker has spoken of it', () => {
    const hub = busyHub();
    workerLost(hub);
    hub.workerJoined('w');
    part(hub, [], true);
    hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) });
    part(hub, [possession([0, 1])], false);
    expect(hub.status().workers).toMatchObject([{ leased: 1, ending: 1 }]);
  });

  it('forgets what a leader has named when its connection is lost before the end', () => {
    const hub = busyHub();
    leaderLost(hub);
    hub.leaderJoined('l');
    hub.fromLeader('l', { type: 'resume', jobs: [7], more: true });
    leaderLost(hub);
    hub.leader('l', [1]);
    hub.open('l', 1, { resumed: [underWay(8)], more: true });
    leaderLost(hub);
    expect(answers(leaderBack(hub, [underWay(0), underWay(1)]))).toEqual([]);
    expect(hub.status().jobs).toMatchObject([{ leased: 2 }]);
  });

  it('is bounded', () => {
    const many = Array.from({ length: maxResumed + 1 }, (_, at) => at);
    const hub = busyHub();
    leaderLost(hub);
    hub.leaderJoined('l');
    expect(hub.fromLeader('l', { type: 'resume', jobs: many, more: true })).toMatchObject([
      {
        type: 'expel',
        role: 'leader',
        code: 'LIMIT_EXCEEDED',
        reason: expect.stringMatching(/more than 16384 jobs to go on with \(maxJobs/u),
      },
    ]);
    leaderLost(hub);
    hub.leader('l', [1]);
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
    hub.workerJoined('v');
    const ending = Array.from({ length: 2 * (maxHeldAnswers + 4_096) + 1 }, (_, seq) => ({ jobId: 'x', ...attempt(seq) }));
    expect(hub.fromWorker('v', { type: 'report', jobs: [], ending, more: true })).toMatchObject([
      { type: 'expel', id: 'v', code: 'LIMIT_EXCEEDED', reason: expect.stringContaining('more than 40960 batches and jobs') },
    ]);
  });
});
