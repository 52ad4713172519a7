import { describe, expect, it } from 'vitest';
import { Places, type Admitted } from '../../src/core/places.js';

const jobs = (most: number): Admitted => ({ jobs: most, bytes: 100 });
const bytes = (most: number): Admitted => ({ jobs: 100, bytes: most });

/** With jobs whose descriptions take so many bytes each. */
function placesFor(sizes: Record<number, number>): Places {
  const places = new Places();
  for (const [job, size] of Object.entries(sizes)) places.add(Number(job), size);
  return places;
}

describe('the places at a hub', () => {
  it('are given in the order in which jobs began to wait, however often they say that they do', () => {
    const places = new Places();
    places.report(1, true, 0);
    places.report(2, true, 10);
    places.report(1, true, 20);
    expect(places.next(jobs(1))).toEqual({ type: 'open', job: 1 });
    places.give(1, true, 30);
    places.report(2, true, 40);
    expect([...places.waiting]).toEqual([2]);
    expect(places.stalledSince(jobs(1))).toBe(30);
    expect(places.stalledSince(jobs(2))).toBeUndefined();
  });

  it('are asked for once of each idle job, the one first that has been idle longest', () => {
    const places = new Places();
    for (const job of [1, 2]) places.give(job, false, 0);
    for (const job of [3, 4]) places.report(job, true, 0);
    expect(places.next(jobs(2))).toEqual({ type: 'ask', job: 1 });
    places.ask(1);
    // That it has nothing to do it has been asked about already.
    places.report(1, false, 0);
    expect(places.next(jobs(2))).toEqual({ type: 'ask', job: 2 });
    places.ask(2);
    places.report(1, false, 0);
    expect(places.next(jobs(2))).toBeUndefined();
    places.report(5, true, 0);
    expect(places.next(jobs(2))).toBeUndefined();
    expect([places.leave(1), places.leave(1)]).toEqual([true, false]);
    expect(places.next(jobs(2))).toEqual({ type: 'open', job: 3 });
  });

  it('are all gone with the hub: jobs that the next one may know wait first for places there, then who waited', () => {
    const places = new Places();
    for (const job of [1, 2]) places.give(job, true, 0);
    for (const job of [3, 4]) places.report(job, true, job);
    places.loseAll([2, 4], 50);
    expect([...places.waiting]).toEqual([3, 4, 2]);
    expect(places.open.size).toBe(0);
    places.begin(new Set([1, 2, 4]), 0);
    expect([...places.waiting]).toEqual([4, 2, 3]);
    // It has waited since before the hub was gone.
    expect(places.stalledSince(jobs(0))).toBe(4);
    places.give(4, true, 0);
    expect(places.stalledSince(jobs(0))).toBe(50);
    places.give(2, true, 0);
    expect(places.stalledSince(jobs(0))).toBe(3);
  });

  it('can be waited for from when the hub is there', () => {
    const places = new Places();
    places.report(1, true, 5);
    places.begin(new Set(), 70);
    expect(places.stalledSince(jobs(0))).toBe(70);
  });

  describe('and bytes of descriptions', () => {
    it('are both to be had, and are given in the order in which jobs began to wait', () => {
      const places = placesFor({ 1: 60, 2: 50, 3: 1 });
      for (const job of [1, 2, 3]) places.report(job, true, job);
      places.give(1, true, 5);
      expect(places.next(bytes(100))).toBeUndefined();
      expect(places.stalledSince(bytes(100))).toBe(5);
      expect(places.next(bytes(110))).toEqual({ type: 'open', job: 2 });
      expect(places.stalledSince(bytes(110))).toBeUndefined();
    });

    it('are asked for of as many idle jobs as it takes', () => {
      const places = placesFor({ 1: 30, 2: 30, 3: 30, 4: 45 });
      for (const job of [1, 2, 3]) places.give(job, false, 0);
      places.report(4, true, 0);
      expect(places.next(bytes(100))).toEqual({ type: 'ask', job: 1 });
      places.ask(1);
      expect(places.next(bytes(100))).toEqual({ type: 'ask', job: 2 });
      places.ask(2);
      expect(places.next(bytes(100))).toBeUndefined();
      places.leave(1);
      expect(places.next(bytes(100))).toBeUndefined();
      // It has begun something meanwhile, and stays.
      places.report(2, true, 0);
      expect(places.next(bytes(100))).toEqual({ type: 'ask', job: 3 });
      places.ask(3);
      places.leave(3);
      expect(places.next(bytes(100))).toEqual({ type: 'open', job: 4 });
    });

    it('are asked for of no more idle jobs where those that have been asked leave just enough', () => {
      const places = placesFor({ 1: 50, 2: 50, 3: 50 });
      for (const job of [1, 2]) places.give(job, false, 0);
      places.report(3, true, 0);
      places.ask(1);
      expect(places.next(bytes(100))).toBeUndefined();
      expect(places.next(bytes(99))).toEqual({ type: 'ask', job: 2 });
    });

    it('of which one job alone would take too many are not waited for', () => {
      const places = placesFor({ 1: 60, 2: 101 });
      places.give(1, true, 0);
      places.report(2, true, 0);
      expect(places.next(bytes(100))).toEqual({ type: 'open', job: 2 });
      expect(places.next(bytes(101))).toBeUndefined();
    });

    it('are kept by idle jobs of before where they fit beside what waits', () => {
      const places = placesFor({ 1: 30, 2: 40, 3: 20, 4: 30 });
      places.report(4, true, 0);
      expect([...places.fitting([3, 2, 1], bytes(100))]).toEqual([3, 2]);
      expect([...places.fitting([3, 2, 1], { jobs: 2, bytes: 100 })]).toEqual([3]);
      expect([...places.fitting([2, 1, 3], bytes(85))]).toEqual([2]);
      expect([...places.fitting([3], { jobs: 1, bytes: 100 })]).toEqual([]);
      expect([...places.fitting([3], bytes(50))]).toEqual([3]);
      places.give(2, true, 0);
      expect([...places.fitting([3], bytes(90))]).toEqual([3]);
      expect([...places.fitting([3], bytes(89))]).toEqual([]);
      expect([...places.fitting([3], { jobs: 2, bytes: 100 })]).toEqual([]);
    });
  });
});
