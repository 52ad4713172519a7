import { describe, expect, it } from 'vitest';
import { elementPartial, hasValue, identityPartial, joinPartials } from '../../../src/core/fold/partial.js';

const bytes = new Uint8Array(1);

describe('a partial', () => {
  it('stays what it was where it was combined with nothing', () => {
    const lone = { ...elementPartial(3, 2, bytes), retries: 1, tried: 2 };
    expect(joinPartials([lone], new Uint8Array(9))).toBe(lone);
  });

  it('begins anew where it was combined', () => {
    const parts = [elementPartial(3, 2, bytes), { ...elementPartial(5, 4, bytes), retries: 1, tried: 2 }];
    expect(joinPartials(parts, bytes)).toEqual({ first: 3, count: 6, index: 3, bytes, retries: 0, tried: 0 });
  });

  it('has a value, unless it stands for what was left out', () => {
    expect([hasValue(elementPartial(0, 1, bytes)), hasValue(identityPartial(0, 1))]).toEqual([true, false]);
  });
});
