import { describe, expect, it } from 'vitest';
import { Places } from '../../src/core/places.js';

describe('the places at a hub', () => {
  it('are given in the order in which jobs began to wait, however often they say that they do', () => {
    const places = new Places();
    places.report(1, true, 0);
    places.report(2, true, 10);
    places.report(1, true, 20);
    expect(places.next(1)).toEqual({ type: 'open', job: 1 });
    places.give(1, true, 30);
    places.report(2, true, 40);
    expect([...places.waiting]).toEqual([[2, 10]]);
    expect(places.stalledSince(1)).toBe(30);
    expect(places.stalledSince(2)).toBeUndefined();
  });

  it('are asked for once of each idle job, the one first that has been idle longest', () => {
    const places = new Places();
    for (const job of [1, 2]) places.give(job, false, 0);
    for (const job of [3, 4]) places.report(job, true, 0);
    expect(places.next(2)).toEqual({ type: 'ask', job: 1 });
    places.ask(1);
    // That it has nothing to do it has been asked about already.
    places.report(1, false, 0);
    expect(places.next(2)).toEqual({ type: 'ask', job: 2 });
    places.ask(2);
    places.report(1, false, 0);
    expect(places.next(2)).toBeUndefined();
    places.report(5, true, 0);
    expect(places.next(2)).toBeUndefined();
    expect([places.leave(1), places.leave(1)]).toEqual([true, false]);
    expect(places.next(2)).toEqual({ type: 'open', job: 3 });
  });

  it('are all gone with the hub: jobs with something under way wait first for those of the next, then who waited', () => {
    const places = new Places();
    for (const job of [1, 2]) places.give(job, true, 0);
    for (const job of [3, 4]) places.report(job, true, job);
    places.loseAll([2, 4], 50);
    expect([...places.waiting]).toEqual([
      [2, 50],
      [4, 50],
      [3, 3],
    ]);
    expect(places.open.size).toBe(0);
  });

  it('can be waited for from when the hub is there', () => {
    const places = new Places();
    places.report(1, true, 5);
    places.begin(70);
    expect(places.stalledSince(0)).toBe(70);
  });
});
