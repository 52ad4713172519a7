import { describe, expect, it } from 'vitest';
import { assigned, batchOf, HubUnderTest, resultOf, toLeaders } from './scheduler-harness.js';

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
