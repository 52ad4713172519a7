import { describe, expect, it } from 'vitest';
import { statusOf } from '../../server/core/status.js';
import { batchOf, HubUnderTest } from './scheduler-harness.js';

/** Two leaders, the first with two jobs; two workers of three and four slots, the second of which is away. */
function hub(): HubUnderTest {
  const test = new HubUnderTest();
  for (const id of ['l', 'm']) test.leader(id);
  test.worker('w', 3, ['f@1', 'gg@1', 'hhh@1'], ['x']);
  test.worker('v', 4, ['g@1']);
  test.open('l', 1);
  test.open('l', 2, { operation: 'g' });
  test.batch('l', 2, batchOf(0));
  test.handle({ type: 'workerLeft', workerId: 'v', how: 'lost', reason: '' });
  return test;
}

const all = { listBytes: Infinity, nameChars: Infinity };

describe('the status of a hub', () => {
  it('has totals, and a row for each', () => {
    const { totals, leaders, workers, jobs } = hub().status();
    expect(totals).toEqual({ leaders: 2, workers: 2, slots: 7, jobs: 2 });
    expect(leaders).toEqual([
      { leaderId: 'l', name: '', jobs: 2, away: false },
      { leaderId: 'm', name: '', jobs: 0, away: false },
    ]);
    expect(workers.map(({ workerId, slots, away, leased }) => ({ workerId, slots, away, leased }))).toEqual([
      { workerId: 'w', slots: 3, away: false, leased: 0 },
      { workerId: 'v', slots: 4, away: true, leased: 1 },
    ]);
    expect(jobs.map(({ jobId, stages, leased }) => ({ jobId, stages, leased }))).toEqual([
      { jobId: 'l:1', stages: ['f'], leased: 0 },
      { jobId: 'l:2', stages: ['g'], leased: 1 },
    ]);
  });

  it('says since when the hub is there', () => {
    const { scheduler } = new HubUnderTest();
    expect(scheduler.read((state) => statusOf(state, 70)).uptimeMs).toBe(0);
    scheduler.handle({ type: 'tick' }, 30);
    expect(scheduler.read((state) => statusOf(state, 70)).uptimeMs).toBe(40);
  });

  it('says how many peers were expelled', () => {
    const test = hub();
    test.handle({ type: 'expelled' });
    expect(test.status().counters['expelled']).toBe(1);
  });

  it('has as many rows as fit into so many bytes', () => {
    const { scheduler } = hub();
    const both = scheduler
      .read((state) => statusOf(state, 0, all))
      .leaders.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0);
    const rows = (listBytes: number) =>
      scheduler.read((state) => statusOf(state, 0, { ...all, listBytes })).leaders.map(({ leaderId }) => leaderId);
    expect(rows(both)).toEqual(['l', 'm']);
    expect(rows(both - 1)).toEqual(['l']);
    expect(rows(10)).toEqual([]);
  });

  it('has as many names as fit into so many characters, and says how many more there are', () => {
    const { scheduler } = hub();
    const names = (nameChars: number) =>
      scheduler.read((state) => statusOf(state, 0, { ...all, nameChars })).workers[0]?.offers.operations;
    expect(names(Infinity)).toEqual(['f@1', 'gg@1', 'hhh@1']);
    expect(names(12)).toEqual(['f@1', 'gg@1', 'hhh@1']);
    expect(names(11)).toEqual(['f@1', 'gg@1', 'and 1 more']);
    expect(names(6)).toEqual(['f@1', 'and 2 more']);
    expect(names(2)).toEqual(['and 3 more']);
  });

  it('shows nothing on offer of a worker that has offered nothing yet', () => {
    const test = new HubUnderTest();
    test.handle({ type: 'workerJoined', workerId: 'w', name: 'new' });
    const offers = { operations: [], serializers: [], labels: [] };
    expect(test.status().workers).toMatchObject([{ workerId: 'w', name: 'new', slots: 0, away: false, offers }]);
  });

  it('counts messages for jobs that are not open', () => {
    const test = hub();
    test.fromLeader('l', { type: 'underWay', job: 9, attempts: [] });
    test.fromLeader('l', { type: 'acknowledge', job: 9, seq: 0, attempt: 1 });
    test.fromLeader('l', { type: 'cancel', job: 9, seq: 0, attempt: 1 });
    expect(test.status().counters['strayMessages']).toBe(3);
  });
});
