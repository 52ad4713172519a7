import { describe, expect, it } from 'vitest';
import type { ReportedProgress } from '../../src/protocol/messages.js';
import { batchOf, HubUnderTest, toLeaders, toWorkers } from './scheduler-harness.js';

function progress(changes: Partial<ReportedProgress> = {}): ReportedProgress {
  const counts = { taken: 10, done: 4, emitted: 3, failed: 0, skipped: 0, retried: 0, inFlight: 2, perSecond: 5, elapsedMs: 100 };
  return { name: 'nightly', state: 'running', ...counts, ...changes };
}

/** A hub with a leader that has a job, and a worker. */
function hubWithPeers(): HubUnderTest {
  const hub = new HubUnderTest();
  hub.leader('l');
  hub.worker('w', 1);
  hub.open('l', 1);
  return hub;
}

const told = (hub: HubUnderTest): (ReportedProgress | undefined)[] => hub.status().jobs.map((job) => job.progress);

const report = (hub: HubUnderTest, job: number, changes: Partial<ReportedProgress> = {}): unknown =>
  hub.fromLeader('l', { type: 'progress', jobs: [{ job, progress: progress(changes) }], left: 0 });

describe('a hub that somebody watches', () => {
  it('asks leaders and workers to say how things are, once, and tells them when nobody has watched for long', () => {
    const hub = hubWithPeers();
    const begins = hub.handle({ type: 'watched' });
    expect(toLeaders(begins)).toEqual([['l', { type: 'watch', everyMs: 500 }]]);
    expect(toWorkers(begins)).toEqual([['w', { type: 'watch', everyMs: 500, mostSlots: 64 }]]);
    hub.now = 9_000;
    expect(hub.handle({ type: 'watched' })).toEqual([]);
    hub.now = 18_999;
    expect(hub.handle({ type: 'tick' })).toEqual([]);
    expect(hub.scheduler.nextDeadline()).toBe(19_000);
    hub.now = 19_000;
    const ends = hub.handle({ type: 'tick' });
    expect(toLeaders(ends)).toEqual([['l', { type: 'watch', everyMs: 0 }]]);
    expect(toWorkers(ends)).toEqual([['w', { type: 'watch', everyMs: 0, mostSlots: 1 }]]);
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });

  it('asks those, too, that come meanwhile, and nobody otherwise', () => {
    const hub = hubWithPeers();
    expect(toLeaders(hub.leaderJoined('early')).map(([, { type }]) => type)).toEqual(['welcome']);
    hub.handle({ type: 'watched' });
    expect(toLeaders(hub.leaderJoined('late')).map(([, { type }]) => type)).toEqual(['welcome', 'watch']);
    expect(toWorkers(hub.workerJoined('late')).map(([, { type }]) => type)).toEqual(['welcome', 'watch']);
  });

  it('tells what was said last of each job, and forgets it with the job', () => {
    const hub = hubWithPeers();
    hub.handle({ type: 'watched' });
    expect(told(hub)).toEqual([undefined]);
    report(hub, 1);
    report(hub, 1, { done: 5, waitsFor: 'the source is slow' });
    expect(told(hub)).toEqual([progress({ done: 5, waitsFor: 'the source is slow' })]);
    hub.fromLeader('l', { type: 'close', job: 1 });
    hub.open('l', 1);
    expect(told(hub)).toEqual([undefined]);
  });

  it('passes over what is said of jobs that the leader does not have, and lets nobody move a cursor', () => {
    const hub = hubWithPeers();
    hub.leader('other');
    hub.open('other', 7);
    hub.handle({ type: 'watched' });
    report(hub, 7);
    expect(told(hub)).toEqual([undefined, undefined]);
    report(hub, 1, { name: 'a\u001B[2J', waitsFor: '\u001B[A' });
    expect(told(hub)[0]).toMatchObject({ name: 'a\uFFFD[2J', waitsFor: '\uFFFD[A' });
  });

  it('forgets all that was said when nobody watches any more, and takes nothing then', () => {
    const hub = hubWithPeers();
    hub.handle({ type: 'watched' });
    report(hub, 1);
    hub.now = 10_000;
    hub.handle({ type: 'tick' });
    expect(told(hub)).toEqual([undefined]);
    report(hub, 1);
    expect(told(hub)).toEqual([undefined]);
  });
});

describe('a leader that wants to know where an attempt is', () => {
  const locate = (hub: HubUnderTest, job: number, seq: number): unknown[] =>
    toLeaders(hub.fromLeader('l', { type: 'locate', job, seq, attempt: 1 }));

  it('is told which worker has it, and for how long', () => {
    const hub = hubWithPeers();
    hub.batch('l', 1, batchOf(0));
    hub.now = 700;
    const place = { workerId: 'w', workerName: '', forMs: 700 };
    expect(locate(hub, 1, 0)).toEqual([['l', { type: 'located', job: 1, seq: 0, attempt: 1, slots: 1, ...place }]]);
  });

  it('is told that it waits, and how many slots there are', () => {
    const hub = hubWithPeers();
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 2, batchOf(0));
    expect(locate(hub, 2, 0)).toEqual([['l', { type: 'located', job: 2, seq: 0, attempt: 1, slots: 1, forMs: 0 }]]);
  });

  it('is told of what a worker has had longest, where it waits behind others of its own job', () => {
    const hub = hubWithPeers();
    hub.batch('l', 1, batchOf(5));
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    hub.now = 700;
    const place = { workerId: 'w', workerName: '', forMs: 700 };
    expect(locate(hub, 1, 1)).toEqual([['l', { type: 'located', job: 1, seq: 5, attempt: 1, slots: 1, ...place }]]);
  });

  it('is told nothing of what the hub does not have', () => {
    const hub = hubWithPeers();
    expect(locate(hub, 1, 0)).toEqual([]);
    expect(locate(hub, 9, 0)).toEqual([]);
  });
});
