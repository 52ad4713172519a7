import { describe, expect, it } from 'vitest';
import { maxBatchesAhead } from '../../src/limits.js';
import { assigned, batchOf, openHub, type HubUnderTest } from './scheduler-harness.js';

/** A worker of one slot, whose job is known to be cheap, executes batch 1 and has batches 2 and 3 waiting behind it. */
function withTwoAhead(): HubUnderTest {
  const hub = openHub(1, { maxBatchesPerLeader: 100 });
  hub.batch('l', 1, batchOf(0));
  hub.result('w', 'l:1', 0, { elapsedMs: 1 });
  for (const seq of [1, 2, 3]) hub.batch('l', 1, batchOf(seq));
  return hub;
}

function giveBack(hub: HubUnderTest, seq: number): string[] {
  const loss = { seq, attempt: 1, cause: 'returned', reason: 'the batches before it take long' } as const;
  return assigned(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss }));
}

describe('a worker that gives back what waited there', () => {
  it('is sent nothing ahead until one of its batches ends', () => {
    const hub = withTwoAhead();
    hub.now = 500;
    expect([2, 3].flatMap((seq) => giveBack(hub, seq))).toEqual([]);
    const again = [2, 3].map((seq) => batchOf(seq, { attempt: 2 }));
    expect(again.flatMap((batch) => assigned(hub.batch('l', 1, batch)))).toEqual([]);
    // One goes to the free slot, one ahead.
    expect(assigned(hub.result('w', 'l:1', 1, { elapsedMs: 1 }))).toEqual(['w: l:1/2', 'w: l:1/3']);
  });

  it('is sent something ahead again, too, when a batch of it comes to nothing', () => {
    const hub = withTwoAhead();
    giveBack(hub, 2);
    const loss = { seq: 1, attempt: 1, cause: 'death', reason: 'it crashed' } as const;
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss });
    expect(assigned(hub.batch('l', 1, batchOf(2, { attempt: 2 })))).toEqual(['w: l:1/2']);
  });

  it('leaves what it gave back to others', () => {
    const hub = withTwoAhead();
    giveBack(hub, 2);
    hub.worker('w2', 1);
    expect(assigned(hub.batch('l', 1, batchOf(2, { attempt: 2 })))).toEqual(['w2: l:1/2']);
  });

  it('takes as much ahead as ever once what took long is over', () => {
    const hub = withTwoAhead();
    for (const seq of [2, 3]) giveBack(hub, seq);
    hub.result('w', 'l:1', 1, { elapsedMs: 1 });
    const sent = Array.from({ length: 2 * maxBatchesAhead }, (_, at) => assigned(hub.batch('l', 1, batchOf(10 + at)))).flat();
    expect(sent).toHaveLength(5);
  });

  it('is sent nothing ahead either while what was cancelled goes on in its slots', () => {
    const hub = withTwoAhead();
    hub.fromLeader('l', { type: 'cancel', job: 1, seq: 1, attempt: 1 });
    [2, 3].flatMap((seq) => giveBack(hub, seq));
    expect(assigned(hub.batch('l', 1, batchOf(2, { attempt: 2 })))).toEqual([]);
    const over = { seq: 1, attempt: 1, cause: 'cancelled', reason: 'it was cancelled' } as const;
    expect(assigned(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: over }))).toEqual(['w: l:1/2']);
  });
});
