import { defineMonoid, defineOperation, FatalError, inMemory, remoteFold, remoteMap, TransientError } from 'paladin-rx';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Appends to its left operand, and only then looks whether it should have. */
const append = defineMonoid({
  name: 'append',
  empty: (): number[] => [],
  combine: async (left: number[], right: number[], { attempt }) => {
    left.push(...right);
    if (left.includes(-1)) throw new FatalError('negative');
    if (left.includes(-2) && attempt === 1) throw new TransientError('busy');
    if (right.includes(-3)) await new Promise(() => undefined);
    return left;
  },
});
const wrap = defineOperation({ name: 'wrap', execute: (item: number) => [item] });

describe.each([{ fuse: true }, { fuse: false }])('a combine that changes its left operand and then fails ($fuse)', ({ fuse }) => {
  const fold = async (items: readonly number[], options: object = {}): Promise<readonly number[]> => {
    await using runtime = inMemory({ workers: 1 });
    return await lastValueFrom(
      from(items).pipe(remoteMap(wrap, runtime, { fuse }), remoteFold(append, runtime, { fuse, ...options })),
    );
  };

  it('leaves no trace of an element that is left out', async () => {
    expect(await fold([1, 2, -1, 3, -1, 4], { onFatal: 'skip', batch: 6 })).toEqual([1, 2, 3, 4]);
    expect(await fold([-1, 1, -1, 2, -1], { onFatal: 'skip' })).toEqual([1, 2]);
  });

  it('combines only once what is tried again', async () => {
    expect(await fold([1, 2, -2, 3], { batch: 4 })).toEqual([1, 2, -2, 3]);
    expect(await fold([1, -2, 2])).toEqual([1, -2, 2]);
  });

  it('leaves no trace of an element that took too long', async () => {
    expect(await fold([1, 2, -3], { onFatal: 'skip', timeout: 30, batch: 3 })).toEqual([1, 2]);
  });
});
