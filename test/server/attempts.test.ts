import { describe, expect, it } from 'vitest';
import { answers, attempt, busyHub, orders } from './recovery-harness.js';
import { assigned, batchOf, openHub, resultOf } from './scheduler-harness.js';

describe('an attempt that is not wanted any more', () => {
  it('is dropped where it is queued, and aborted where it runs', () => {
    const hub = busyHub();
    hub.batch('l', 1, batchOf(2));
    expect(orders(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(2) }))).toEqual([]);
    expect(orders(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) }))).toEqual(['cancel 0/1']);
    expect(hub.status().jobs).toMatchObject([{ queued: 0, leased: 1 }]);
    hub.batch('l', 1, batchOf(3));
    // Its slot is free when it has come to an end, whatever that is.
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/3']);
  });
});

describe('a second attempt beside the first', () => {
  it('goes to another worker, and both answer', () => {
    const hub = busyHub();
    hub.worker('v', 1);
    expect(assigned(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['v: l:1/0']);
    expect(answers(hub.fromWorker('v', { type: 'result', jobId: 'l:1', result: resultOf(0, { attempt: 2 }) }))).toEqual([
      'result 0/2',
    ]);
    expect(answers(hub.result('w', 'l:1', 0))).toEqual(['result 0/1']);
  });

  it('comes back when no other worker is free', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    expect(answers(hub.batch('l', 1, batchOf(0, { attempt: 2 })))).toEqual(['returned 0/2']);
  });
});

describe('a leader that sends an attempt again', () => {
  it('is not listened to while a worker keeps the answer', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0);
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
    expect(hub.status()).toMatchObject({ counters: { strayMessages: 1 }, jobs: [{ queued: 0, leased: 0 }] });
  });

  it('waits until the worker has ended it that was told to cancel it', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    hub.fromLeader('l', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
    const loss = { seq: 0, attempt: 1, cause: 'cancelled', reason: 'it was cancelled' } as const;
    expect(assigned(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss }))).toEqual(['w: l:1/0']);
    expect(hub.status().workers).toMatchObject([{ leased: 1, ending: 0 }]);
  });
});
