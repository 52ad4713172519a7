import { describe, expect, it } from 'vitest';
import { CombineCost } from '../../../src/core/fold/combine-cost.js';
import { Assembly, type GroupLimits } from '../../../src/core/fold/assembly.js';
import type { Coming, Outlook } from '../../../src/core/fold/outlook.js';
import { elementPartial, identityPartial, type PartialFold, type ValuedPartial } from '../../../src/core/fold/partial.js';

/** One learnt from combines of two partials of these widths. */
function costOf(widths: readonly number[], msOf: (width: number) => number): CombineCost {
  const cost = new CombineCost();
  for (const width of widths) cost.observe(2, width, msOf(width));
  return cost;
}

const unknown = new CombineCost();
/** A combine takes a millisecond for each element. */
const growing = costOf([2], (width) => width);
/** A combine takes as long whatever the width. */
const flat = costOf([10, 1_000, 10, 1_000], (width) => 20 - width / 100);
/** The fixed part is the larger one up to a width of about 200. */
const both = costOf(
  Array.from({ length: 400 }, (_, at) => [2, 100, 1_000, 10_000][at % 4] ?? 0),
  (width) => 2 + 0.01 * width,
);

function limitsOf(changes: { [Name in keyof GroupLimits]?: GroupLimits[Name] } = {}): GroupLimits {
  return { cost: growing, budgetMs: 1_000_000, units: 256, bytes: 1_000_000, ...changes };
}

const limits = limitsOf();
const pairsOnly = limitsOf({ cost: unknown });

/** Partials of these elements, as `first+count`, in this order; of one byte each. */
function partials(ranges: string): ValuedPartial[] {
  return ranges.split(' ').map((range) => {
    const [first = 0, count = 0] = range.split('+').map(Number);
    return elementPartial(first, count, new Uint8Array(1));
  });
}

function put(assembly: Assembly, ranges: string): Assembly {
  for (const partial of partials(ranges)) assembly.put(partial);
  assembly.validate();
  return assembly;
}

function holding(ranges: string, total?: number): Assembly {
  const assembly = new Assembly();
  if (total !== undefined) assembly.expect(total);
  return put(assembly, ranges);
}

function rangesOf(group: readonly PartialFold[] | undefined): string | undefined {
  return group?.map(({ first, count }) => `${first}+${count}`).join(' ');
}

/** All groups that there are now, in order of their ranges. */
function takeAll(assembly: Assembly, within: GroupLimits): string[] {
  const groups: (readonly ValuedPartial[])[] = [];
  for (let group = assembly.takeGroup(within); group !== undefined; group = assembly.takeGroup(within)) groups.push(group);
  assembly.validate();
  return groups.toSorted(([a], [b]) => (a?.first ?? 0) - (b?.first ?? 0)).map((group) => rangesOf(group) ?? '');
}

/** What is known at 1,000 ms, where what comes was sent at 900. */
function outlook(coming: Record<string, number> = {}, now = 1_000): Outlook {
  const all = Object.entries(coming).map(([range, expectedAt]): Coming => {
    const [{ first, count } = { first: 0, count: 0 }] = partials(range);
    return { first, count, sentAt: 900, expectedAt };
  });
  return {
    now,
    cost: growing,
    before: (index) => all.find(({ first, count }) => first + count === index),
    after: (index) => all.find(({ first }) => first === index),
  };
}

describe('the partials of a fold', () => {
  it('are counted, with their bytes and widths', () => {
    const assembly = new Assembly();
    expect([assembly.size, assembly.bytes, assembly.meanWidth]).toEqual([0, 0, 0]);
    put(assembly, '0+1 1+2 10+6');
    expect([assembly.size, assembly.bytes, assembly.meanWidth]).toEqual([3, 3, 3]);
    assembly.take(partials('0+1 1+2'));
    expect([assembly.size, assembly.bytes, assembly.meanWidth]).toEqual([1, 1, 6]);
  });

  it('are gone once the fold is over', () => {
    const assembly = holding('1+1 2+1 8+1 9+1');
    assembly.takeGroup(limits);
    assembly.clear();
    expect([assembly.size, assembly.bytes, assembly.meanWidth, assembly.dueAt]).toEqual([0, 0, 0, undefined]);
    expect(assembly.takeGroup(limits, 'any')).toBeUndefined();
    put(assembly, '5+1');
    expect([assembly.size, assembly.meanWidth]).toEqual([1, 1]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])('take in the identity beside them: element %d is left out', (leftOut, valued) => {
    for (const isFirst of [true, false]) {
      const assembly = new Assembly();
      if (isFirst) assembly.put(identityPartial(leftOut, 1));
      put(assembly, `${valued}+1`);
      if (!isFirst) assembly.put(identityPartial(leftOut, 1));
      assembly.validate();
      expect(assembly.whole(2)).toMatchObject({ first: 0, count: 2, index: valued });
    }
  });
});

describe('which neighbours are combined first', () => {
  const six = '0+1 1+1 2+1 3+1 4+1 5+1';

  it('are those of powers of two, as long as nobody knows how many elements there will be', () => {
    expect(takeAll(holding(six), pairsOnly)).toEqual(['0+1 1+1', '2+1 3+1', '4+1 5+1']);
  });

  it('are those of halves of halves, once that is known', () => {
    expect(takeAll(holding(six, 6), pairsOnly)).toEqual(['1+1 2+1', '4+1 5+1']);
    const later = holding(six);
    later.expect(6);
    expect(takeAll(later, pairsOnly)).toEqual(['1+1 2+1', '4+1 5+1']);
  });

  it('are none whose node lacks anything on either side, though they are for slots that would be idle', () => {
    const assembly = holding('1+1 2+1');
    expect(assembly.takeGroup(limits)).toBeUndefined();
    expect(rangesOf(assembly.takeGroup(limits, 'any'))).toBe('1+1 2+1');
  });

  it('are such whose node lacks less than half of the narrower one', () => {
    expect(takeAll(holding('72+24 96+32'), limits)).toEqual(['72+24 96+32']);
    expect(takeAll(holding('72+16 88+40'), limits)).toEqual([]);
    expect(takeAll(holding('64+32 96+24'), limits)).toEqual(['64+32 96+24']);
    expect(takeAll(holding('64+40 104+16'), limits)).toEqual([]);
  });

  it('are such whose node lacks what a neighbour of another node has', () => {
    expect(holding('40+40 80+16 96+32').takeGroup(limits)).toEqual(partials('80+16 96+32'));
    expect(holding('64+32 96+16 112+40').takeGroup(limits)).toEqual(partials('64+32 96+16'));
  });

  it('are not such beside which their node has something', () => {
    expect(takeAll(holding('72+12 84+12 96+32'), limits)).toEqual([]);
    expect(takeAll(holding('64+32 96+12 108+12'), limits)).toEqual([]);
  });
});

describe('neighbours that are not ripe', () => {
  it('are combined at once where nothing is known to come, unless one is dragged along for a narrow one', () => {
    const far = { '100+28': 5_000 };
    expect(rangesOf(holding('80+16 96+16').takeGroup(limits, outlook()))).toBe('80+16 96+16');
    expect(holding('66+30 96+4').takeGroup(limits, outlook(far))).toBeUndefined();
    expect(rangesOf(holding('65+31 96+4').takeGroup(limits, outlook(far)))).toBe('65+31 96+4');
  });

  it.each([
    ['80+16 96+16', '64+16'],
    ['80+16 96+16', '112+16'],
  ])('are kept for what comes soon: %s for %s', (held, next) => {
    const assembly = holding(held);
    // To combine them takes 32 ms, as it does to combine one of them with the other neighbour; half of it is worth waiting.
    expect(assembly.takeGroup(limits, outlook({ [next]: 1_015 }))).toBeUndefined();
    expect(assembly.dueAt).toBe(1_031);
    expect(assembly.takeGroup(limits, outlook({}, 1_030))).toBeUndefined();
    expect(rangesOf(assembly.takeGroup(limits, outlook({}, 1_031)))).toBe(held);
    expect(rangesOf(holding(held).takeGroup(limits, outlook({ [next]: 1_016 })))).toBe(held);
  });

  it('are not kept for what belongs to another node', () => {
    const coming = { '64+16': 5_000, '128+64': 1_001 };
    expect(rangesOf(holding('80+16 96+32').takeGroup(limits, outlook(coming)))).toBe('80+16 96+32');
  });

  /** The first two are kept for what comes before them. */
  const soon = { '64+8': 1_000, '100+28': 5_000 };

  it.each([
    ['the right one is no wider than the one on the other side', '72+12 84+12 96+12', '84+12 96+12'],
    ['the right one is wider than the one on the other side', '72+12 84+12 96+16', undefined],
    ['the right one is much narrower', '72+8 80+16 96+4', undefined],
  ])('of three are the narrower two: %s', (_, held, group) => {
    const assembly = holding(held);
    expect(rangesOf(assembly.takeGroup(limits, outlook(soon)))).toBe(group);
    expect(assembly.dueAt).toBe(group === undefined ? (held.startsWith('72+8') ? 1_008 : 1_010) : undefined);
  });

  it('are looked at again when what is beside them has come, or is under way', () => {
    const comes = holding('84+12 96+12');
    expect(comes.takeGroup(limits, outlook({ '64+20': 1_000 }))).toBeUndefined();
    put(comes, '72+12');
    expect(rangesOf(comes.takeGroup(limits, outlook(soon)))).toBe('84+12 96+12');
    const goesRight = holding('80+16 96+12 108+8');
    expect(goesRight.takeGroup(limits, outlook({ '116+12': 1_000 }))).toBeUndefined();
    goesRight.take(partials('108+8'));
    expect(rangesOf(goesRight.takeGroup(limits, outlook()))).toBe('80+16 96+12');
    const goesLeft = holding('72+12 84+12 96+16');
    expect(goesLeft.takeGroup(limits, outlook(soon))).toBeUndefined();
    goesLeft.take(partials('72+12'));
    expect(rangesOf(goesLeft.takeGroup(limits, outlook()))).toBe('84+12 96+16');
  });

  it('are due when the first of them are, wherever they are', () => {
    const coming = { '64+16': 1_010, '192+16': 1_005, '320+16': 1_012 };
    const groups = ['80+16 96+16', '208+16 224+16', '336+16 352+16'];
    for (const order of [groups, groups.toReversed()]) {
      const assembly = holding(order.join(' '));
      expect(assembly.takeGroup(limits, outlook(coming))).toBeUndefined();
      expect(assembly.dueAt).toBe(1_021);
      assembly.take(partials('208+16'));
      expect(assembly.dueAt).toBe(1_026);
    }
  });

  it('stay as they are when the number of elements is told once more', () => {
    const assembly = holding('1+1 2+1', 4);
    expect(assembly.takeGroup(limits, outlook({ '0+1': 1_000, '3+1': 1_000 }))).toBeUndefined();
    assembly.expect(4);
    expect(assembly.dueAt).toBe(1_001);
  });

  it('are never due where they wait for something else to change', () => {
    const assembly = holding('66+30 96+4');
    assembly.takeGroup(limits, outlook({ '100+28': 5_000 }));
    expect(assembly.dueAt).toBeUndefined();
  });

  it.each([
    ['80+16 96+16', '64+16', '224+16'],
    ['208+16 224+16', '192+16', '96+16'],
  ])('are no more when one of them is under way, while others are kept: %s for %s', (_, next, gone) => {
    const assembly = holding('80+16 96+16 208+16 224+16');
    expect(assembly.takeGroup(limits)).toBeUndefined();
    assembly.take(partials(gone));
    expect(assembly.takeGroup(limits, outlook({ [next]: 1_010 }))).toBeUndefined();
  });

  it('are still there after many changes elsewhere', () => {
    const assembly = holding('80+16 96+16 208+16');
    for (let round = 0; round < 100; round += 1) {
      put(assembly, '224+16');
      assembly.take(partials('224+16'));
    }
    expect(rangesOf(assembly.takeGroup(limits, 'any'))).toBe('80+16 96+16');
  });
});

describe('a group', () => {
  const eight = '0+1 1+1 2+1 3+1 4+1 5+1 6+1 7+1';
  const fours = ['0+1 1+1 2+1 3+1', '4+1 5+1 6+1 7+1'];
  const twos = ['0+1 1+1', '2+1 3+1', '4+1 5+1', '6+1 7+1'];

  function groupsOf(ranges: string, changes: Parameters<typeof limitsOf>[0] = {}): string[] {
    return takeAll(holding(ranges), limitsOf(changes));
  }

  it('is a pair, until it is known what combining costs', () => {
    expect(groupsOf(eight, { cost: unknown })).toEqual(twos);
    expect(groupsOf(eight)).toEqual([eight]);
  });

  it('has as many units as are admitted', () => {
    expect(groupsOf(eight, { units: 4 })).toEqual(fours);
    expect(groupsOf(eight, { units: 3 })).toEqual(twos);
  });

  it('has as much work as is worth a trip', () => {
    const budgetMs = growing.estimateMs(4, 4);
    expect(groupsOf(eight, { budgetMs })).toEqual(fours);
    expect(groupsOf(eight, { budgetMs: budgetMs - 1 })).toEqual(twos);
  });

  it('has as many bytes as fit', () => {
    expect(groupsOf(eight, { bytes: 20 })).toEqual(fours);
    expect(groupsOf(eight, { bytes: 19 })).toEqual(twos);
  });

  it('is of a whole node, unless its range is so small that width costs little', () => {
    const ranges = '1000+1 1001+1 1002+1 1003+1 1004+1 1005+1';
    expect(groupsOf(ranges)).toEqual(['1000+1 1001+1 1002+1 1003+1', '1004+1 1005+1']);
    expect(groupsOf(ranges, { cost: both })).toEqual([ranges]);
  });

  it('is of units of about the same width, where width costs', () => {
    expect(groupsOf('0+1 1+1 2+2 4+4')).toEqual(['0+1 1+1 2+2']);
    expect(groupsOf('0+1 1+1 2+2 4+4', { cost: flat })).toEqual(['0+1 1+1 2+2 4+4']);
  });

  it.each(['0+1 1+1 2+8', '6+8 14+1 15+1'])('takes units of larger nodes, also where a smaller one has no more: %s', (ranges) => {
    const assembly = holding(ranges, 16);
    expect(takeAll(assembly, limitsOf({ cost: flat }))).toEqual([ranges]);
  });
});
