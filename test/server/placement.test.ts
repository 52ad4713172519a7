import { describe, expect, it } from 'vitest';
import { Placement } from '../../server/core/placement.js';
import { newJob, newLeader, newWorker } from '../../server/core/new-records.js';
import type { HubJob, HubWorker } from '../../server/core/records.js';
import { defaultLimits } from '../../server/limits.js';
import { assigned, batchOf, HubUnderTest, openHub, toLeaders } from './scheduler-harness.js';

/** A hub with a leader whose job 1 has executed a batch on `w1`, in as long as is said. */
function learned(elapsedMs: number, operations = ['f@1'], slots = 1): HubUnderTest {
  const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxJobsPerLeader: 10 });
  hub.leader('l');
  hub.worker('w1', slots, operations);
  hub.open('l', 1);
  hub.batch('l', 1, batchOf(0));
  hub.result('w1', 'l:1', 0, { elapsedMs });
  return hub;
}

function send(hub: HubUnderTest, job: number, ...seqs: number[]): string[] {
  return seqs.flatMap((seq) => assigned(hub.batch('l', job, batchOf(seq))));
}

describe('where batches are sent ahead', () => {
  it('is not where the next slot is for a job that comes before them in turn, and cannot be sent ahead', () => {
    const hub = learned(20, ['f@1', 'g@1']);
    expect(send(hub, 1, 1)).toEqual(['w1: l:1/1']);
    hub.open('l', 2, { operation: 'g' });
    expect(send(hub, 2, 0)).toEqual([]);
    expect(send(hub, 1, 2)).toEqual([]);
  });

  it('is where a job that comes before them in turn is for other workers, later in turn, or can be sent ahead itself', () => {
    const others = learned(20);
    send(others, 1, 1);
    others.open('l', 2, { operation: 'g' });
    send(others, 2, 0);
    expect(send(others, 1, 2)).toEqual(['w1: l:1/2']);

    const cheap = learned(20, ['f@1', 'g@1']);
    cheap.open('l', 2, { operation: 'g' });
    send(cheap, 2, 0);
    cheap.result('w1', 'l:2', 0, { elapsedMs: 20 });
    send(cheap, 1, 1, 2);
    // Two of `f` are there: as many as are sent ahead. One of `g` waits, and comes next.
    expect(send(cheap, 2, 1)).toEqual([]);
    expect(assigned(cheap.result('w1', 'l:1', 1, { elapsedMs: 20 }))).toEqual(['w1: l:2/1']);
    const later = learned(20, ['f@1', 'g@1']);
    later.open('l', 2, { operation: 'g', priority: -10 });
    send(later, 2, 0);
    later.result('w1', 'l:2', 0, { elapsedMs: 200 });
    send(later, 1, 1);
    expect(send(later, 2, 1)).toEqual([]);
    expect(send(later, 1, 2)).toEqual(['w1: l:1/2']);
  });

  it('is where a worker has room that others before it have not', () => {
    const hub = learned(20);
    hub.worker('w2', 1);
    expect(send(hub, 1, 1, 2, 3, 4, 5)).toEqual(['w1: l:1/1', 'w2: l:1/2', 'w1: l:1/3', 'w2: l:1/4']);
    // Until now it waited for room: `w1` was given something longer ago, and is full.
    hub.fromLeader('l', { type: 'cancel', job: 1, seq: 5, attempt: 1 });
    expect(assigned(hub.result('w2', 'l:1', 2, { elapsedMs: 20 }))).toEqual([]);
    expect(send(hub, 1, 6)).toEqual(['w2: l:1/6']);
  });

  it('is not where another worker has a free slot', () => {
    const hub = learned(20);
    hub.worker('w2', 2);
    expect(send(hub, 1, 1, 2, 3)).toEqual(['w1: l:1/1', 'w2: l:1/2', 'w2: l:1/3']);
  });

  it('is at workers that have answered one of several that were sent ahead', () => {
    const hub = learned(1);
    // One is executed, four are ahead.
    expect(send(hub, 1, 1, 2, 3, 4, 5, 6, 7)).toHaveLength(5);
    expect(assigned(hub.result('w1', 'l:1', 1, { elapsedMs: 1 }))).toEqual(['w1: l:1/6']);
  });
});

/** A job that needs this operation, whose batches take so long, if that is known. */
function jobOf(placement: Placement, operation: string, { priority = 0, virtualTime = 0, meanMs = 0 } = {}): HubJob {
  const needClass = placement.fitting.needClass({ operations: [operation], serializers: ['json'], labels: [] });
  const leader = newLeader('l', '', defaultLimits, { records: { bytes: 0 }, named: { bytes: 0 } }, 0);
  const description = { stages: [], serializer: 'json' };
  const job = newJob({
    number: 1,
    leader,
    secret: '',
    description,
    bytes: 0,
    priority,
    openedAt: 0,
    needClass,
    virtualTime,
  });
  if (meanMs > 0) job.cost.observe(meanMs, 0, 0);
  needClass.jobs.add(job);
  return job;
}

/** A worker of one slot that has so much in hand. */
function workerOf(placement: Placement, inHand: number, ...operations: string[]): HubWorker {
  const worker = newWorker(`w${inHand}`, '', defaultLimits, { bytes: 0 }, 0);
  worker.slots = 1;
  for (let at = 0; at < inHand; at += 1) worker.ending.add(`${at}`);
  placement.moveWorker(worker, { operations, serializers: ['json'], labels: [] });
  placement.fitting.proceed(1_000);
  return worker;
}

describe('a match', () => {
  it('is found among few kinds of jobs of which one is in turn, where many others are', () => {
    const placement = new Placement();
    const [first, , ...others] = ['f', 'g', 'x', 'y'].map((operation) => jobOf(placement, operation));
    const worker = workerOf(placement, 0, 'f', 'g');
    for (const job of others) placement.enterTurn(job);
    expect([placement.nextFor(worker), worker.offerClass && placement.comesBefore(worker.offerClass, 1)]).toEqual([
      undefined,
      false,
    ]);
    if (first !== undefined) placement.enterTurn(first);
    expect(placement.nextFor(worker)).toBe(first);
  });

  it('is not with a worker that has room ahead where another one has a free slot', () => {
    const placement = new Placement();
    const job = jobOf(placement, 'f', { meanMs: 1 });
    placement.enterTurn(job);
    const busy = workerOf(placement, 1, 'f');
    expect(placement.nextFor(busy)).toBe(job);
    const free = workerOf(placement, 0, 'f');
    expect([placement.nextFor(busy), placement.nextFor(free)]).toEqual([undefined, job]);
  });

  it('is looked for among a few of the workers that have room ahead, those that were given something longest ago', () => {
    const placement = new Placement();
    // One may be ahead.
    const job = jobOf(placement, 'f', { meanMs: 20 });
    placement.enterTurn(job);
    for (let at = 0; at < 3; at += 1) workerOf(placement, 2, 'f');
    const fourth = workerOf(placement, 1, 'f');
    expect(placement.matchFor(job.needClass)).toEqual({ job, worker: fourth });
    placement.moveWorker(fourth, undefined);
    workerOf(placement, 2, 'f');
    workerOf(placement, 1, 'f');
    expect(placement.matchFor(job.needClass)).toBeUndefined();
  });
});

describe('what a job is charged too much', () => {
  it('comes back to it by its weight, but for what it had been ahead when its turn came again', () => {
    const placement = new Placement();
    const job = jobOf(placement, 'f', { priority: 1, virtualTime: 10 });
    placement.enterTurn(job);
    // 20 ms of execution ahead, of which 15 come back.
    placement.settle({ job, chargedMs: 15, entry: 0 }, 0);
    expect(job.virtualTime).toBe(2.5);
    placement.settle({ job, chargedMs: 15, entry: 0 }, 0);
    expect(job.virtualTime).toBe(0);
  });
});

describe('whose turn it is', () => {
  it('is that of the job that comes first, whichever operation it is of', () => {
    const hub = learned(200, ['f@1', 'g@1', 'h@1']);
    send(hub, 1, 1);
    for (const [job, operation, priority] of [
      [2, 'g', 0],
      [3, 'h', 5],
    ] as const) {
      hub.open('l', job, { operation, priority });
      send(hub, job, 0, 1);
    }
    const order: string[] = [];
    for (let next = 'w1: l:1/1'; order.length < 5;) {
      const [jobId = '', seq = ''] = next.slice(4).split('/');
      [next = ''] = assigned(hub.result('w1', jobId, Number(seq), { elapsedMs: 200 }));
      order.push(next);
      if (next === '') break;
    }
    expect(order).toEqual(['w1: l:2/0', 'w1: l:3/0', 'w1: l:3/1', 'w1: l:2/1', '']);
  });
});

describe('how many slots leaders are told', () => {
  const told = (effects: Parameters<typeof toLeaders>[0]): unknown[] => toLeaders(effects).map(([, message]) => message);

  it('comes with nothing that is missing where there are some, and with what is where there are none', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const none = { type: 'capacity', job: 1, slots: 0, leased: 0, missing: 'no worker is connected' };
    expect(told(hub.open('l', 1, { slots: 1 }))).toEqual([none]);
    expect(told(hub.worker('w1', 2))).toEqual([{ ...none, slots: 2, missing: '' }]);
    hub.batch('l', 1, batchOf(0));
    expect(told(hub.worker('w2', 1))).toEqual([{ ...none, slots: 3, leased: 1, missing: '' }]);
  });

  it('counts a worker that comes for a job of an operation of which another job, with other needs, is closed', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1, { labels: ['gpu'] });
    hub.open('l', 2);
    hub.fromLeader('l', { type: 'close', job: 1 });
    hub.worker('w', 2);
    expect(assigned(hub.batch('l', 2, batchOf(0)))).toEqual(['w: l:2/0']);
  });

  it('counts a worker that offers everything for each job, whether it or the job came first', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    const offers = { operations: [], serializers: [], labels: [], everything: true };
    const slots = { type: 'capacity', slots: 2, leased: 0, missing: '' };
    expect(told(hub.fromWorker('w', { type: 'offer', slots: 2, offers }))).toEqual([{ ...slots, job: 1 }]);
    expect(told(hub.open('l', 2, { operation: 'g' }))).toEqual([{ ...slots, job: 2 }]);
  });

  it('counts what is leased, and what is still looked for', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const resumed = [0, 1].map((seq) => ({ seq, attempt: 1, bytes: 1, worthMs: 1_000, suspect: false }));
    hub.open('l', 1, { resumed });
    expect(told(hub.worker('w', 1))).toMatchObject([{ type: 'capacity', slots: 1, leased: 2 }]);
  });

  it('is told again to those who find none when what there is changes, and to nobody else', () => {
    const hub = new HubUnderTest({ maxOffersPerSecond: 100 });
    hub.leader('l');
    hub.worker('w1', 1, ['f@1']);
    hub.open('l', 1);
    hub.open('l', 2, { operation: 'g' });
    expect(told(hub.worker('w2', 1, ['h@1']))).toEqual([
      {
        type: 'capacity',
        job: 2,
        slots: 0,
        leased: 0,
        missing: "no worker offers operation 'g@1'; operations on offer: f@1, h@1",
        operation: 'g',
      },
    ]);
    expect(told(hub.worker('w3', 1, ['h@1']))).toEqual([]);
  });

  it('is not told any more while the hub closes', () => {
    const hub = openHub(1);
    hub.handle({ type: 'closing', reason: 'by hand' });
    expect(told(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'gone', how: 'closed' }))).toEqual([]);
  });
});
