import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchQueue } from '../../server/core/batch-queue.js';
import { batchOf } from './scheduler-harness.js';

describe('a batch queue', () => {
  it('yields the lowest index first, and counts what it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50))), (operations) => {
        const queue = new BatchQueue();
        const model: number[] = [];
        operations.forEach((first, seq) => {
          if (first === null) {
            model.sort((a, b) => a - b);
            expect(queue.shift()?.first).toBe(model.shift());
          } else {
            queue.push(batchOf(seq, { first, payload: new Uint8Array(3) }));
            model.push(first);
          }
          expect([queue.size, queue.bytes]).toEqual([model.length, 3 * model.length]);
        });
      }),
    );
  });
});
