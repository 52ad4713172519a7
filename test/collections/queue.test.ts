import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from '../../src/collections/queue.js';

describe('a queue', () => {
  it('yields what came first, whatever goes in and out in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer()), { maxLength: 200, size: 'max' }), (operations) => {
        const queue = new Queue<number>();
        const model: number[] = [];
        for (const item of operations) {
          if (item === null) expect(queue.shift()).toBe(model.shift());
          else {
            queue.push(item);
            model.push(item);
          }
          expect(queue.peek()).toBe(model[0]);
          expect(queue.size).toBe(model.length);
        }
        queue.clear();
        expect([queue.size, queue.shift()]).toEqual([0, undefined]);
      }),
    );
  });
});
