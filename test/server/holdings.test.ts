import { describe, expect, it } from 'vitest';
import { Holdings } from '../../server/network/holdings.js';

describe('what all peers together hold', () => {
  it('is lost by those that hold the most, once all hold too much', () => {
    const lost: string[] = [];
    const holdings = new Holdings<string>(100, (largest) => lost.push(largest));
    holdings.set('a', 40);
    holdings.set('b', 60);
    expect(lost).toEqual([]);
    holdings.set('a', 50);
    expect(lost).toEqual(['b']);
    holdings.set('c', 50);
    holdings.set('a', 0);
    holdings.set('b', 50);
    expect(lost).toEqual(['b']);
    holdings.set('c', 120);
    expect(lost).toEqual(['b', 'c']);
    holdings.set('a', 50);
    expect(lost).toEqual(['b', 'c']);
  });

  it('slows those with more than half of an equal share, once half of all is taken', () => {
    const holdings = new Holdings<string>(100, () => undefined);
    holdings.set('a', 50);
    expect(holdings.share).toBe(Infinity);
    holdings.set('b', 1);
    expect(holdings.share).toBe(25);
    holdings.set('a', 0);
    expect(holdings.share).toBe(Infinity);
  });
});
