import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Renewals, type RenewalBounds } from '../../src/core/renewal.js';

const mb = 2 ** 20;

/** Renewals under test, validated after each step. */
class UnderTest {
  readonly renewals: Renewals<string>;
  now = 0;

  constructor(bounds: Partial<RenewalBounds>) {
    this.renewals = new Renewals({ afterTasks: Infinity, aboveBytes: Infinity, atOnce: 1, pauseMs: 1_000, ...bounds });
  }

  ready(thread: string, usedBytes = 0): boolean {
    const counts = this.renewals.ready(thread, usedBytes);
    this.renewals.validate();
    return counts;
  }

  ended(thread: string, tasks: number, usedBytes = 0): void {
    this.renewals.ended(thread, tasks, usedBytes);
    this.renewals.validate();
  }

  next(): ReturnType<Renewals<string>['next']> {
    const due = this.renewals.next(this.now);
    this.renewals.validate();
    return due;
  }
}

describe('a thread is to be renewed', () => {
  it('when it has executed as many tasks as it may, over several batches, and not before', () => {
    const test = new UnderTest({ afterTasks: 10 });
    test.ready('a');
    test.ended('a', 9);
    expect(test.next()).toBeUndefined();
    test.ended('a', 1);
    expect(test.next()).toEqual({ thread: 'a', why: 'it has executed 10 tasks' });
  });

  it('when it takes more memory than it may after a batch', () => {
    const test = new UnderTest({ aboveBytes: 100 * mb });
    expect(test.ready('a', 20 * mb)).toBe(true);
    test.ended('a', 1, 100 * mb);
    expect(test.next()).toBeUndefined();
    test.ended('a', 1, 101 * mb);
    expect(test.next()).toEqual({ thread: 'a', why: 'it takes 101 MB' });
  });

  it('not for memory that its modules take alone: its successor would take as much', () => {
    const test = new UnderTest({ aboveBytes: 100 * mb });
    expect(test.ready('a', 101 * mb)).toBe(false);
    test.ended('a', 1, 200 * mb);
    expect(test.next()).toBeUndefined();
  });

  it('once, though it goes on while its successor starts', () => {
    const test = new UnderTest({ afterTasks: 1, atOnce: 2 });
    test.ready('a');
    test.ended('a', 1);
    expect(test.next()?.thread).toBe('a');
    test.ended('a', 1);
    expect(test.next()).toBeUndefined();
  });

  it('when its turn comes: only so many are renewed at a time, the longest due first', () => {
    const test = new UnderTest({ afterTasks: 1, atOnce: 1 });
    for (const thread of ['a', 'b', 'c']) test.ready(thread);
    for (const thread of ['b', 'c', 'a']) test.ended(thread, 1);
    expect(test.next()?.thread).toBe('b');
    expect(test.next()).toBeUndefined();
    test.renewals.gone('b');
    expect(test.next()?.thread).toBe('c');
  });

  it('not when it died before, nor when it is not known', () => {
    const test = new UnderTest({ afterTasks: 1 });
    test.ready('a');
    test.ended('a', 1);
    test.renewals.gone('a');
    test.ended('a', 1);
    expect(test.next()).toBeUndefined();
  });

  it('after a pause where a successor could not be had, once it has ended another batch', () => {
    const test = new UnderTest({ afterTasks: 1 });
    test.ready('a');
    test.ended('a', 1);
    test.next();
    test.renewals.failed('a', 0);
    test.now = 999;
    test.ended('a', 1);
    expect(test.next()).toBeUndefined();
    test.now = 1_000;
    expect(test.next()?.thread).toBe('a');
  });

  it('not when it dies after its successor could not be had, and is forgotten then', () => {
    const test = new UnderTest({ afterTasks: 1 });
    test.ready('a');
    test.ended('a', 1);
    test.next();
    test.renewals.failed('a', 0);
    test.renewals.gone('a');
    test.now = 1_000;
    expect(test.next()).toBeUndefined();
  });

  it('by its invariants also after the successor of another one could not be had', () => {
    const bounds = { afterTasks: 10, aboveBytes: Infinity, atOnce: 1, pauseMs: 1_000 };
    const renewals = new Renewals<string>(bounds);
    for (const thread of ['a', 'b']) renewals.ready(thread, 0);
    renewals.ended('a', 10, 0);
    renewals.ended('b', 9, 0);
    expect(renewals.next(0)?.thread).toBe('a');
    renewals.failed('a', 0);
    renewals.validate();
    // Nothing of what it does breaks them.
    bounds.afterTasks = 9;
    expect(() => renewals.validate()).toThrow('a thread that has executed 9 tasks is not due');
  });
});

it('whatever happens, each thread that has reached its bound is renewed, in turn', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('ended', 'next', 'gone', 'over', 'failed'), fc.constantFrom('a', 'b', 'c')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const test = new UnderTest({ afterTasks: 3, atOnce: 2 });
      const tasks = new Map<string, number>();
      const underWay = new Set<string>();
      const start = (thread: string): void => {
        test.ready(thread);
        tasks.set(thread, 0);
      };
      for (const thread of ['a', 'b', 'c']) start(thread);
      const renew = (): void => {
        const due = test.next();
        if (due === undefined) return;
        expect(tasks.get(due.thread)).toBeGreaterThanOrEqual(3);
        underWay.add(due.thread);
      };
      for (const [what, thread] of all) {
        if (what === 'next') renew();
        else if (what === 'ended') {
          test.ended(thread, 1);
          tasks.set(thread, (tasks.get(thread) ?? 0) + 1);
        } else if (what === 'failed') {
          if (!underWay.delete(thread)) continue;
          test.renewals.failed(thread, test.now);
          test.now += 1_000;
          // It is due once it has ended another batch.
          test.ended(thread, 1);
        } else if (what === 'gone' || underWay.has(thread)) {
          // It dies, or its successor is ready. Either way another one is in its place.
          test.renewals.gone(thread);
          underWay.delete(thread);
          start(thread);
        }
      }
      for (const thread of underWay) test.renewals.gone(thread);
      const left = [...tasks].filter(([thread, count]) => count >= 3 && !underWay.has(thread)).map(([thread]) => thread);
      for (const _ of left) {
        const due = test.next();
        expect(left).toContain(due?.thread);
        test.renewals.gone(due?.thread ?? '');
      }
      expect(test.next()).toBeUndefined();
    }),
  );
});
