import { describe, expect, it } from 'vitest';
import { maxRememberedNames } from '../../src/operation/limits.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation, type Operation } from '../../src/operation/operation.js';
import { RememberedNames } from '../../src/operation/remembered-names.js';
import type { Serializer } from '../../src/serializer/serializer.js';

const named = (name: string, execute: (x: number) => number = (x) => x): Operation<number, number> =>
  defineOperation({ name, execute });
const sum = (): Operation<never, unknown> =>
  defineMonoid({ name: 'f', empty: () => 0, combine: (a: number, b: number) => a + b }) as Operation<never, unknown>;
const serializer = (): Serializer => ({ name: 'mine', encode: () => new Uint8Array(), decode: () => [] });

describe('the names that jobs have used', () => {
  it('are those of one operation each, which may be made anew of the same function', () => {
    const names = new RememberedNames();
    const same = (x: number): number => x;
    names.use(named('f', same));
    names.use(named('f', same));
    expect(() => names.use(named('f'))).toThrow("operation 'f@1' is defined twice, differently: as what a job uses");
    expect(() => names.use(sum())).toThrow("operation 'f@1' is defined twice, differently: as operation, what a job uses");
    const mine = serializer();
    names.use(mine);
    names.use(mine);
    expect(() => names.use(serializer())).toThrow("serializer 'mine' is defined twice");
    expect(names.size).toBe(2);
  });

  it('are forgotten when many others have come, so that they are bounded', () => {
    const names = new RememberedNames();
    for (let n = 0; n < 2 * maxRememberedNames; n += 1) names.use(named(`f-${n}`));
    expect(names.size).toBe(maxRememberedNames);
    expect(() => names.use(named('f-0'))).not.toThrow();
    expect(() => names.use(named(`f-${2 * maxRememberedNames - 1}`))).toThrow('is defined twice');
  });

  it('are forgotten with what had them: two of one name cannot be used in turns', () => {
    const names = new RememberedNames();
    const [first, second] = [named('f'), named('f', (x) => -x)];
    const [mine, another] = [serializer(), serializer()];
    names.use(first);
    names.use(mine);
    for (let n = 0; n < maxRememberedNames; n += 1) names.use(named(`f-${n}`));
    names.use(second);
    names.use(another);
    expect(() => names.use(first)).toThrow("operation 'f@1' is defined twice");
    expect(() => names.use(mine)).toThrow("serializer 'mine' is defined twice");
    expect(() => names.use(second)).not.toThrow();
  });

  it('are not forgotten while they are used', () => {
    const names = new RememberedNames();
    const used = named('f');
    for (let n = 0; n < 2 * maxRememberedNames; n += 1) {
      names.use(used);
      names.use(named(`f-${n}`));
    }
    expect(() => names.use(named('f'))).toThrow("operation 'f@1' is defined twice");
  });
});
