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
import { assigned, batchOf, HubUnderTest, openHub, toLeaders } from './scheduler-harness.js';
import { present } from '../support/exactly.js';

const suspect = (seq: number) => batchOf(seq, { suspect: true });

/** A hub with room for many batches, its leader `l`, whose job 1 is cheap, and its worker `w` with one slot. */
function cheapHub(): HubUnderTest {
  const hub = openHub(1, { maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000 });
  for (const seq of [0, 1, 2]) {
    hub.batch('l', 1, batchOf(seq));
    hub.result('w', 'l:1', seq, { elapsedMs: 0 });
  }
  return hub;
}

const leased = (hub: HubUnderTest): Record<string, number> =>
  Object.fromEntries(hub.status().workers.map((worker) => [worker.workerId, worker.leased]));

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
      const next = present(withWorker.shift());
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
    const hub = openHub(3);
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
    const hub = openHub(2);
    for (const seq of [0, 1]) hub.batch('l', 1, batchOf(seq));
    // With the 60 ms that the other one has had by now, a batch takes 120 ms: none is sent ahead.
    hub.result('w', 'l:1', 0, { elapsedMs: 60 });
    expect([2, 3].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/2']);
  });

  it('shows what its batches cost by what they execute; that one has waited for a job of its own is not the way to it', () => {
    const hub = openHub(2);
    for (const seq of [0, 1]) hub.batch('l', 1, batchOf(seq));
    hub.fromWorker('w', { type: 'waits', jobId: 'l:1', ...attempt(0) });
    hub.now = 100;
    hub.fromWorker('w', { type: 'goesOn', jobId: 'l:1', ...attempt(0) });
    hub.result('w', 'l:1', 0, { elapsedMs: 60 });
    expect([2, 3].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual(['w: l:1/2']);
  });

  it('has its leader hold to acknowledging losses, too', () => {
    const hub = openHub(1, { maxUnacknowledgedPerLeader: 2 });
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
    expect(hub.status().counters).toMatchObject({ lost: 2, adopted: 1 });
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
    expect(hub.status().counters).toMatchObject({ staleResults: 2 });
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
    expect(hub.status().workers).toMatchObject([{ leased: 1, ending: 0 }]);
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
    hub.workerJoined('v');
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
