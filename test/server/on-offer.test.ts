import { describe, expect, it } from 'vitest';
import { offeredBy, type Offered } from '../../server/core/matching.js';
import { OnOffer } from '../../server/core/on-offer.js';

const offers = (operations: string[], labels: string[] = []): Offered => offeredBy({ operations, serializers: ['json'], labels });

describe('what all workers offer together', () => {
  it('is on offer as long as anybody offers it, however often one names it', () => {
    const all = new OnOffer();
    all.add(offers(['f@1', 'f@1', 'g@1'], ['gpu']));
    all.add(offers(['f@1']));
    expect([[...all.operations.keys()].toSorted(), [...all.labels.keys()]]).toEqual([['f@1', 'g@1'], ['gpu']]);
    all.remove(offers(['f@1', 'f@1', 'g@1'], ['gpu']));
    expect([[...all.operations.keys()], all.labels.size, all.serializers.size]).toEqual([['f@1'], 0, 1]);
    all.remove(offers(['f@1']));
    expect([all.operations.size, all.serializers.size]).toEqual([0, 0]);
  });

  it('counts many names, each by itself', () => {
    const all = new OnOffer();
    const names = Array.from({ length: 3_000 }, (_, at) => `operation ${at}@1`);
    all.add(offers(names));
    all.add(offers(names.slice(0, 1_000)));
    all.remove(offers(names));
    expect(all.operations.size).toBe(1_000);
    expect([...all.operations.keys()].toSorted()).toEqual(names.slice(0, 1_000).toSorted());
    expect([names[999], names[1_000]].map((name = '') => all.operations.has(name))).toEqual([true, false]);
  });

  it('is in an order of its own at each hub, so that nobody chooses names which take long together', () => {
    const names = Array.from({ length: 100 }, (_, at) => `operation ${at}@1`);
    const orders = [1, 2 ** 31].map((seed) => {
      const all = new OnOffer(seed);
      all.add(offers(names));
      return [...all.operations.keys()];
    });
    expect(orders[0]).not.toEqual(orders[1]);
    expect(orders[0]?.toSorted()).toEqual(orders[1]?.toSorted());
  });

  it('is everything while one worker offers everything', () => {
    const all = new OnOffer();
    const everything = offeredBy({ operations: [], serializers: [], labels: [], everything: true });
    for (const each of [everything, everything, offers(['f@1'])]) all.add(each);
    all.remove(everything);
    expect(all.everything).toBe(true);
    all.remove(everything);
    expect(all.everything).toBe(false);
  });
});
