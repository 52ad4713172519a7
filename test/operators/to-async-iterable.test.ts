import { defineOperation, fromPull, inMemory, remoteMap, toAsyncIterable, type Runtime } from 'paladin-rx';
import { concat, EMPTY, from, map, merge, NEVER, Observable, of, Subject, take, throwError, timer } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aborted, gate } from '../support/gate.js';
import { failureOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

/** All values, and the error if it ends with one. */
async function read<T>(iterable: AsyncIterable<T>): Promise<{ values: T[]; error?: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of iterable) values.push(value);
    return { values };
  } catch (error) {
    return { values, error };
  }
}

describe('toAsyncIterable', () => {
  it('yields what the observable emits, whenever it does', async () => {
    expect(await read(toAsyncIterable(of(1, undefined, 3)))).toEqual({ values: [1, undefined, 3] });
    expect(await read(toAsyncIterable(EMPTY))).toEqual({ values: [] });
    expect(await read(toAsyncIterable(timer(0, 1).pipe(take(3))))).toEqual({ values: [0, 1, 2] });
  });

  it('yields every value of an observable that cannot be slowed, however many more than the window', async () => {
    const many = Array.from({ length: 10_000 }, (_, x) => x);
    expect(await read(toAsyncIterable(from(many), { window: 2 }))).toEqual({ values: many });
  });

  it('rejects with the very error, after the values before it, and is done then', async () => {
    const error = new Error('broken');
    const source = concat(
      of(1, 2),
      throwError(() => error),
    );
    expect(await read(toAsyncIterable(source))).toEqual({ values: [1, 2], error });
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    await expect(iterator.next()).rejects.toBe(error);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('answers calls of next that do not wait for each other in order', async () => {
    const subject = new Subject<string>();
    const iterator = toAsyncIterable(subject)[Symbol.asyncIterator]();
    const calls = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];
    for (const value of ['a', 'b', 'c']) subject.next(value);
    subject.complete();
    const done = { done: true, value: undefined };
    expect(await Promise.all(calls)).toEqual([...['a', 'b', 'c'].map((value) => ({ done: false, value })), done]);
    expect(await iterator.next()).toEqual(done);
  });

  it('rejects the first of several calls that wait, where nothing comes but an error', async () => {
    const subject = new Subject<string>();
    const iterator = toAsyncIterable(subject)[Symbol.asyncIterator]();
    const calls = [iterator.next(), iterator.next()];
    const error = new Error('broken');
    subject.error(error);
    expect(await Promise.allSettled(calls)).toEqual([
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
  });

  it('subscribes at the first next, for each iterator anew', async () => {
    const counted = watched(of(1, 2));
    const iterable = toAsyncIterable(counted.source);
    const iterator = iterable[Symbol.asyncIterator]();
    expect(counted.subscriptions).toBe(0);
    await iterator.next();
    expect(counted.subscriptions).toBe(1);
    expect(await read(iterable)).toEqual({ values: [1, 2] });
    expect(counted.subscriptions).toBe(2);
    expect(await read(iterator)).toEqual({ values: [2] });
  });

  it.each<[string, (iterable: ReturnType<typeof toAsyncIterable<number>>) => Promise<void>]>([
    [
      'a break',
      async (iterable) => {
        for await (const value of iterable) if (value === 2) break;
      },
    ],
    [
      'return',
      async (iterable) => {
        const iterator = iterable[Symbol.asyncIterator]();
        await iterator.next();
        expect(await iterator.return()).toEqual({ done: true, value: undefined });
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
      },
    ],
    [
      'await using',
      async (iterable) => {
        await using iterator = iterable[Symbol.asyncIterator]();
        await iterator.next();
      },
    ],
  ])('ends its subscription with %s', async (_, leave) => {
    const counted = watched(concat(of(1, 2, 3), NEVER));
    await leave(toAsyncIterable(counted.source));
    expect([counted.subscriptions, counted.ended]).toEqual([1, 1]);
  });

  it('never subscribes where it is returned first', async () => {
    const counted = watched(of(1));
    const iterator = toAsyncIterable(counted.source)[Symbol.asyncIterator]();
    await iterator.return();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(counted.subscriptions).toBe(0);
  });

  it('answers the calls that wait when it is returned', async () => {
    const iterator = toAsyncIterable(NEVER)[Symbol.asyncIterator]();
    const call = iterator.next();
    await iterator.return();
    expect(await call).toEqual({ done: true, value: undefined });
  });

  it('may be returned from within the observable, while it is being subscribed to', async () => {
    const counted = watched(
      new Observable<number>((subscriber) => {
        subscriber.next(1);
        void iterator.return();
        subscriber.next(2);
      }),
    );
    const iterator = toAsyncIterable(counted.source)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(counted.ended).toBe(1);
  });

  it.each<[unknown, unknown, string]>([
    [[1, 2], {}, 'toAsyncIterable: expected an observable, got [1, 2]'],
    [undefined, {}, 'toAsyncIterable: expected an observable, got undefined'],
    [of(1), { window: 0 }, 'toAsyncIterable: expected window to be a whole number from 1, got 0'],
    [of(1), { window: 1.5 }, 'toAsyncIterable: expected window to be a whole number from 1, got 1.5'],
    [of(1), { window: '8' }, 'toAsyncIterable: expected window to be a whole number from 1, got 8'],
  ])('refuses what is not an observable or a window', (source, options, message) => {
    expect(() => toAsyncIterable(source as Observable<number>, options as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });
});

describe('toAsyncIterable of a remote operator', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('lets work be cancelled by leaving the loop, and the source be let go', async () => {
    const [begun, ended] = [gate(), gate()];
    let left = false;
    function* numbers(): Generator<number> {
      try {
        for (let x = 0; ; x += 1) yield x;
      } finally {
        left = true;
      }
    }
    const work = defineOperation({
      name: 'work',
      execute: async (x: number, { signal }) => {
        if (x < 3) return x;
        begun.open();
        await aborted(signal);
        ended.open();
        return x;
      },
    });
    for await (const x of toAsyncIterable(fromPull(numbers()).pipe(remoteMap(work, runtime, { batch: 1 })))) {
      if (x < 2) continue;
      await begun.opened;
      break;
    }
    expect(left).toBe(true);
    await ended.opened;
  });

  it('brings the error of an element after the values before it, also when nobody reads until then', async () => {
    const odd = defineOperation({
      name: 'odd',
      execute: (x: number) => {
        if (x === 5) throw new RangeError('five');
        return x;
      },
    });
    const source = of(1, 2, 3, 4, 5, 6).pipe(remoteMap(odd, runtime));
    const expected = await failureOf(source);
    const iterator = toAsyncIterable(source, { window: 1 })[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    for (let turn = 0; turn < 20; turn += 1) await runtime.run(odd, 1);
    const { values, error } = await read(iterator);
    expect(values).toEqual([2, 3, 4]);
    expect(error).toMatchObject({ message: expected.message });
  });

  it('brings what waits also after the runtime is closed, and then its error', async () => {
    const own = inMemory();
    const relay = defineOperation({ name: 'relay', execute: (x: number) => x });
    const source = concat(of(1, 2, 3), NEVER).pipe(remoteMap(relay, own, { batch: 3 }));
    const iterator = toAsyncIterable(source, { window: 1 })[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: 1 });
    await own.run(relay, 1);
    await own.close();
    const { values, error } = await read(iterator);
    expect(values).toEqual([2, 3]);
    expect(error).toMatchObject({ code: 'CLOSED' });
  });

  it('keeps the order of two jobs that are merged, each in itself', async () => {
    const tag = defineOperation({ name: 'tag', create: (name: string) => (x: number) => ({ name, x }) });
    const list = Array.from({ length: 500 }, (_, x) => x);
    const merged = merge(...['a', 'b'].map((name) => from(list).pipe(remoteMap(tag(name), runtime, { batch: 7 }))));
    const { values } = await read(toAsyncIterable(merged.pipe(map((each) => each)), { window: 3 }));
    for (const name of ['a', 'b']) expect(values.filter((each) => each.name === name).map(({ x }) => x)).toEqual(list);
  });
});
