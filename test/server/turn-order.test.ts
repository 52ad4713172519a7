import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TurnOrder, type Turn } from '../../server/core/turn-order.js';

interface Named extends Turn {
  readonly name: number;
}

function turnAt(virtualTime: number, name = 0): Named {
  return { virtualTime, name, place: -1 };
}

describe('a turn order', () => {
  it('lets the one that takes the place of who leaves rise, where it is earlier than those above', () => {
    const turns = [0, 10, 1, 11, 12, 2, 3].map((time) => turnAt(time));
    const order = new TurnOrder<Named>();
    for (const turn of turns) order.enter(turn);
    order.leave(turns[3] as Named);
    order.validate();
  });

  it('lets one that is as early as another come after it', () => {
    const order = new TurnOrder<Named>();
    const [first, second] = [turnAt(1), turnAt(0)];
    order.enter(first);
    order.enter(turnAt(1));
    expect(order.next).toBe(first);
    order.enter(second);
    second.virtualTime = 1;
    order.moved(second);
    expect(order.next).not.toBe(second);
  });

  it('has the least virtual time first, whoever comes, goes or is moved in between', () => {
    const step = fc.record({
      kind: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'move'),
      who: fc.nat(),
      time: fc.integer({ min: -20, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const order = new TurnOrder<Named>();
        const inOrder: Named[] = [];
        for (const { kind, who, time } of steps) {
          const chosen = inOrder[who % Math.max(1, inOrder.length)];
          if (kind === 'enter') {
            inOrder.push(turnAt(time));
            order.enter(inOrder.at(-1) as Named);
          } else if (chosen !== undefined && kind === 'leave') {
            inOrder.splice(inOrder.indexOf(chosen), 1);
            order.leave(chosen);
            expect(chosen.place).toBe(-1);
          } else if (chosen !== undefined) {
            chosen.virtualTime = time;
            order.moved(chosen);
          }
          order.validate();
          expect(order.size).toBe(inOrder.length);
          expect(order.next?.virtualTime ?? Infinity).toBe(Math.min(...inOrder.map(({ virtualTime }) => virtualTime)));
        }
      }),
    );
  });
});
