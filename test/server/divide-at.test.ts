import { describe, expect, it } from 'vitest';
import { divideAt, isDivisible } from '../../server/core/divide-at.js';
import { matchingKey, needsOf, offeredBy } from '../../server/core/matching.js';
import type { OfferClass } from '../../server/core/records.js';

function offer(operations: readonly string[], labels: readonly string[] = [], slots = 1): OfferClass {
  const offers = { operations: operations.map((name) => `${name}@1`), serializers: ['msgpack'], labels };
  return {
    key: matchingKey(offers),
    offers,
    offered: offeredBy(offers),
    workers: new Set(),
    slots,
    needClasses: new Set(),
  } as unknown as OfferClass;
}

const stages = ['a', 'b', 'c', 'a'].map((operation) => ({ kind: 'map' as const, operation, version: 1 }));
const needs = needsOf({ stages, serializer: 'msgpack' }, ['gpu']);

describe('the division of a chain', () => {
  it('takes as many stages as one worker offers from the first on', () => {
    const pools = [offer(['a', 'b'], ['gpu']), offer(['a'], ['gpu']), offer(['c', 'b'], ['gpu'])];
    expect(isDivisible(needs, pools)).toBe(true);
    expect(divideAt(stages, needs, pools)).toBe(2);
  });

  it('has as few parts as can be, and then the most slots for the scarcest part', () => {
    const three = stages.slice(0, 3);
    const any = needsOf({ stages: three, serializer: 'msgpack' }, []);
    const pool = (slots: number, ...names: readonly string[]) => offer(names, [], slots);
    expect(divideAt(three, any, [pool(1, 'a', 'b'), pool(8, 'a'), pool(8, 'b', 'c')])).toBe(1);
    expect(divideAt(three, any, [pool(8, 'a', 'b'), pool(1, 'b', 'c'), pool(8, 'c')])).toBe(2);
    expect(divideAt(three, any, [pool(1, 'a', 'b'), pool(8, 'a'), pool(8, 'b'), pool(8, 'c')])).toBe(2);
    expect(divideAt(three, any, [pool(1, 'a'), pool(1, 'b'), pool(1, 'c')])).toBe(1);
    const long = Array.from({ length: 40 }, (_, at) => ({ kind: 'map' as const, operation: at < 30 ? 'a' : 'b', version: 1 }));
    expect(divideAt(long, needsOf({ stages: long, serializer: 'msgpack' }, []), [pool(1, 'a'), pool(1, 'b')])).toBe(30);
  });

  it.each([
    ['an operation is not on offer', [offer(['a', 'b'], ['gpu'])]],
    ['one is on offer without the label only', [offer(['a', 'b'], ['gpu']), offer(['c'])]],
    ['who offers one takes nothing', [offer(['a', 'b'], ['gpu']), offer(['c'], ['gpu'], 0)]],
  ])('is not to be had where %s', (_, pools) => {
    expect(isDivisible(needs, pools)).toBe(false);
  });
});
