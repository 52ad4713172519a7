import { describe, expect, it } from 'vitest';
import { attempt, leaderLost } from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest, openHub } from './scheduler-harness.js';

const suspect = (seq: number) => batchOf(seq, { suspect: true });
const alone = (seq: number) => batchOf(seq, { suspect: true, alone: true });

const leased = (hub: HubUnderTest): Record<string, number> =>
  Object.fromEntries(hub.status().workers.map((worker) => [worker.workerId, worker.leased]));

describe('a worker that comes to rest for a batch', () => {
  /** Workers `v` and `w`, with two slots each and so many batches, and a batch of job 2 that is to be executed alone. */
  function resting(ofV: number, ofW: number): HubUnderTest {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
    hub.leader('l');
    hub.open('l', 1);
    for (const job of [2, 3]) hub.open('l', job, { priority: 3 });
    for (const workerId of ['v', 'w']) hub.worker(workerId, 2);
    // In turn: 1 and 3 go to `v`, 2 and 4 to `w`.
    for (const seq of [1, 2, 3, 4]) hub.batch('l', 1, batchOf(seq));
    if (ofV === 1) hub.result('v', 'l:1', 3, { elapsedMs: 50 });
    if (ofW === 1) hub.result('w', 'l:1', 4, { elapsedMs: 50 });
    expect(leased(hub)).toEqual({ v: ofV, w: ofW });
    expect(assigned(hub.batch('l', 2, alone(0)))).toEqual([]);
    return hub;
  }

  it.each([
    [2, 1, 'w'],
    [1, 1, 'v'],
  ])('is the one that has the least in hand: of %d and %d batches', (ofV, ofW, chosen) => {
    const hub = resting(ofV, ofW);
    const others = [50, 51, 52].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))));
    expect(others).toEqual(chosen === 'v' ? ['w: l:1/50'] : []);
    expect(assigned(hub.result(chosen, 'l:1', chosen === 'v' ? 1 : 2))).toContain(`${chosen}: l:2/0`);
  });

  it('is the only one, however many of them wait', () => {
    const hub = resting(1, 1);
    hub.batch('l', 3, alone(0));
    expect(assigned(hub.batch('l', 1, batchOf(50)))).toEqual(['w: l:1/50']);
  });

  it('is the only one, though another one has as little in hand by now', () => {
    const hub = resting(2, 2);
    hub.result('w', 'l:1', 2, { elapsedMs: 50 });
    // Now `w` rests, which has one batch.
    hub.result('v', 'l:1', 1, { elapsedMs: 50 });
    hub.batch('l', 3, alone(0));
    expect(assigned(hub.batch('l', 1, batchOf(50)))).toEqual(['v: l:1/50']);
  });

  it('rests on when one of them is over, for another one; not for those that are only suspect', () => {
    const hub = resting(1, 1);
    hub.batch('l', 3, alone(0));
    hub.fromLeader('l', { type: 'cancel', job: 2, ...attempt(0) });
    expect(assigned(hub.batch('l', 1, batchOf(50)))).toEqual(['w: l:1/50']);
    expect(assigned(hub.batch('l', 1, batchOf(51)))).toEqual([]);
    hub.batch('l', 2, suspect(1));
    expect(assigned(hub.fromLeader('l', { type: 'cancel', job: 3, ...attempt(0) }))).toContain('v: l:2/1');
  });

  it('rests no more for one that it cannot execute', () => {
    const hub = resting(1, 1);
    hub.worker('u', 1, ['g@1']);
    hub.fromLeader('l', { type: 'close', job: 3 });
    hub.open('l', 3, { operation: 'g', priority: 3 });
    hub.batch('l', 3, batchOf(0));
    hub.batch('l', 3, alone(1));
    expect(assigned(hub.fromLeader('l', { type: 'close', job: 2 }))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(50)))).toHaveLength(1);
    expect(assigned(hub.batch('l', 1, batchOf(51)))).toHaveLength(1);
  });

  it('rests on when another one of other needs is given to its worker, though others come before its job by now', () => {
    const hub = resting(1, 2);
    hub.leader('m');
    hub.open('m', 1);
    expect(assigned(hub.batch('m', 1, batchOf(0)))).toEqual([]);
    hub.worker('u', 1, ['g@1']);
    expect(assigned(hub.fromLeader('l', { type: 'close', job: 3 }))).toEqual([]);
    hub.open('l', 3, { operation: 'g' });
    expect(assigned(hub.batch('l', 3, alone(0)))).toEqual(['u: l:3/0']);
  });

  it('rests on when another worker is given something else of the same job', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
    hub.leader('l');
    hub.leader('m');
    for (const workerId of ['v', 'w']) hub.worker(workerId, 2, ['f@1', 'g@1']);
    hub.worker('u', 4);
    hub.open('l', 1);
    hub.open('l', 2, { priority: 3 });
    hub.open('m', 1, { operation: 'g' });
    const given = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))));
    // `v` and `u` have free slots, and `v` has the least in hand.
    for (const workerId of ['v', 'u', 'u']) {
      const at = given.findIndex((each) => each.startsWith(workerId));
      const [one = ''] = given.splice(at, 1);
      hub.result(workerId, 'l:1', Number(one.slice(-1)), { elapsedMs: 50 });
    }
    expect(assigned(hub.batch('l', 2, alone(0)))).toEqual([]);
    expect(assigned(hub.batch('m', 1, batchOf(0)))).toEqual([]);
    expect(assigned(hub.batch('l', 2, batchOf(1)))).toEqual(['u: l:2/1']);
    // Nor when what nobody else can execute beside it comes back.
    expect(assigned(hub.batch('l', 2, batchOf(1, { attempt: 2, beside: true })))).toEqual([]);
  });

  it('passes over jobs that have nothing to be executed alone', () => {
    const hub = openHub(2);
    hub.open('l', 2, { priority: 3 });
    // The second suspect waits, since the worker has one.
    expect([0, 1].flatMap((seq) => assigned(hub.batch('l', 1, suspect(seq))))).toEqual(['w: l:1/0']);
    expect(assigned(hub.batch('l', 2, alone(0)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:2/0']);
  });

  it('passes over jobs that wait for something else, and those whose leaders are away', () => {
    const hub = resting(1, 1);
    hub.batch('l', 1, suspect(60));
    hub.leader('m');
    hub.open('m', 1, { priority: 3 });
    hub.batch('m', 1, alone(0));
    leaderLost(hub);
    expect(
      assigned(hub.fromWorker('v', { type: 'lost', jobId: 'l:1', loss: { ...attempt(1), cause: 'wasted', reason: '' } })),
    ).toEqual(['v: m:1/0']);
  });
});
