import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/core/job/arrivals.js';

/** All that there are, in order: ranges as `first+count`, what is left out as `index by stage`. */
function taken(arrivals: Arrivals): string[] {
  const all: string[] = [];
  for (let first = arrivals.nextIndex; first !== undefined; first = arrivals.nextIndex) {
    const { contiguous } = arrivals;
    const left = arrivals.takeLeftOut();
    if (left === undefined) arrivals.take(contiguous);
    all.push(left === undefined ? `${first}+${contiguous}` : `${left.index} by ${left.stage}`);
  }
  arrivals.validate(0);
  return all;
}

describe('the elements that come from the part before', () => {
  it('follow one another, too, where they come one after the other', () => {
    const arrivals = new Arrivals();
    arrivals.push(0, 2);
    arrivals.push(2, 3);
    expect(arrivals.contiguous).toBe(5);
    arrivals.push(9, 1);
    arrivals.push(10, 1);
    expect(taken(arrivals).join(' ')).toBe('0+5 9+2');
  });

  it('are known by the order in which they come, and taken in together where they follow one another', () => {
    const arrivals = new Arrivals();
    for (const [first, count] of [
      [0, 2],
      [5, 1],
      [6, 3],
      [9, 0],
      [9, 1],
      [3, 2],
    ] as const) {
      arrivals.push(first, count);
    }
    arrivals.validate(9);
    expect(taken(arrivals)).toEqual(['0+2', '5+5', '3+2']);
  });

  it('do not follow what is left out', () => {
    const arrivals = new Arrivals();
    arrivals.push(0, 1);
    arrivals.leaveOut(1, 3);
    arrivals.push(2, 2);
    expect([arrivals.leftOut, arrivals.contiguous]).toEqual([1, 1]);
    expect(taken(arrivals)).toEqual(['0+1', '1 by 3', '2+2']);
    expect(arrivals.leftOut).toBe(0);
  });

  it('none of them is nothing', () => {
    const arrivals = new Arrivals();
    arrivals.push(7, 0);
    expect([arrivals.nextIndex, arrivals.contiguous, arrivals.takeLeftOut()]).toEqual([undefined, 0, undefined]);
  });

  it('are taken a few at a time', () => {
    const arrivals = new Arrivals();
    arrivals.push(4, 5);
    arrivals.take(2);
    expect([arrivals.nextIndex, arrivals.contiguous]).toEqual([6, 3]);
    arrivals.take(3);
    expect(arrivals.nextIndex).toBeUndefined();
  });

  it('are never taken beyond those that follow one another', () => {
    const arrivals = new Arrivals();
    expect(() => arrivals.take(0)).toThrow(RangeError);
    arrivals.push(0, 1);
    arrivals.push(2, 1);
    expect(() => arrivals.take(2)).toThrow(RangeError);
    const left = new Arrivals();
    left.leaveOut(0, 1);
    expect(left.contiguous).toBe(0);
    expect(() => left.take(1)).toThrow(RangeError);
  });
});
