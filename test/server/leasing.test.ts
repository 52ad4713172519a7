import { describe, expect, it } from 'vitest';
import {
  answers,
  attempt,
  busyHub,
  leaderBack,
  leaderLost,
  orders,
  possession,
  ticketed,
  tickAt,
  workerBack,
  workerLost,
} from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

const suspect = (seq: number) => batchOf(seq, { suspect: true });
const alone = (seq: number) => batchOf(seq, { suspect: true, alone: true });

/** A hub with room for many batches, its leader `l`, whose job 1 is cheap, and its worker `w` with one slot. */
function cheapHub(): HubUnderTest {
  const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
  hub.leader('l');
  hub.worker('w', 1);
  hub.open('l', 1);
  for (const seq of [0, 1, 2]) {
    hub.batch('l', 1, batchOf(seq));
    hub.result('w', 'l:1', seq, { elapsedMs: 0 });
  }
  return hub;
}

const leased = (hub: HubUnderTest): Record<string, number> =>
  Object.fromEntries(hub.scheduler.status(0).workers.map((worker) => [worker.workerId, worker.leased]));

describe('what is sent ahead', () => {
  /** Jobs 1 and 2 are cheap; batches 10 and 11 of job 1 are with `w`, and a suspect of job 2 waits until it has a free slot. */
  function holdingBack(elapsedMs = 0): HubUnderTest {
    const hub = cheapHub();
    hub.open('l', 2);
    hub.batch('l', 2, batchOf(1));
    hub.result('w', 'l:2', 1, { elapsedMs });
    for (const seq of [10, 11]) expect(assigned(hub.batch('l', 1, batchOf(seq)))).toHaveLength(1);
    expect(assigned(hub.batch('l', 2, suspect(0)))).toEqual([]);
    return hub;
  }

  it('is held back while a suspect of another job that is as cheap waits for a free slot', () => {
    const hub = holdingBack();
    for (const seq of [12, 13]) expect(assigned(hub.batch('l', 1, batchOf(seq)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 10))).toEqual([]);
    expect(leased(hub)).toEqual({ w: 1 });
    expect(assigned(hub.result('w', 'l:1', 11))).toEqual(['w: l:2/0']);
  });

  it('is held back for a suspect whose job comes later in turn, once its turn has come', () => {
    const hub = holdingBack(0.4);
    const withWorker = [10, 11];
    let given: string[] = [];
    // There is always something of job 1 to be sent ahead.
    for (let seq = 12; seq < 200 && !given.includes('w: l:2/0'); seq += 1) {
      const next = withWorker.shift();
      if (next === undefined) throw new Error('nothing of job 1 is with the worker');
      given = [...assigned(hub.batch('l', 1, batchOf(seq))), ...assigned(hub.result('w', 'l:1', next, { elapsedMs: 0.1 }))];
      for (const each of given) if (each.startsWith('w: l:1/')) withWorker.push(Number(each.slice(7)));
    }
    expect(given).toContain('w: l:2/0');
  });

  it('is held back by no suspect for which there are other workers only', () => {
    const hub = holdingBack();
    hub.worker('u', 1, ['g@1']);
    hub.open('l', 3, { operation: 'g' });
    for (const seq of [0, 1]) {
      hub.batch('l', 3, batchOf(seq));
      hub.result('u', 'l:3', seq, { elapsedMs: 0 });
    }
    expect(assigned(hub.batch('l', 3, batchOf(2)))).toEqual(['u: l:3/2']);
    expect(assigned(hub.batch('l', 3, batchOf(3)))).toEqual(['u: l:3/3']);
  });

  it('is not held back by a suspect that this worker cannot execute', () => {
    const hub = cheapHub();
    hub.worker('v', 1, ['g@1']);
    hub.open('l', 2, { operation: 'g' });
    hub.batch('l', 2, suspect(0));
    hub.batch('l', 2, suspect(1));
    for (let seq = 10; seq < 90; seq += 1) hub.batch('l', 1, batchOf(seq));
    const before = leased(hub)['w'] ?? 0;
    expect(before).toBeGreaterThan(1);
    expect(assigned(hub.result('w', 'l:1', 10, { elapsedMs: 0 }))).not.toEqual([]);
  });

  it('is nothing behind what was found with its worker, of which nobody knows how long it takes', () => {
    const hub = cheapHub();
    workerLost(hub);
    workerBack(hub, [{ ...possession([]), running: [ticketed(0, 9)] }]);
    expect(leased(hub)).toEqual({ w: 1 });
    hub.fromWorker('w', { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
    expect(assigned(hub.batch('l', 1, batchOf(10)))).toEqual([]);
  });
});

describe('a batch that no worker can take', () => {
  it('does not hold up those behind it that are not like it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 3);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) });
    // It would be taken for the attempt that is ending.
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
    expect(assigned(hub.batch('l', 1, suspect(1)))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual(['w: l:1/1', 'w: l:1/2']);
  });

  it('is given back with the reason, when the only workers for it have it already', () => {
    const hub = busyHub();
    const loss = { ...attempt(0, 2), cause: 'returned', reason: 'the only workers for it have it already' };
    hub.result('w', 'l:1', 1);
    expect(toLeaders(hub.batch('l', 1, batchOf(0, { attempt: 2, beside: true })))).toEqual([
      ['l', { type: 'lost', job: 1, workerId: '', loss }],
    ]);
  });
});

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
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
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

describe('a worker that answers', () => {
  it('is not blamed for a loss in a stage that there is, and is for one that there is not', () => {
    const lose = (stage: number): unknown[] => {
      const loss = { ...attempt(0), cause: 'death', stage, reason: 'its thread died' } as const;
      return busyHub().fromWorker('w', { type: 'lost', jobId: 'l:1', loss });
    };
    expect(lose(0)).toMatchObject([{ type: 'toLeader', message: { type: 'lost', loss: { stage: 0 } } }]);
    const reason = 'it has lost a batch in stage 1 of 1';
    expect(lose(1)).toEqual([{ type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason }]);
  });

  it('may answer that it has lost what it is asked for again', () => {
    const hub = busyHub();
    leaderLost(hub);
    hub.result('w', 'l:1', 0);
    leaderBack(hub, [{ ...attempt(0), bytes: 1, suspect: false, worthMs: 1_000 }]);
    const loss = { ...attempt(0), cause: 'wasted', reason: 'its answer was not kept' } as const;
    expect(answers(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss }))).toEqual(['wasted 0/1']);
  });

  it('does not have its job seem cheap by what it says of the quick ones, while others still run', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    for (const seq of [0, 1]) hub.batch('l', 1, batchOf(seq));
    // With the 60 ms that the other one has had by now, a batch takes 120 ms: none is sent ahead.
    hub.result('w', 'l:1', 0, { elapsedMs: 60 });
    expect([2, 3].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/2']);
  });

  it('shows what its batches cost by what they execute; that one has waited for a job of its own is not the way to it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    for (const seq of [0, 1]) hub.batch('l', 1, batchOf(seq));
    hub.fromWorker('w', { type: 'waits', jobId: 'l:1', ...attempt(0) });
    hub.now = 100;
    hub.fromWorker('w', { type: 'goesOn', jobId: 'l:1', ...attempt(0) });
    hub.result('w', 'l:1', 0, { elapsedMs: 60 });
    expect([2, 3].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/2']);
  });

  it('has its leader hold to acknowledging losses, too', () => {
    const hub = new HubUnderTest({ maxUnacknowledgedPerLeader: 2 });
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    for (const seq of [0, 1]) {
      hub.batch('l', 1, batchOf(seq));
      hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { ...attempt(seq), cause: 'wasted', reason: '' } });
    }
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(0) });
    expect(assigned(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(1) }))).toEqual(['w: l:1/2']);
    // Told twice, it is acknowledged still.
    expect(hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(1) })).toEqual([]);
  });

  it('is counted for what is lost and what is found', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, 60_000);
    workerBack(hub, [possession([0])]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ lost: 2, adopted: 1 });
  });

  it('answers for one of several attempts of a job that nobody has opened yet', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0, 1])]);
    hub.fromWorker('w', {
      type: 'result',
      jobId: 'l:1',
      result: { ...attempt(1), done: 1, failures: [], elapsedMs: 1, payload: new Uint8Array(1) },
    });
    hub.result('w', 'l:1', 1, { attempt: 2 });
    hub.result('w', 'l:1', 7);
    expect(hub.scheduler.status(0).counters).toMatchObject({ staleResults: 2 });
    expect(orders(leaderBack(hub, []))).toEqual(['resend 1/1']);
    expect(leased(hub)).toEqual({ w: 1 });
  });

  it('answers for one of two attempts of a batch of a job that nobody has opened yet', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [{ ...possession([]), running: [ticketed(1, 1), ticketed(1, 2)] }]);
    hub.result('w', 'l:1', 1, { attempt: 2 });
    expect(orders(leaderBack(hub, []))).toEqual(['resend 1/2']);
  });

  it('has what else it executes of that job still, once somebody opens it', () => {
    const hub = new HubUnderTest();
    workerBack(hub, [possession([0, 1])]);
    hub.result('w', 'l:1', 1);
    const resumed = [0, 1].map((seq) => ({ ...attempt(seq), bytes: 1, suspect: false, worthMs: 1_000 }));
    leaderBack(hub, resumed);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });
});

describe('a worker that is drained', () => {
  it('is not hoped for any more once its last lease is over', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.result('w', 'l:1', 0)).map(([, { type }]) => type)).toEqual(['result']);
    expect(
      toLeaders(hub.result('w', 'l:1', 1))
        .map(([, { type }]) => type)
        .toSorted(),
    ).toEqual(['capacity', 'result']);
  });
});

describe('an attempt that is cancelled', () => {
  it('is over at once where its worker is away', () => {
    const hub = busyHub();
    workerLost(hub);
    hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) });
    expect(hub.scheduler.status(0).workers).toMatchObject([{ leased: 1, ending: 0 }]);
  });

  it('waits for no job of its own any more', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'waits', jobId: 'l:1', ...attempt(0) });
    hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) });
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/2']);
  });
});

describe('two attempts of a batch that are found with their answers', () => {
  /** Workers `w` and `v` keep answers to attempts 1 and 2 of batch 0, which both are asked for. */
  function found(): HubUnderTest {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    workerBack(hub, [possession([], [0])]);
    hub.handle({ type: 'workerJoined', workerId: 'v', name: '' });
    hub.fromWorker('v', { type: 'report', jobs: [{ jobId: 'l:1', running: [], held: [ticketed(0, 2, 'v')] }], ending: [] });
    return hub;
  }

  it('stand in for further attempts until the last of them is over', () => {
    const returned = ['returned 0/3'];
    const cancelled = found();
    cancelled.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0, 1) });
    expect(answers(cancelled.batch('l', 1, batchOf(0, { attempt: 3 })))).toEqual(returned);
    const answered = found();
    answered.result('w', 'l:1', 0);
    expect(answers(answered.batch('l', 1, batchOf(0, { attempt: 3 })))).toEqual(returned);
    answered.result('v', 'l:1', 0, { attempt: 2 });
    expect(assigned(answered.batch('l', 1, batchOf(0, { attempt: 3 })))).toEqual(['w: l:1/0']);
  });

  it('give the reason', () => {
    const hub = busyHub();
    workerLost(hub);
    tickAt(hub, 60_000);
    workerBack(hub, [possession([0])]);
    const reason = 'a worker that is back has it already';
    expect(toLeaders(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toMatchObject([['l', { workerId: '', loss: { reason } }]]);
  });
});
