import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance } from '../../src/errors/nearest.js';

/** As the textbook has it. */
function slowly(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return slowly(restA, restB);
  return 1 + Math.min(slowly(restA, restB), slowly(a, restB), slowly(restA, b));
}

describe('the number of changes from one name to another', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 6 });

  it('is the least with which it can be made', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(distance(a, b)).toBe(slowly(a, b));
      }),
    );
  });

  it('is not counted beyond what matters', () => {
    fc.assert(
      fc.property(name, name, fc.integer({ min: 0, max: 4 }), (a, b, most) => {
        const counted = distance(a, b, most);
        const changes = slowly(a, b);
        if (changes <= most) expect(counted).toBe(changes);
        else expect(counted).toBeGreaterThan(most);
      }),
    );
  });
});
