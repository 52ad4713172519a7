import { describe, expect, it } from 'vitest';
import { introduce as tell, know, makeRoom } from '../../server/core/describing.js';
import { HubState } from '../../server/core/hub-state.js';
import { newJob, newLeader, newWorker } from '../../server/core/new-records.js';
import type { HubJob, HubWorker } from '../../server/core/records.js';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { defaultLimits } from '../../server/limits.js';
import { batchOf, HubUnderTest, openHub, ticket, toWorkers } from './scheduler-harness.js';

/** What workers are told of jobs: what one is, a batch of it, or that it is over. */
function told(effects: readonly SchedulerEffect[]): string[] {
  return toWorkers(effects).flatMap(([workerId, message]) =>
    message.type === 'job' || message.type === 'close' || message.type === 'assign'
      ? [`${workerId}: ${message.type} ${message.jobId}`]
      : [],
  );
}

/** A job takes some 4,200 bytes: of jobs that it has nothing of, a worker may know two. */
function hubWithJobs(jobs: number, slots = 1): HubUnderTest {
  const hub = new HubUnderTest({ maxJobsPerLeader: 10, maxDescriptionBytesPerWorker: 9_000 });
  hub.leader('l');
  hub.worker('w', slots);
  for (let job = 1; job <= jobs; job += 1) hub.open('l', job);
  return hub;
}

/** A batch of the job is executed, and its answer acknowledged. */
function execute(hub: HubUnderTest, job: number, seq: number): string[] {
  return [
    ...told(hub.batch('l', job, batchOf(seq))),
    ...told(hub.result('w', `l:${job}`, seq)),
    ...told(hub.fromLeader('l', { type: 'acknowledge', job, seq, attempt: 1 })),
  ];
}

/** A hub with a worker that may know so much, and jobs that take so many bytes. */
function stateWith(
  maxDescriptionBytesPerWorker: number,
  ...sizes: number[]
): { state: HubState; worker: HubWorker; jobs: HubJob[] } {
  const limits = { ...defaultLimits, maxDescriptionBytesPerWorker };
  const state = new HubState({ epoch: 'e', limits, ticketOf: ticket });
  const needClass = state.placement.fitting.needClass({ operations: ['f@1'], serializers: ['json'], labels: [] });
  const opened = {
    leader: newLeader('l', '', limits, state, 0),
    secret: '',
    description: { stages: [], serializer: 'json' },
    priority: 0,
    openedAt: 0,
    needClass,
    virtualTime: 0,
  };
  const jobs = sizes.map((bytes, number) => newJob({ ...opened, number, bytes }));
  return { state, worker: newWorker('w', '', limits, state.records, 0), jobs };
}

describe('what a worker knows of jobs', () => {
  it('may be as much as fits, and no job more is forgotten', () => {
    const { state, worker, jobs } = stateWith(200, 100, 100, 100);
    for (const job of jobs) know(state, worker, job);
    makeRoom(state);
    expect([...worker.jobs.keys()]).toEqual(jobs.slice(1));
  });

  it('is paid for by what it takes beyond 64 KiB, as over 100 MB/s', () => {
    const { state, worker, jobs } = stateWith(1e9, 64 * 1024, 64 * 1024 + 200_000);
    for (const job of jobs) tell(state, worker, job);
    expect(jobs.map(({ virtualTime }) => virtualTime)).toEqual([0, 2]);
  });

  it('is bounded: it forgets what was used longest ago, and is told again', () => {
    const hub = hubWithJobs(3);
    expect(execute(hub, 1, 0)).toEqual(['w: job l:1', 'w: assign l:1']);
    expect(execute(hub, 2, 0)).toEqual(['w: job l:2', 'w: assign l:2']);
    expect(execute(hub, 1, 1)).toEqual(['w: assign l:1']);
    // The second was used before the first.
    expect(execute(hub, 3, 0)).toEqual(['w: job l:3', 'w: assign l:3', 'w: close l:2']);
    expect(execute(hub, 1, 2)).toEqual(['w: assign l:1']);
    expect(execute(hub, 2, 1)).toEqual(['w: job l:2', 'w: assign l:2', 'w: close l:3']);
  });

  it('is kept as long as it has a batch or an answer of the job', () => {
    const hub = hubWithJobs(4, 4);
    for (const job of [1, 2, 3, 4]) expect(told(hub.batch('l', job, batchOf(0)))).not.toContain('w: close l:1');
    expect(told(hub.result('w', 'l:1', 0))).toEqual([]);
    expect(told(hub.result('w', 'l:2', 0))).toEqual([]);
    expect(told(hub.fromLeader('l', { type: 'acknowledge', job: 1, seq: 0, attempt: 1 }))).toEqual([]);
    expect(told(hub.fromLeader('l', { type: 'acknowledge', job: 2, seq: 0, attempt: 1 }))).toEqual([]);
    // Now it has nothing of three of them, and then of the fourth.
    expect(told(hub.fromLeader('l', { type: 'cancel', job: 3, seq: 0, attempt: 1 }))).toEqual(['w: close l:1']);
    expect(told(hub.fromLeader('l', { type: 'cancel', job: 4, seq: 0, attempt: 1 }))).toEqual(['w: close l:2']);
  });

  it('is not less for what others take that are in use, however much', () => {
    const hub = hubWithJobs(5, 4);
    // Three are in use, and take more than may be kept of others.
    for (const job of [1, 2, 3]) hub.batch('l', job, batchOf(0));
    expect(execute(hub, 4, 0)).toEqual(['w: job l:4', 'w: assign l:4']);
    expect(execute(hub, 5, 0)).toEqual(['w: job l:5', 'w: assign l:5']);
    for (const job of [4, 5]) expect(execute(hub, job, 1)).toEqual([`w: assign l:${job}`]);
    // Now three are idle, of which it may know two.
    expect(execute(hub, 1, 1)).toEqual(['w: assign l:1']);
    expect(told(hub.result('w', 'l:1', 0))).toEqual([]);
    expect(told(hub.fromLeader('l', { type: 'acknowledge', job: 1, seq: 0, attempt: 1 }))).toEqual(['w: close l:4']);
  });

  it('is what was used last, however long it was in use', () => {
    const hub = hubWithJobs(3, 3);
    for (const job of [1, 2, 3]) hub.batch('l', job, batchOf(0));
    const end = (job: number): string[] => [
      ...told(hub.result('w', `l:${job}`, 0)),
      ...told(hub.fromLeader('l', { type: 'acknowledge', job, seq: 0, attempt: 1 })),
    ];
    expect([...end(3), ...end(2)]).toEqual([]);
    expect(end(1)).toEqual(['w: close l:3']);
  });

  it('is one job at the least, however large, so that a job alone is not told again for each batch', () => {
    const hub = openHub(1, { maxDescriptionBytesPerWorker: 1 });
    expect(execute(hub, 1, 0)).toEqual(['w: job l:1', 'w: assign l:1']);
    expect(execute(hub, 1, 1)).toEqual(['w: assign l:1']);
  });

  it('is paid for by the job, each time that a large description is told', () => {
    const hub = new HubUnderTest({ maxDescriptionBytesPerLeader: 2 ** 30 });
    for (const leaderId of ['large', 'small']) hub.leader(leaderId);
    hub.worker('w', 1);
    const args = new Uint8Array(20_000_000);
    const description = { stages: [{ kind: 'map', operation: 'f', version: 1, args }], serializer: 'json' } as const;
    hub.fromLeader('large', { type: 'open', job: 1, secret: 'secret', description, priority: 0, labels: [], slots: 0 });
    hub.open('small', 1);
    const order: string[] = [];
    for (let seq = 0; seq < 5; seq += 1) order.push(...told(hub.batch('large', 1, batchOf(seq))));
    for (let seq = 0; seq < 3; seq += 1) order.push(...told(hub.batch('small', 1, batchOf(seq))));
    order.push(...told(hub.result('w', 'large:1', 0, { elapsedMs: 20 })));
    for (let seq = 0; seq < 3; seq += 1) order.push(...told(hub.result('w', 'small:1', seq, { elapsedMs: 20 })));
    // It took 200 ms to tell, for which the other has its turns.
    expect(order.filter((each) => each.includes('assign')).slice(0, 5)).toEqual([
      'w: assign large:1',
      'w: assign small:1',
      'w: assign small:1',
      'w: assign small:1',
      'w: assign large:1',
    ]);
  });
});
