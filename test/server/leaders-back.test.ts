import { describe, expect, it } from 'vitest';
import { leaderGraceMs, listWithinMs, maxResumed } from '../../src/limits.js';
import {
  adopted,
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
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

/** A hub that does not wait any more for leaders which it has never seen. */
function settledHub(): HubUnderTest {
  const hub = new HubUnderTest();
  hub.handle({ type: 'tick' });
  tickAt(hub, leaderGraceMs);
  return hub;
}

describe('a leader whose connection broke', () => {
  it.each([
    ['nothing', [], false],
    ['said nothing yet', undefined, false],
    ['a job that it has not opened again yet', [1], true],
  ])('is waited for only if something would be lost with it: it has %s', (_, jobs, isAwaited) => {
    const hub = settledHub();
    if (jobs === undefined) hub.leaderJoined('l');
    else hub.leader('l', jobs);
    leaderLost(hub);
    expect(hub.status().leaders).toMatchObject(isAwaited ? [{ leaderId: 'l', away: true }] : []);
  });

  it('is waited for if it has a job', () => {
    const hub = settledHub();
    hub.leader('l');
    hub.open('l', 1);
    leaderLost(hub);
    expect(hub.status().leaders).toMatchObject([{ leaderId: 'l', away: true }]);
  });

  it('is waited for by a hub that has just started, which does not know what workers have of it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    leaderLost(hub);
    expect(hub.status().leaders).toMatchObject([{ leaderId: 'l', away: true }]);
  });

  it('is given up in its turn where several are away', () => {
    const hub = settledHub();
    for (const [at, leaderId] of ['l', 'm'].entries()) {
      hub.now = leaderGraceMs + 10 * at;
      hub.leader(leaderId);
      hub.open(leaderId, 1);
      hub.handle({ type: 'leaderLeft', leaderId, how: 'lost' });
    }
    expect(hub.scheduler.nextDeadline()).toBe(2 * leaderGraceMs);
    tickAt(hub, 2 * leaderGraceMs);
    expect(hub.status().leaders).toMatchObject([{ leaderId: 'm' }]);
    expect(hub.scheduler.nextDeadline()).toBe(2 * leaderGraceMs + 10);
  });

  it('is told nothing any more when it is gone', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual([]);
  });
});

describe('a leader that is back', () => {
  it('says once with which jobs it goes on: what it has opened since is not closed', () => {
    const hub = busyHub();
    hub.open('l', 2);
    expect(hub.fromLeader('l', { type: 'resume', jobs: [1] })).toEqual([]);
    expect(hub.status().jobs).toHaveLength(2);
  });

  it('may close a job that it has not opened again; any other that is not there counts as a mistake', () => {
    const hub = new HubUnderTest();
    const strays = (job: number): number | undefined => {
      hub.fromLeader('l', { type: 'close', job });
      return hub.status().counters['strayMessages'];
    };
    hub.leaderJoined('l');
    expect(strays(1)).toBe(1);
    hub.fromLeader('l', { type: 'resume', jobs: [1] });
    expect([strays(1), strays(1), strays(2)]).toEqual([1, 2, 3]);
    hub.open('l', 3);
    expect(strays(3)).toBe(3);
  });

  it('opens its jobs again at once, however many it may open in a second; a job may come before it has named them', () => {
    const hub = new HubUnderTest({ maxJobsOpenedPerSecond: 1 });
    hub.leader('l', [1, 2, 3]);
    const told = [1, 2, 3].flatMap((job) => toLeaders(hub.open('l', job, { resumed: [] })));
    expect(told.map(([, { type }]) => type)).toEqual(['capacity', 'capacity', 'capacity']);
    // They leave what it may open anew as it is: one, and as many more as it may have open.
    const anew = [4, 5, 6, 7, 8].flatMap((job) => {
      hub.fromLeader('l', { type: 'close', job: job - 3 });
      return toLeaders(hub.open('l', job)).map(([, { type }]) => type);
    });
    expect(anew).toEqual(['capacity', 'capacity', 'capacity', 'capacity', 'refused']);
    const early = new HubUnderTest();
    early.leaderJoined('l');
    expect(toLeaders(early.open('l', 1))).toHaveLength(1);
  });

  it('closes at workers only what they have of that job', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0]), { ...possession([0]), jobId: 'l:2' }, { ...possession([0]), jobId: 'm:1' }]);
    hub.leader('l', [1, 2, 3]);
    const close = (job: number): string[] => orders(hub.fromLeader('l', { type: 'close', job }));
    expect([close(3), close(4), close(1)]).toEqual([[], [], ['close l:1']]);
    expect(close(1)).toEqual([]);
  });

  it.each(['closed before all that is under way of it is named', 'refused', 'refused for what is under way of it'])(
    'has workers give up what they have of a job that is %s',
    (how) => {
      const hub = new HubUnderTest(how === 'refused' ? { maxJobsPerLeader: 0 } : {});
      workerBack(hub, [possession([0])]);
      hub.leader('l', [1]);
      const many = Array.from({ length: maxResumed + 1 }, (_, seq) => underWay(seq));
      const resumed = how === 'refused for what is under way of it' ? many : [];
      const opened = hub.open('l', 1, { resumed, more: true });
      const closed = how.startsWith('closed') ? hub.fromLeader('l', { type: 'close', job: 1 }) : [];
      expect(orders([...opened, ...closed])).toEqual(['close l:1']);
    },
  );

  it('is not told what was found before it has opened the job again', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, 60_000);
    leaderLost(hub);
    hub.leader('l', [1]);
    expect(adopted(workerBack(hub, [possession([0])]))).toEqual([]);
    expect(adopted(hub.open('l', 1, { resumed: [] }))).toEqual(['0/1']);
  });

  it('leaves the worker to others that came to rest for a batch which it does not want any more', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.leader('m');
    hub.open('m', 1);
    hub.batch('m', 1, batchOf(0));
    hub.open('l', 1, { priority: 3 });
    hub.batch('l', 1, batchOf(0, { suspect: true, alone: true }));
    expect(assigned(hub.batch('m', 1, batchOf(1)))).toEqual([]);
    leaderLost(hub);
    expect(assigned(leaderBack(hub, []))).toEqual(['w: m:1/1']);
  });
});

describe('a hub that has just started', () => {
  it('closes nothing before the time is over in which leaders may come back', () => {
    const hub = new HubUnderTest();
    hub.now = 1_000;
    workerBack(hub, [possession([0])]);
    expect(orders(tickAt(hub, 1_000 + leaderGraceMs - 1))).toEqual([]);
    expect(orders(tickAt(hub, 1_000 + leaderGraceMs))).toEqual(['close l:1']);
  });

  it('closes nothing of a job of which its leader is just saying what is under way', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0])]);
    hub.leader('l', [1]);
    hub.now = leaderGraceMs - 1;
    hub.open('l', 1, { resumed: [], more: true });
    expect(orders(tickAt(hub, leaderGraceMs))).toEqual([]);
    expect(adopted(hub.fromLeader('l', { type: 'underWay', job: 1, attempts: [] }))).toEqual(['0/1']);
  });

  it('disconnects who does not come to the end of its list', () => {
    const hub = new HubUnderTest();
    hub.leaderJoined('l');
    hub.fromLeader('l', { type: 'resume', jobs: [1], more: true });
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [], more: true });
    const reason = `the rest of what it has took longer than ${listWithinMs} ms`;
    hub.now = 1;
    hub.leaderJoined('m');
    hub.fromLeader('m', { type: 'resume', jobs: [1], more: true });
    expect(tickAt(hub, listWithinMs).filter(({ type }) => type === 'expel')).toEqual([
      { type: 'expel', role: 'leader', id: 'l', code: 'LIMIT_EXCEEDED', reason },
      { type: 'expel', role: 'worker', id: 'w', code: 'LIMIT_EXCEEDED', reason },
    ]);
  });
});
