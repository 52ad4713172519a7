import { describe, expect, it } from 'vitest';
import { Backlog } from '../../src/core/job/backlog.js';

describe('the elements that are in no batch yet', () => {
  it('are taken in order, over the chunks that they came in', () => {
    const backlog = new Backlog();
    backlog.push([0, 1, 2]);
    backlog.push([3, 4]);
    expect(backlog.take(2)).toEqual([0, 1]);
    expect(backlog.take(2)).toEqual([2, 3]);
    expect(backlog.size).toBe(1);
    expect(backlog.take(1)).toEqual([4]);
    expect(backlog.size).toBe(0);
  });

  it('are not copied where a batch takes a whole chunk', () => {
    const backlog = new Backlog();
    const chunk = [0, 1, 2];
    backlog.push([]);
    backlog.push(chunk);
    expect(backlog.take(3)).toBe(chunk);
    backlog.push([3, 4]);
    backlog.take(1);
    backlog.push([5]);
    // The rest of a chunk that is as long as what is taken is not the chunk.
    expect(backlog.take(2)).toEqual([4, 5]);
  });

  it('are not more than came, nor there once they are cleared', () => {
    const backlog = new Backlog();
    expect(() => backlog.take(1)).toThrow(RangeError);
    backlog.push([0, 1]);
    backlog.take(1);
    expect(() => backlog.take(2)).toThrow(RangeError);
    backlog.clear();
    expect(backlog.size).toBe(0);
    backlog.push([2, 3]);
    expect(backlog.take(2)).toEqual([2, 3]);
  });
});
