import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap, type Placed } from '../../src/collections/heap.js';
import { first, present } from '../support/exactly.js';

interface Item extends Placed {
  key: number;
}

function itemOf(key: number): Item {
  return { key, place: -1 };
}

function heapOf(items: readonly Item[]): Heap<Item> {
  const heap = new Heap<Item>(({ key }) => key);
  for (const item of items) heap.add(item);
  return heap;
}

describe('a heap', () => {
  it('yields the least first, whatever goes in and out in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 200, size: 'max' }), (operations) => {
        const heap = heapOf([]);
        const model: number[] = [];
        for (const key of operations) {
          if (key === null) {
            model.sort((a, b) => a - b);
            expect(heap.first?.key).toBe(model[0]);
            const taken = heap.take();
            expect(taken?.key).toBe(model.shift());
            expect(taken?.place ?? -1).toBe(-1);
          } else {
            heap.add(itemOf(key));
            model.push(key);
          }
          expect(heap.size).toBe(model.length);
        }
      }),
    );
  });

  it('takes in no item that is in a heap', () => {
    const item = itemOf(1);
    const heap = heapOf([item]);
    for (const other of [heap, heapOf([])]) expect(() => other.add(item)).toThrow('at 0 of one already');
    heap.validate();
    expect(heap.size).toBe(1);
  });

  it('tells its own items from those of others, also where they have the same place', () => {
    const [own, other] = [itemOf(1), itemOf(1)];
    const heap = heapOf([own]);
    const others = heapOf([other]);
    expect([heap.has(own), heap.has(other), heap.has(itemOf(1))]).toEqual([true, false, false]);
    expect([heap.delete(other), heap.delete(own), heap.delete(own)]).toEqual([false, true, false]);
    expect([heap.size, others.size, others.first]).toEqual([0, 1, other]);
  });

  it('lets all items go at once', () => {
    const items = [3, 1, 2].map(itemOf);
    const heap = heapOf(items);
    heap.clear();
    expect([heap.size, heap.first, heap.take()]).toEqual([0, undefined, undefined]);
    // They may be in another one now.
    expect(heapOf(items).first?.key).toBe(1);
  });

  it('knows when an item does not stand where it should', () => {
    const items = [1, 2, 3].map(itemOf);
    const heap = heapOf(items);
    first(items).key = 9;
    expect(() => heap.validate()).toThrow('9 stands above 2');
    heap.moved(first(items));
    heap.validate();
    first(items).place = 0;
    expect(() => heap.validate()).toThrow('thinks that it is at 0');
  });
});

/** The jobs of a class take turns by their virtual time. */
describe('a turn order', () => {
  it('lets the one that takes the place of who leaves rise, where it is earlier than those above', () => {
    const turns = [0, 10, 1, 11, 12, 2, 3].map(itemOf);
    const order = heapOf(turns);
    order.delete(present(turns[3]));
    order.validate();
  });

  it('lets one that is as early as another come after it', () => {
    const [one, other] = [itemOf(1), itemOf(0)];
    const order = heapOf([one, itemOf(1)]);
    expect(order.first).toBe(one);
    order.add(other);
    other.key = 1;
    order.moved(other);
    expect(order.first).not.toBe(other);
  });

  it('has the least virtual time first, whoever comes, goes or is moved in between', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'add', 'add', 'delete', 'move'),
      who: fc.nat(),
      key: fc.integer({ min: -20, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const order = heapOf([]);
        const items: Item[] = [];
        for (const { kind, who, key } of steps) {
          const chosen = kind === 'add' ? itemOf(key) : items[who % Math.max(1, items.length)];
          if (chosen === undefined) continue;
          if (kind === 'delete') {
            items.splice(items.indexOf(chosen), 1);
            order.delete(chosen);
            expect(chosen.place).toBe(-1);
          } else if (kind === 'add') {
            items.push(chosen);
            order.add(chosen);
          } else {
            chosen.key = key;
            order.moved(chosen);
          }
          order.validate();
          expect(order.size).toBe(items.length);
          expect(order.first?.key ?? Infinity).toBe(Math.min(...items.map((item) => item.key)));
          // Whoever has come, or has been moved, waits for those that are as early.
          if (order.first === chosen) expect(items.filter((item) => item.key === chosen.key)).toEqual([chosen]);
        }
      }),
    );
  });
});
