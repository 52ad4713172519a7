import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchQueue } from '../../server/core/batch-queue.js';
import type { Batch } from '../../src/protocol/messages.js';
import { batchOf } from './scheduler-harness.js';

const isBefore = (a: Batch, b: Batch): boolean => (a.units === b.units ? a.first < b.first : a.units === 'elements');

/** What a queue should be: a list, sorted anew with each batch. */
class Model {
  batches: Batch[] = [];

  push(batch: Batch): void {
    const at = this.batches.findIndex((each) => isBefore(batch, each));
    this.batches.splice(at === -1 ? this.batches.length : at, 0, batch);
  }

  remove({ seq, attempt }: Batch): Batch | undefined {
    const at = this.batches.findIndex((each) => each.seq === seq && each.attempt === attempt);
    return at === -1 ? undefined : this.batches.splice(at, 1)[0];
  }
}

const batches = fc.record({
  seq: fc.nat(12),
  attempt: fc.integer({ min: 1, max: 4 }),
  first: fc.nat(50),
  units: fc.constantFrom('elements' as const, 'partials' as const),
  alone: fc.boolean(),
  size: fc.nat(5),
  isRemoved: fc.boolean(),
});

describe('a batch queue', () => {
  it('knows the next one that is to be executed alone, however many before it have gone', () => {
    const queue = new BatchQueue();
    const all = Array.from({ length: 40 }, (_, seq) => batchOf(seq, { alone: true }));
    for (const batch of all) queue.push(batch, 0);
    for (const batch of all) {
      expect(queue.nextLoner).toBe(batch);
      queue.remove(batch);
    }
    expect(queue.nextLoner).toBeUndefined();
  });

  it('keeps its order, and finds each attempt, however batches come and go', () => {
    fc.assert(
      fc.property(fc.array(batches, { maxLength: 120 }), (steps) => {
        const queue = new BatchQueue();
        const model = new Model();
        for (const { seq, attempt, size, isRemoved, ...more } of steps) {
          const batch = batchOf(seq, { ...more, attempt, payload: new Uint8Array(size) });
          if (isRemoved) expect(queue.remove(batch)).toBe(model.remove(batch));
          else if (!queue.has(batch)) {
            queue.push(batch, 0);
            model.push(batch);
          }
          const attempts = model.batches.filter((each) => each.seq === seq).map((each) => each.attempt);
          expect(queue.attemptsOf(seq).toSorted()).toEqual(attempts.toSorted());
          expect(queue.all()).toEqual(model.batches);
          expect([...queue.inOrder()]).toEqual(model.batches);
          expect(queue.nextLoner).toBe(model.batches.find(({ alone }) => alone));
          expect(queue.size).toBe(model.batches.length);
          expect(queue.bytes).toBe(model.batches.reduce((sum, { payload }) => sum + payload.byteLength, 0));
        }
      }),
    );
  });

  it('keeps those attempts that are still wanted, each once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), fc.array(fc.nat(40)), (queued, wanted) => {
        const queue = new BatchQueue();
        for (const seq of queued) queue.push(batchOf(seq), 0);
        const kept = queue.only(wanted.map((seq) => ({ seq, attempt: 1 })));
        expect(kept.all().map(({ seq }) => seq)).toEqual(queued.filter((seq) => wanted.includes(seq)).toSorted((a, b) => a - b));
      }),
    );
  });

  it('lets go of a payload as soon as its batch is taken out', () => {
    const queue = new BatchQueue();
    for (let seq = 0; seq < 10; seq += 1) queue.push(batchOf(seq, { payload: new Uint8Array(1) }), 0);
    queue.remove({ seq: 5, attempt: 1 });
    expect(queue.has({ seq: 5, attempt: 1 })).toBe(false);
    expect(queue.bytes).toBe(9);
  });

  it('keeps the other attempts of a batch when one is taken out, whichever it is', () => {
    for (const taken of [1, 2, 3]) {
      const queue = new BatchQueue();
      for (const attempt of [1, 2, 3]) queue.push(batchOf(5, { attempt }), 0);
      expect(queue.remove({ seq: 5, attempt: taken })?.attempt).toBe(taken);
      const left = [1, 2, 3].filter((attempt) => attempt !== taken);
      expect(queue.attemptsOf(5).toSorted()).toEqual(left);
      for (const attempt of left) expect(queue.remove({ seq: 5, attempt })?.attempt).toBe(attempt);
      expect([queue.size, queue.attemptsOf(5), queue.remove({ seq: 5, attempt: taken })]).toEqual([0, [], undefined]);
    }
  });
});
