import { describe, expect, it } from 'vitest';
import { maxBatchesAhead, maxSharedBatchesAhead, sharedForMs } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest } from './scheduler-harness.js';

/** A worker of one slot that has executed a cheap batch for each of two leaders. */
function usedByTwo(): HubUnderTest {
  const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000 });
  hub.worker('w', 1);
  for (const leader of ['a', 'b']) {
    hub.leader(leader);
    hub.open(leader, 1);
    useOnce(hub, leader, 0);
  }
  return hub;
}

function useOnce(hub: HubUnderTest, leader: string, seq: number): void {
  hub.batch(leader, 1, batchOf(seq));
  hub.result('w', `${leader}:1`, seq, { elapsedMs: 0.1 });
}

/** How many of a burst of batches the worker is given before any of them ends. */
function givenOfBurst(hub: HubUnderTest, leader: string): number {
  return Array.from({ length: 3 * maxBatchesAhead }, (_, at) => assigned(hub.batch(leader, 1, batchOf(100 + at)))).flat().length;
}

describe('a worker that several leaders use', () => {
  it('has less waiting, so that what comes of another leader does not wait long', () => {
    const hub = usedByTwo();
    expect(givenOfBurst(hub, 'b')).toBe(1 + maxSharedBatchesAhead);
    expect(assigned(hub.batch('a', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.result('w', 'b:1', 100, { elapsedMs: 0.1 }))).toEqual(['w: a:1/1']);
  });

  it('is given as much ahead as ever when one leader alone has used it for a while', () => {
    const hub = usedByTwo();
    const { now } = hub;
    hub.now = now + sharedForMs - 1;
    useOnce(hub, 'b', 1);
    hub.now = now + sharedForMs;
    expect(givenOfBurst(hub, 'b')).toBe(1 + maxBatchesAhead);
  });

  it('counts as used by several for as long as another one sends now and then', () => {
    const hub = usedByTwo();
    for (const [at, leader] of ['a', 'b', 'a', 'b'].entries()) {
      hub.now += sharedForMs - 1;
      useOnce(hub, leader, 1 + at);
    }
    expect(givenOfBurst(hub, 'b')).toBe(1 + maxSharedBatchesAhead);
  });

  it('is not one where a leader has several jobs', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000 });
    hub.worker('w', 1);
    hub.leader('a');
    for (const job of [1, 2]) {
      hub.open('a', job);
      hub.batch('a', job, batchOf(0));
      hub.result('w', `a:${job}`, 0, { elapsedMs: 0.1 });
    }
    expect(givenOfBurst(hub, 'a')).toBe(1 + maxBatchesAhead);
  });
});
