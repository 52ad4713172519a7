import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../src/collections/heap.js';

describe('a heap', () => {
  it('yields the least first, whatever goes in and out in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 200, size: 'max' }), (operations) => {
        const heap = new Heap<number>((item) => item);
        const model: number[] = [];
        for (const item of operations) {
          if (item === null) {
            model.sort((a, b) => a - b);
            expect(heap.peek()).toBe(model[0]);
            expect(heap.pop()).toBe(model.shift());
          } else {
            heap.push(item);
            model.push(item);
          }
          expect(heap.size).toBe(model.length);
        }
      }),
    );
  });
});
