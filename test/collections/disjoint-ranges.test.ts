import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DisjointRanges } from '../../src/collections/disjoint-ranges.js';

interface Item {
  readonly first: number;
  readonly count: number;
}

function endOf({ first, count }: Item): number {
  return first + count;
}

function rangesOf(...items: Item[]): DisjointRanges<Item> {
  const ranges = new DisjointRanges<Item>(endOf);
  for (const item of items) ranges.add(item);
  return ranges;
}

describe('disjoint ranges', () => {
  it('are found by where they begin and by where they end, whatever comes and goes in between', () => {
    const indexes = Array.from({ length: 37 }, (_, index) => index);
    const step = fc.record({ first: fc.nat({ max: 30 }), count: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const ranges = rangesOf();
        let model: Item[] = [];
        for (const item of steps) {
          const taken = model.filter((each) => each.first < endOf(item) && item.first < endOf(each));
          for (const each of taken) ranges.delete(each);
          model = model.filter((each) => !taken.includes(each));
          // What had the place of several leaves it free.
          if (taken.length < 2) {
            ranges.add(item);
            model.push(item);
          }
          ranges.validate();
          expect(ranges.size).toBe(model.length);
          expect([...ranges]).toEqual(model);
          expect(ranges.inOrder()).toEqual(model.toSorted((a, b) => a.first - b.first));
          const beginning = indexes.filter((index) => ranges.startingAt(index) !== model.find((each) => each.first === index));
          const ending = indexes.filter((index) => ranges.endingAt(index) !== model.find((each) => endOf(each) === index));
          expect({ beginning, ending }).toEqual({ beginning: [], ending: [] });
        }
        ranges.clear();
        ranges.validate();
        expect([ranges.size, ...ranges]).toEqual([0]);
      }),
    );
  });

  it('know when they are none', () => {
    expect(() => rangesOf({ first: 2, count: 3 }, { first: 4, count: 2 }).validate()).toThrow('overlap at 4');
    expect(() => rangesOf({ first: 2, count: 0 }).validate()).toThrow('the range at 2 is empty');
    expect(() => rangesOf({ first: 2, count: 3 }, { first: 4, count: 1 }).validate()).toThrow('ends at 5 is not found there');
  });

  it('know when a range has changed', () => {
    const item = { first: 2, count: 3 };
    const ranges = rangesOf(item);
    item.count = 2;
    expect(() => ranges.validate()).toThrow('ends at 4 is not found there');
    item.first = 3;
    expect(() => ranges.validate()).toThrow('found at 3 begins elsewhere');
  });
});
