import { describe, expect, it } from 'vitest';
import { workerGraceMs } from '../../src/limits.js';
import { attempt, leaderBack, possession, underWay, workerBack } from './recovery-harness.js';
import { assigned, batchOf, HubUnderTest, openHub, toLeaders } from './scheduler-harness.js';

describe('a batch that is suspect of killing its worker', () => {
  const suspect = (seq: number) => batchOf(seq, { suspect: true });

  it('is alone among suspects: each goes to a worker of its own', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 2);
    hub.open('l', 1);
    const given = [0, 1, 2].flatMap((seq) => assigned(hub.batch('l', 1, suspect(seq))));
    expect(given).toEqual(['v: l:1/0', 'w: l:1/1']);
    // Others are not held up by those that wait.
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual(['v: l:1/3']);
    expect(assigned(hub.result('w', 'l:1', 1))).toEqual(['w: l:1/2']);
  });

  it('does not wait for ever behind what is sent ahead', () => {
    const hub = openHub(1, { maxBatchesPerLeader: 100 });
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 1 });
    for (let seq = 1; seq < 20; seq += 1) hub.batch('l', 1, batchOf(seq));
    hub.open('l', 2);
    hub.batch('l', 2, suspect(0));
    const order = [1, 2, 3, 4, 5].flatMap((seq) => assigned(hub.result('w', 'l:1', seq, { elapsedMs: 1 })));
    expect(order).toEqual(['w: l:2/0']);
  });

  it('is executed alone when it happened again: a worker comes to rest for it', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1, { suspect: true, alone: true })))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:1/1']);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 1))).toEqual(['w: l:1/2', 'w: l:1/3']);
  });

  it.each(['taken by another worker', 'cancelled', 'closed with its job'])('keeps no worker from others once it is %s', (how) => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 1);
    hub.open('l', 1);
    // Of a priority that lets a worker come to rest for it.
    hub.open('l', 2, { priority: 3 });
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    const inHand = hub.status().workers.map(({ leased }) => leased);
    expect(inHand).toEqual([1, 1]);
    // One of the two, which have as little in hand, comes to rest for it.
    expect(assigned(hub.batch('l', 2, batchOf(7, { suspect: true, alone: true })))).toEqual([]);
    const effects =
      how === 'cancelled'
        ? hub.fromLeader('l', { type: 'cancel', job: 2, seq: 7, attempt: 1 })
        : how === 'closed with its job'
          ? hub.fromLeader('l', { type: 'close', job: 2 })
          : hub.result('w', 'l:1', 1);
    expect(assigned(effects)).toEqual(how === 'taken by another worker' ? ['w: l:2/7'] : []);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual(['v: l:1/3']);
  });

  it('takes the worker over that came to rest for one whose job is closed', () => {
    const hub = openHub(2);
    for (const job of [2, 3]) hub.open('l', job, { priority: 3 });
    hub.batch('l', 1, batchOf(0));
    const alone = batchOf(0, { suspect: true, alone: true });
    for (const job of [2, 3]) expect(assigned(hub.batch('l', job, alone))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'close', job: 2 }))).toEqual([]);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0))).toEqual(['w: l:3/0']);
  });

  it('is executed alone at once where a worker is idle', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 1);
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1, { suspect: true, alone: true })))).toEqual(['w: l:1/1']);
  });

  it('is known to be to blame when its worker had nothing else', () => {
    for (const count of [1, 2]) {
      const hub = openHub(2);
      for (let seq = 0; seq < count; seq += 1) hub.batch('l', 1, batchOf(seq));
      const lost = toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'silent', how: 'silent' }));
      expect(lost).toContainEqual([
        'l',
        expect.objectContaining({ loss: expect.objectContaining({ alone: count === 1 }) as unknown }),
      ]);
    }
  });

  it.each(['silent', 'lost'] as const)('may be another one, that was cancelled while it executed: %s', (how) => {
    for (const cancels of [true, false]) {
      const hub = new HubUnderTest();
      hub.leader('k');
      hub.leader('l');
      hub.worker('w', 2);
      for (const leader of ['k', 'l']) hub.open(leader, 1);
      hub.batch('l', 1, batchOf(0));
      if (cancels) {
        hub.batch('k', 1, batchOf(0));
        hub.fromLeader('k', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
      }
      const left = hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'cut', how });
      hub.now += workerGraceMs;
      const lost = toLeaders([...left, ...hub.handle({ type: 'tick' })]);
      expect(lost).toContainEqual([
        'l',
        expect.objectContaining({ loss: expect.objectContaining({ alone: !cancels }) as unknown }),
      ]);
    }
  });

  it('leaves its place to the next when it is cancelled, and keeps it when the hub is started anew', () => {
    const hub = openHub(2);
    hub.batch('l', 1, suspect(0));
    expect(assigned(hub.batch('l', 1, suspect(1)))).toEqual([]);
    expect(assigned(hub.fromLeader('l', { type: 'cancel', job: 1, ...attempt(0) }))).toEqual(['w: l:1/1']);
    const anew = new HubUnderTest();
    workerBack(anew, [possession([0])]);
    leaderBack(anew, [{ ...underWay(0), suspect: true }]);
    expect(assigned(anew.batch('l', 1, suspect(1)))).toEqual([]);
  });

  it('waits for a free slot, and nothing is sent ahead behind it', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 20 });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual(['w: l:1/1']);
    expect(assigned(hub.batch('l', 1, suspect(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 1, { elapsedMs: 20 }))).toEqual(['w: l:1/2']);
    expect(assigned(hub.batch('l', 1, batchOf(3)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 2, { elapsedMs: 20 }))).toEqual(['w: l:1/3']);
  });
});
