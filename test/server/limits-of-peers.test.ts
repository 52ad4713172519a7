import { describe, expect, it } from 'vitest';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { describeUnreached } from '../../src/protocol/unreached.js';
import { attempt } from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest, openHub, resultOf, toLeaders } from './scheduler-harness.js';

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
    hub.leader('l', [7, 8]);
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
    hub.workerJoined('w');
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
    hub.workerJoined('w');
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

  it('hold a leader to nothing that was queued of its jobs before, whatever was said of it', () => {
    const hub = new HubUnderTest({ maxRecordBytes: 4_000 });
    hub.leader('l');
    for (let job = 1; job <= 20; job += 1) {
      hub.open('l', job);
      expect(hub.batch('l', job, batchOf(0, { tried: 1, unreached: describeUnreached([1]) }))).toEqual([]);
      hub.fromLeader('l', { type: 'close', job });
    }
  });

  it('hold a leader to the answers that it may leave unacknowledged', () => {
    const hub = openHub(1, { maxUnacknowledgedPerLeader: 2 });
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
