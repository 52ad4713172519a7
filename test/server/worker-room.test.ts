import { describe, expect, it } from 'vitest';
import { hasSpareRoom, takesAhead } from '../../server/core/worker-room.js';
import { newJob, newLeader, newWorker, newWorkerConnection } from '../../server/core/new-records.js';
import type { HubJob, HubWorker, WorkerConnection } from '../../server/core/records.js';
import { Fitting } from '../../server/core/fitting.js';
import { defaultLimits } from '../../server/limits.js';
import { maxBatchesAhead, maxSharedBatchesAhead, workAheadMs } from '../../src/limits.js';

/** A worker with two slots, and so many batches that are to end. */
function worker(taken: number, { congested = false, ...changes }: Partial<HubWorker & WorkerConnection> = {}): HubWorker {
  const ending = new Set(Array.from({ length: taken }, (_, at) => `${at}/1/l:1`));
  const connection = { ...newWorkerConnection('', defaultLimits), congested };
  return { ...newWorker('w', '', defaultLimits, { bytes: 0 }, 0), slots: 2, ending, connection, ...changes };
}

/** A job whose batches take so long. */
function jobOf(batchMs: number): HubJob {
  const needs = { operations: ['f@1'], serializers: ['json'], labels: [] };
  const job = newJob({
    number: 1,
    leader: newLeader('l', '', defaultLimits, { records: { bytes: 0 }, named: { bytes: 0 } }, 0),
    secret: '',
    description: { stages: [], serializer: 'json' },
    bytes: 0,
    priority: 0,
    openedAt: 0,
    needClass: new Fitting().needClass(needs),
    virtualTime: 0,
  });
  job.cost.observe(batchMs, 0, 0);
  return job;
}

describe('a worker has room for something ahead', () => {
  it('once all its slots are taken, up to the most batches ahead for each', () => {
    expect([0, 1, 2, 3].map((taken) => hasSpareRoom(worker(taken)))).toEqual([false, false, true, true]);
    const most = 2 * (1 + maxBatchesAhead);
    expect([most - 1, most].map((taken) => hasSpareRoom(worker(taken)))).toEqual([true, false]);
  });

  it('for less ahead while several leaders use it', () => {
    const most = 2 * (1 + maxSharedBatchesAhead);
    expect([most - 1, most].map((taken) => hasSpareRoom(worker(taken, { shared: true })))).toEqual([true, false]);
  });

  it.each([{ dear: 2 }, { suspects: 1 }, { reserved: true }, { congested: true }])('but not with %o', (changes) => {
    expect(hasSpareRoom(worker(2, changes))).toBe(false);
  });

  it('while one of its slots is not held by something slow', () => {
    expect(hasSpareRoom(worker(2, { dear: 1 }))).toBe(true);
  });

  it('as far as the work ahead is no more than a trip over the wire takes', () => {
    const quick = jobOf(workAheadMs / 2);
    const slow = jobOf(60_000);
    expect([2, 5, 6].map((taken) => takesAhead(worker(taken), quick))).toEqual([true, true, false]);
    expect(takesAhead(worker(2), slow)).toBe(false);
  });
});
