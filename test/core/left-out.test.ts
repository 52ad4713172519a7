import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LeftOut } from '../../src/core/job/left-out.js';

it('leaves each element out once, and says which ones that is', () => {
  const range = fc.record({ first: fc.integer({ min: 0, max: 5_000 }), count: fc.integer({ min: 0, max: 2_000 }) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
      const leftOut = new LeftOut();
      const expected = new Set<number>();
      for (const { first, count } of ranges) {
        const added = leftOut
          .add({ first, count })
          .flatMap((each) => Array.from({ length: each.count }, (_, at) => each.first + at));
        expect(added).toEqual(Array.from({ length: count }, (_, at) => first + at).filter((index) => !expected.has(index)));
        for (const index of added) expected.add(index);
      }
      for (let index = 0; index < 7_100; index += 1) if (leftOut.has(index) !== expected.has(index)) throw new Error(`${index}`);
    }),
  );
});

it('says it in ranges as long as can be', () => {
  const leftOut = new LeftOut();
  expect(leftOut.add({ first: 2, count: 3 })).toEqual([{ first: 2, count: 3 }]);
  expect(leftOut.add({ first: 0, count: 9 })).toEqual([
    { first: 0, count: 2 },
    { first: 5, count: 4 },
  ]);
  expect(leftOut.add({ first: 3, count: 4 })).toEqual([]);
});
