import {
  defineOperation,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  defineMonoid,
  type Runtime,
} from 'paladin-rx';
import { concatMap, lastValueFrom, map, merge, of, Subject, take, takeUntil, tap, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gate } from '../support/gate.js';
import { failureOf, outcomeOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** Numbers from 0, with a count of how many were pulled and whether it was let go. */
class Numbers implements Iterable<number> {
  pulled = 0;
  returned = 0;
  readonly #end: number;

  constructor(end: number) {
    this.#end = end;
  }

  [Symbol.iterator](): Iterator<number> {
    let at = 0;
    return {
      next: () => {
        if (at === this.#end) return { done: true, value: undefined };
        this.pulled += 1;
        at += 1;
        return { done: false, value: at - 1 };
      },
      return: () => {
        this.returned += 1;
        return { done: true, value: undefined };
      },
    };
  }

  /** The same, as an async iterable. */
  later(): AsyncIterable<number> {
    const iterate = (): Iterator<number> => this[Symbol.iterator]();
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = iterate();
        return {
          next: async () => {
            await new Promise((resolve) => setImmediate(resolve));
            return iterator.next();
          },
          return: async () => {
            this.returned += 1;
            return { done: true, value: undefined };
          },
        };
      },
    };
  }
}

describe('fromPull', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  describe.each(['an iterable', 'an async iterable'] as const)('of %s', (kind) => {
    const inputOf = (numbers: Numbers): Iterable<number> | AsyncIterable<number> =>
      kind === 'an iterable' ? numbers : numbers.later();

    it('emits all items, and leaves an iterator alone that has ended', async () => {
      const numbers = new Numbers(1_500);
      const { values } = await outcomeOf(fromPull(inputOf(numbers)).pipe(remoteMap(double, runtime)));
      expect(values).toEqual(Array.from({ length: 1_500 }, (_, x) => 2 * x));
      expect(numbers.returned).toBe(0);
    });

    it('pulls no more than the window admits beyond what was emitted', async () => {
      const numbers = new Numbers(2_000);
      let emitted = 0;
      let most = 0;
      const mapped = fromPull(inputOf(numbers)).pipe(remoteMap(double, runtime, { window: 32 }));
      await mapped.forEach(() => {
        emitted += 1;
        most = Math.max(most, numbers.pulled - emitted);
      });
      expect(emitted).toBe(2_000);
      // One was emitted already of what is counted as not.
      expect(most).toBeLessThanOrEqual(32);
    });

    it('pulls nothing more while the first element takes its time', async () => {
      const numbers = new Numbers(10_000);
      const { opened, open } = gate();
      let executed = 0;
      const slow = defineOperation({
        name: `slow-${kind.length}`,
        execute: async (x: number) => {
          if (x === 0) await opened;
          executed += 1;
          return x;
        },
      });
      const outcome = outcomeOf(fromPull(inputOf(numbers)).pipe(remoteMap(slow, runtime, { window: 16, batch: 4 }), take(100)));
      // All but the batch of the first have been executed.
      await vi.waitFor(() => expect(executed).toBeGreaterThanOrEqual(12));
      await runtime.run(double, 1);
      expect(numbers.pulled).toBeLessThanOrEqual(16);
      open();
      const { values } = await outcome;
      expect(values).toHaveLength(100);
    });

    it('returns the iterator where the subscriber ends early', async () => {
      const numbers = new Numbers(100_000);
      const few = fromPull(inputOf(numbers)).pipe(remoteMap(double, runtime, { window: 8 }), take(3), toArray());
      expect(await lastValueFrom(few)).toEqual([0, 2, 4]);
      expect(numbers.returned).toBe(1);
      expect(numbers.pulled).toBeLessThanOrEqual(3 + 8);
    });

    it('returns the iterator where an element fails', async () => {
      const numbers = new Numbers(100_000);
      const failing = defineOperation({
        name: `failing-${kind.length}`,
        execute: (x: number) => {
          if (x === 40) throw new RangeError('forty');
          return x;
        },
      });
      const error = await failureOf(fromPull(inputOf(numbers)).pipe(remoteMap(failing, runtime, { window: 8 })));
      expect(error.index).toBe(40);
      expect(numbers.returned).toBe(1);
    });

    it('iterates anew for each subscription', async () => {
      const numbers = new Numbers(10);
      const total = fromPull(inputOf(numbers)).pipe(remoteFold(sum, runtime));
      expect(await lastValueFrom(total)).toBe(45);
      expect(await lastValueFrom(total)).toBe(45);
      expect(numbers.pulled).toBe(20);
    });

    it('is an ordinary observable to others, which may end early', async () => {
      const numbers = new Numbers(1_000);
      const few = fromPull(inputOf(numbers)).pipe(
        map((x) => x + 1),
        take(3),
        toArray(),
      );
      expect(await lastValueFrom(few)).toEqual([1, 2, 3]);
      // An iterator without end must not be run through after that.
      expect(numbers.pulled).toBe(3);
      expect(numbers.returned).toBe(1);
    });
  });

  it('keeps what an async iterable yields while it is paused, for then', async () => {
    const { opened, open } = gate();
    async function* late(): AsyncGenerator<string> {
      await opened;
      yield 'late';
      yield 'later';
    }
    const emitted: unknown[] = [];
    const merged = merge(fromPull(late()), fromPull([1, 2, 3, 4])).pipe(tap((value) => emitted.push(value)));
    const iterator = toAsyncIterable<unknown>(merged, { window: 2 })[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    // An iterable may go on in the next turn.
    await vi.waitFor(() => expect(emitted).toEqual([1, 2, 3]));
    open();
    await runtime.run(double, 1);
    expect(emitted).toEqual([1, 2, 3]);
    const rest = [];
    for await (const value of iterator) rest.push(value);
    expect(rest.toSorted()).toEqual([2, 3, 4, 'late', 'later']);
  });

  it("passes on the iterator's very error, after what came before it", async () => {
    const error = new Error('no more');
    function* failing(): Generator<number> {
      yield 1;
      yield 2;
      throw error;
    }
    async function* failingLater(): AsyncGenerator<number> {
      yield* failing();
    }
    for (const input of [failing(), failingLater()]) {
      const outcome = await outcomeOf(fromPull(input).pipe(remoteMap(double, runtime)));
      expect(outcome.values).toEqual([2, 4]);
      expect(outcome.error).toBe(error);
    }
  });

  it('errs where the input cannot even be iterated', async () => {
    const error = new Error('closed');
    const input: Iterable<number> = {
      [Symbol.iterator]: () => {
        throw error;
      },
    };
    expect((await outcomeOf(fromPull(input).pipe(remoteMap(double, runtime)))).error).toBe(error);
    expect((await outcomeOf(fromPull(input))).error).toBe(error);
  });

  it('runs the cleanup of a generator that is left early', async () => {
    const cleanup = vi.fn();
    function* numbers(): Generator<number> {
      try {
        for (let x = 0; ; x += 1) yield x;
      } finally {
        cleanup();
      }
    }
    const few = fromPull(numbers()).pipe(remoteMap(double, runtime, { window: 4 }), take(10), toArray());
    expect(await lastValueFrom(few)).toHaveLength(10);
    expect(cleanup).toHaveBeenCalledTimes(1);
  });

  it('closes a generator that is left from within itself, once it has yielded', async () => {
    const stop = new Subject<void>();
    const cleanup = vi.fn();
    function* leaving(): Generator<number> {
      try {
        yield 1;
        stop.next();
        yield 2;
      } finally {
        cleanup();
      }
    }
    expect((await outcomeOf(fromPull(leaving()).pipe(takeUntil(stop)))).values).toEqual([1]);
    expect(cleanup).toHaveBeenCalledTimes(1);
    await outcomeOf(fromPull(leaving()).pipe(remoteMap(double, runtime), takeUntil(stop)));
    expect(cleanup).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['answers at once', () => ({ done: true as const, value: undefined })],
    [
      'throws',
      () => {
        throw new Error('cannot be closed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('cannot be closed'))],
  ])('leaves an iterator in peace whose return %s', async (_, answer) => {
    // The types of iterators leave out what some of them do.
    const close = vi.fn(answer as () => never);
    const step = { done: false as const, value: 1 };
    const inputs: (Iterable<number> | AsyncIterable<number>)[] = [
      { [Symbol.iterator]: () => ({ next: () => step, return: close }) },
      { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(step), return: close }) },
    ];
    for (const input of inputs) {
      expect(await lastValueFrom(fromPull(input).pipe(take(2), toArray()))).toEqual([1, 1]);
      const subscription = fromPull(input).pipe(remoteMap(double, runtime)).subscribe();
      expect(() => {
        subscription.unsubscribe();
      }).not.toThrow();
    }
    expect(close).toHaveBeenCalledTimes(4);
  });

  it.each([
    ['an iterable', (numbers: Numbers) => numbers],
    [
      'an async iterable that never waits',
      async function* (numbers: Numbers) {
        yield* numbers;
      },
    ],
  ])('lets the event loop turn, though nobody holds %s back that is endless', async (_, inputOf) => {
    const numbers = new Numbers(Infinity);
    const subscription = fromPull<number>(inputOf(numbers))
      .pipe(concatMap((x) => of(x).pipe(remoteMap(double, runtime))))
      .subscribe();
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    subscription.unsubscribe();
    const { pulled } = numbers;
    await new Promise((resolve) => setImmediate(resolve));
    expect(numbers.pulled).toBe(pulled);
    // Something in each turn, however slow the machine is.
    expect(pulled).toBeGreaterThanOrEqual(20);
  });

  it('lets it turn, too, where a reader takes all that comes at once', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    for await (const _ of toAsyncIterable(fromPull(new Numbers(Infinity)), { window: 8 })) if (turns >= 10) break;
    clearInterval(timer);
    expect(turns).toBe(10);
  });

  it('takes a string by its characters, and a map by its entries', async () => {
    const pair = defineOperation({ name: 'pair', execute: ([key, value]: [string, number]) => `${key}${value}` });
    expect((await outcomeOf(fromPull('abc'))).values).toEqual(['a', 'b', 'c']);
    expect((await outcomeOf(fromPull(new Map([['a', 1]])).pipe(remoteMap(pair, runtime)))).values).toEqual(['a1']);
  });

  it.each([5, undefined, null, 'done'])('fails where next() returns %s, as a loop does', async (step) => {
    const result = step as never;
    const sync: Iterable<number> = { [Symbol.iterator]: () => ({ next: () => result }) };
    const late: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(result) }) };
    for (const source of [fromPull(sync), fromPull(late)]) {
      const { error } = await outcomeOf(source.pipe(remoteMap(double, runtime)));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toHaveProperty(
        'message',
        expect.stringMatching(/^fromPull: expected next\(\) of the iterator to return an object/u),
      );
    }
  });

  it.each(['an iterable', 'an async iterable'])(
    'ends where %s says so by anything that is true, as a loop does',
    async (kind) => {
      const returned = vi.fn();
      const iterator = (): { next(): IteratorResult<number>; return(): IteratorResult<number> } => {
        let at = 0;
        return {
          next: () => ({ value: at, done: (at++ === 2 ? 'yes' : 0) as never }),
          return: returned,
        };
      };
      const key = kind === 'an iterable' ? Symbol.iterator : Symbol.asyncIterator;
      const input = { [key]: iterator } as unknown as Iterable<number>;
      expect((await outcomeOf(fromPull(input))).values).toEqual([0, 1]);
      expect((await outcomeOf(fromPull(input).pipe(remoteMap(double, runtime)))).values).toEqual([0, 2]);
      expect(returned).not.toHaveBeenCalled();
    },
  );

  it('takes a function that is iterable', async () => {
    const numbers = Object.assign(() => undefined, { [Symbol.iterator]: () => [1, 2].values() });
    expect((await outcomeOf(fromPull(numbers).pipe(remoteMap(double, runtime)))).values).toEqual([2, 4]);
  });

  it('refuses what cannot be iterated', () => {
    expect(() => fromPull(7 as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: 'fromPull: expected an iterable, an async iterable or a stream, got 7',
      }),
    );
    expect(() => fromPull(null as never)).toThrow(/^fromPull: expected an iterable/u);
  });
});
