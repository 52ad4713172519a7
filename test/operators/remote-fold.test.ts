import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import {
  concat,
  EMPTY,
  from,
  lastValueFrom,
  map,
  NEVER,
  of,
  range,
  Subject,
  throwError,
  windowCount,
  mergeMap,
  toArray,
} from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gate } from '../support/gate.js';
import { outcomeOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const join = defineMonoid({ name: 'join', empty: () => '', combine: (a: string, b: string) => a + b });
const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('remoteFold', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('emits once, the fold of all in source order', async () => {
    const letters = from('the quick brown fox jumps over the lazy dog');
    expect(await outcomeOf(letters.pipe(remoteFold(join, runtime)))).toEqual({
      values: ['the quick brown fox jumps over the lazy dog'],
    });
  });

  it('never emits where the source never ends', async () => {
    const counted = watched(concat(of(1, 2, 3), NEVER));
    const heard = vi.fn();
    const subscription = counted.source.pipe(remoteFold(sum, runtime)).subscribe({ next: heard, error: heard, complete: heard });
    await runtime.run(double, 1);
    expect(heard).not.toHaveBeenCalled();
    subscription.unsubscribe();
    expect(counted).toMatchObject({ subscriptions: 1, ended: 1 });
  });

  it('emits the identity of an empty source', async () => {
    expect(await outcomeOf(EMPTY.pipe(remoteFold(sum, runtime)))).toEqual({ values: [0] });
    expect(await outcomeOf(EMPTY.pipe(remoteMap(double, runtime), remoteFold(sum, runtime)))).toEqual({ values: [0] });
  });

  it('emits the only element as it is, without combining', async () => {
    const combine = vi.fn((a: number, b: number) => a + b);
    const counted = defineMonoid({ name: 'counted', empty: () => 0, combine });
    expect(await outcomeOf(of(7).pipe(remoteFold(counted, runtime)))).toEqual({ values: [7] });
    expect(combine).not.toHaveBeenCalled();
  });

  it('combines as often as there are gaps between the elements', async () => {
    const combine = vi.fn((a: number, b: number) => a + b);
    const counted = defineMonoid({ name: 'counted-gaps', empty: () => 0, combine });
    expect(await outcomeOf(range(1, 500).pipe(remoteFold(counted, runtime)))).toEqual({ values: [125_250] });
    expect(combine).toHaveBeenCalledTimes(499);
  });

  it("ends with the source's very error, and without a value, where the source errs midway", async () => {
    const error = new Error('midway');
    const broken = watched(
      concat(
        range(0, 50),
        throwError(() => error),
      ),
    );
    const outcome = await outcomeOf(broken.source.pipe(remoteFold(sum, runtime)));
    expect(outcome.values).toEqual([]);
    expect(outcome.error).toBe(error);
    expect(broken.ended).toBe(1);
    expect((await outcomeOf(throwError(() => error).pipe(remoteFold(sum, runtime)))).error).toBe(error);
  });

  it('completes where its last combine came back before the source completed', async () => {
    const combine = vi.fn((a: number, b: number) => a + b);
    const counted = defineMonoid({ name: 'counted-early', empty: () => 0, combine });
    const subject = new Subject<number>();
    const outcome = outcomeOf(subject.pipe(remoteFold(counted, runtime)));
    for (const x of [1, 2, 3, 4]) subject.next(x);
    await vi.waitFor(() => expect(combine).toHaveBeenCalledTimes(3));
    // Every result of theirs has come back by the time that another job is through.
    await runtime.run(double, 1);
    subject.complete();
    expect(await outcome).toEqual({ values: [10] });
  });

  it('errs where its last combine came back before the source erred', async () => {
    const combine = vi.fn((a: number, b: number) => a + b);
    const counted = defineMonoid({ name: 'counted-early-error', empty: () => 0, combine });
    const subject = new Subject<number>();
    const outcome = outcomeOf(subject.pipe(remoteFold(counted, runtime)));
    for (const x of [1, 2]) subject.next(x);
    await vi.waitFor(() => expect(combine).toHaveBeenCalledTimes(1));
    await runtime.run(double, 1);
    subject.error('late');
    expect(await outcome).toEqual({ values: [], error: 'late' });
  });

  it('waits for its last combine where that comes back after the source completed', async () => {
    const { opened, open } = gate();
    const begun = gate();
    const slow = defineMonoid({
      name: 'slow-sum',
      empty: () => 0,
      combine: async (a: number, b: number) => {
        begun.open();
        await opened;
        return a + b;
      },
    });
    const subject = new Subject<number>();
    const heard = vi.fn();
    const outcome = outcomeOf(subject.pipe(remoteFold(slow, runtime)));
    void outcome.then(heard);
    for (const x of [1, 2]) subject.next(x);
    await begun.opened;
    subject.complete();
    await runtime.run(double, 1);
    expect(heard).not.toHaveBeenCalled();
    open();
    expect(await outcome).toEqual({ values: [3] });
  });

  it('combines what is there before the source has ended', async () => {
    const combined = gate();
    const early = defineMonoid({
      name: 'early',
      empty: () => 0,
      combine: (a: number, b: number) => {
        combined.open();
        return a + b;
      },
    });
    const subject = new Subject<number>();
    const subscription = subject.pipe(remoteMap(double, runtime), remoteFold(early, runtime)).subscribe();
    for (let x = 0; x < 64; x += 1) subject.next(x);
    await combined.opened;
    expect(subject.observed).toBe(true);
    subscription.unsubscribe();
  });

  it('keeps the order of elements, whatever finishes first, also where the order of maps is of no matter', async () => {
    const { opened, open } = gate();
    let begun = 0;
    const firstIsSlow = defineOperation({
      name: 'first-is-slow',
      execute: async (x: number) => {
        begun += 1;
        if (x === 0) await opened;
        return String(x);
      },
    });
    const folded = outcomeOf(
      range(0, 10).pipe(remoteMap(firstIsSlow, runtime, { batch: 1, ordered: false }), remoteFold(join, runtime)),
    );
    await vi.waitFor(() => expect(begun).toBe(10));
    open();
    expect(await folded).toEqual({ values: ['0123456789'] });
  });

  it('takes a synchronous source of 10,000 elements', async () => {
    const counted = watched(range(1, 10_000));
    expect(await outcomeOf(counted.source.pipe(remoteFold(sum, runtime)))).toEqual({ values: [50_005_000] });
    expect(counted).toMatchObject({ subscriptions: 1, ended: 1, emitted: 10_000 });
  });

  it('can be subscribed to again', async () => {
    const counted = watched(range(1, 10));
    const folded = counted.source.pipe(remoteMap(double, runtime), remoteFold(sum, runtime));
    expect(await lastValueFrom(folded)).toBe(110);
    expect(await lastValueFrom(folded)).toBe(110);
    expect(counted).toMatchObject({ subscriptions: 2, ended: 2 });
  });

  it('leaves the source when it is unsubscribed from', async () => {
    const subject = new Subject<number>();
    const subscription = subject.pipe(remoteFold(sum, runtime)).subscribe();
    subject.next(1);
    subscription.unsubscribe();
    expect(subject.observed).toBe(false);
    await runtime.run(double, 1);
  });

  it('stands between other operators, remote ones among them', async () => {
    const result = range(1, 10).pipe(
      map((x) => x + 1),
      remoteFold(sum, runtime),
      remoteMap(double, runtime),
      remoteFold(sum, runtime),
      map((x) => `${x}`),
    );
    expect(await outcomeOf(result)).toEqual({ values: ['130'] });
  });

  it('folds windows of a stream, each for itself', async () => {
    const sums = range(1, 100).pipe(
      windowCount(10),
      mergeMap((window) => window.pipe(remoteFold(sum, runtime))),
      toArray(),
    );
    const values = await lastValueFrom(sums);
    // windowCount opens one more window, which stays empty.
    expect(values.toSorted((a, b) => a - b)).toEqual([0, 55, 155, 255, 355, 455, 555, 655, 755, 855, 955]);
  });

  it('takes a monoid with arguments, whose identity gets them too', async () => {
    const joinBy = defineMonoid({
      name: 'join-by',
      empty: (_separator: string, nothing: string) => nothing,
      create: (separator: string, nothing: string) => (a: string, b: string) =>
        a === nothing ? b : b === nothing ? a : a + separator + b,
    });
    const fold = remoteFold(joinBy(', ', '(none)'), runtime);
    expect(await lastValueFrom(from(['a', 'b', 'c']).pipe(fold))).toBe('a, b, c');
    expect(await lastValueFrom(EMPTY.pipe(fold))).toBe('(none)');
  });

  it('errs where its identity cannot be had', async () => {
    const broken = defineMonoid({
      name: 'no-identity',
      empty: (): number => {
        throw new RangeError('no identity');
      },
      combine: (a: number, b: number) => a + b,
    });
    expect(await outcomeOf(of(1, 2).pipe(remoteFold(broken, runtime)))).toEqual({ values: [3] });
    const { values, error } = await outcomeOf(EMPTY.pipe(remoteFold(broken, runtime)));
    expect(values).toEqual([]);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain('no identity');
  });

  it('lets a monoid be the operation on pairs', async () => {
    const pairs: [number, number][] = [
      [1, 2],
      [30, 4],
    ];
    expect(await outcomeOf(from(pairs).pipe(remoteMap(sum, runtime)))).toEqual({ values: [3, 34] });
    expect(await runtime.run(join, ['left', 'right'])).toBe('leftright');
  });
});
