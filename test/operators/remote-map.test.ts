import { defineOperation, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import {
  concat,
  config,
  EMPTY,
  expand,
  filter,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gate } from '../support/gate.js';
import { outcomeOf } from '../support/outcome.js';
import { arriving, watched } from '../support/sources.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const echo = defineOperation({ name: 'echo', execute: (value: unknown) => value });

describe('remoteMap', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('maps each element, in order', async () => {
    expect(await outcomeOf(of(3, 1, 2).pipe(remoteMap(double, runtime)))).toEqual({ values: [6, 2, 4] });
  });

  it('does nothing until it is subscribed to, and subscribes to the source once each time', async () => {
    const { source, ...before } = watched(of(1, 2));
    expect(before.subscriptions).toBe(0);
    const counted = watched(source);
    const mapped = counted.source.pipe(remoteMap(double, runtime));
    expect(counted.subscriptions).toBe(0);
    await lastValueFrom(mapped);
    await lastValueFrom(mapped);
    expect(counted).toMatchObject({ subscriptions: 2, ended: 2, emitted: 4 });
  });

  it('never emits nor ends where the source never does', async () => {
    const never = watched(NEVER);
    const heard = vi.fn();
    const subscription = never.source.pipe(remoteMap(echo, runtime)).subscribe({ next: heard, error: heard, complete: heard });
    await runtime.run(double, 1);
    expect(heard).not.toHaveBeenCalled();
    expect(never).toMatchObject({ subscriptions: 1, ended: 0 });
    subscription.unsubscribe();
    expect(never.ended).toBe(1);
  });

  it('goes on to emit where the source never ends', async () => {
    const mapped = concat(of(1, 2), NEVER).pipe(remoteMap(double, runtime), take(2), toArray());
    expect(await lastValueFrom(mapped)).toEqual([2, 4]);
  });

  it('completes where the source is empty', async () => {
    const empty = watched(EMPTY);
    expect(await outcomeOf(empty.source.pipe(remoteMap(double, runtime)))).toEqual({ values: [] });
    expect(empty).toMatchObject({ subscriptions: 1, ended: 1 });
  });

  it("emits what came before the source's error, and then that very error", async () => {
    const error = { not: 'even an Error' };
    const broken = watched(
      concat(
        of(1, 2, 3),
        throwError(() => error),
      ),
    );
    const outcome = await outcomeOf(broken.source.pipe(remoteMap(double, runtime)));
    expect(outcome.values).toEqual([2, 4, 6]);
    expect(outcome.error).toBe(error);
    expect(broken.ended).toBe(1);
  });

  it("passes on an error that is all of the source, or that the source's own subscribe throws", async () => {
    const error = new Error('no source');
    expect((await outcomeOf(throwError(() => error).pipe(remoteMap(echo, runtime)))).error).toBe(error);
    const throwing = new Observable<number>(() => {
      throw error;
    });
    expect((await outcomeOf(throwing.pipe(remoteMap(double, runtime)))).error).toBe(error);
  });

  it('waits for the slow results before it passes an error on', async () => {
    const { opened, open } = gate();
    const slow = defineOperation({ name: 'slow', execute: (x: number) => opened.then(() => x) });
    const source = concat(
      of(1),
      throwError(() => 'late'),
    );
    const heard: unknown[] = [];
    const ended = new Promise<void>((resolve) => {
      source.pipe(remoteMap(slow, runtime)).subscribe({
        next: (x) => heard.push(x),
        error: (error) => {
          heard.push(error);
          resolve();
        },
      });
    });
    await runtime.run(double, 1);
    expect(heard).toEqual([]);
    open();
    await ended;
    expect(heard).toEqual([1, 'late']);
  });

  it('leaves the source as soon as it is unsubscribed from', async () => {
    const subject = new Subject<number>();
    const counted = watched(subject);
    const heard: number[] = [];
    const subscription = counted.source.pipe(remoteMap(double, runtime)).subscribe((x) => heard.push(x));
    subject.next(1);
    await vi.waitFor(() => expect(heard).toEqual([2]));
    subject.next(2);
    subscription.unsubscribe();
    expect(counted.ended).toBe(1);
    expect(subject.observed).toBe(false);
    await runtime.run(double, 1);
    expect(heard).toEqual([2]);
  });

  it('is not subscribed to the source any more where the subscriber is gone before that', async () => {
    const counted = watched(of(1, 2, 3));
    expect(await outcomeOf(counted.source.pipe(remoteMap(double, runtime), take(0)))).toEqual({ values: [] });
    expect(counted.subscriptions).toBe(0);
  });

  it('ends early with take, and leaves the source then', async () => {
    const counted = watched(concat(range(0, 100), NEVER));
    const three = await lastValueFrom(counted.source.pipe(remoteMap(double, runtime), take(3), toArray()));
    expect(three).toEqual([0, 2, 4]);
    expect(counted).toMatchObject({ subscriptions: 1, ended: 1 });
  });

  it('emits nothing after take, also of the same batch', async () => {
    const passed = vi.fn();
    const mapped = range(0, 50).pipe(remoteMap(double, runtime, { batch: 50 }));
    const spied = new Observable<number>((subscriber) => mapped.subscribe({ next: (x) => (passed(), subscriber.next(x)) }));
    await lastValueFrom(spied.pipe(take(3)));
    expect(passed).toHaveBeenCalledTimes(3);
  });

  it('goes on where a callback of the subscriber throws, and the error is reported as RxJS does it', async () => {
    const unhandled = vi.fn();
    const before = config.onUnhandledError;
    config.onUnhandledError = unhandled;
    try {
      const heard: number[] = [];
      await new Promise<void>((resolve) => {
        of(1, 2, 3)
          .pipe(remoteMap(double, runtime))
          .subscribe({
            next: (x) => {
              heard.push(x);
              throw new Error(`callback of ${x}`);
            },
            complete: resolve,
          });
      });
      expect(heard).toEqual([2, 4, 6]);
      await vi.waitFor(() => expect(unhandled).toHaveBeenCalledTimes(3));
      expect(unhandled).toHaveBeenCalledWith(new Error('callback of 2'));
    } finally {
      config.onUnhandledError = before;
    }
  });

  it('ends where a later operator throws', async () => {
    const counted = watched(concat(of(1, 2, 3), NEVER));
    const failing = counted.source.pipe(
      remoteMap(double, runtime),
      map((x) => {
        if (x === 4) throw new RangeError('four');
        return x;
      }),
    );
    expect(await outcomeOf(failing)).toEqual({ values: [2], error: new RangeError('four') });
    expect(counted.ended).toBe(1);
  });

  it('takes a synchronous source of 10,000 elements', async () => {
    const counted = watched(range(0, 10_000));
    const values = await lastValueFrom(counted.source.pipe(remoteMap(double, runtime), toArray()));
    expect(values).toEqual(Array.from({ length: 10_000 }, (_, x) => 2 * x));
    expect(counted).toMatchObject({ subscriptions: 1, ended: 1, emitted: 10_000 });
  });

  it('takes elements that come over time, one by one', async () => {
    const values = await lastValueFrom(arriving([1, 2, 3, 4], [2, 0, 5]).pipe(remoteMap(double, runtime), toArray()));
    expect(values).toEqual([2, 4, 6, 8]);
  });

  it('carries undefined, null, NaN and -0 there and back', async () => {
    const odd = [undefined, null, NaN, -0, '', false, 0n];
    expect(await outcomeOf(from(odd).pipe(remoteMap(echo, runtime)))).toEqual({ values: odd });
  });

  it('emits in source order where the first takes longest, or in the order of completion where asked', async () => {
    const run = async (ordered: boolean): Promise<unknown> => {
      const { opened, open } = gate();
      const slowFirst = defineOperation({
        name: `slow-first-${ordered}`,
        execute: async (x: number) => {
          if (x === 0) await opened;
          return x;
        },
      });
      const others = gate();
      let begun = 0;
      const counting = defineOperation({
        name: `counting-${ordered}`,
        execute: (x: number) => {
          begun += 1;
          if (begun === 3) others.open();
          return x;
        },
      });
      const mapped = lastValueFrom(
        of(0, 1, 2, 3).pipe(
          remoteMap(slowFirst, runtime, { ordered, batch: 1 }),
          remoteMap(counting, runtime, { ordered, batch: 1 }),
          toArray(),
        ),
      );
      await others.opened;
      open();
      return await mapped;
    };
    expect(await run(true)).toEqual([0, 1, 2, 3]);
    const values = await run(false);
    expect(values).toHaveLength(4);
    expect((values as number[]).at(-1)).toBe(0);
  });

  it('lets the subscriber feed the source', async () => {
    const subject = new Subject<number>();
    const heard: number[] = [];
    await new Promise<void>((resolve) => {
      subject.pipe(remoteMap(double, runtime)).subscribe({
        next: (x) => {
          heard.push(x);
          if (x < 100) subject.next(x);
          else subject.complete();
        },
        complete: resolve,
      });
      subject.next(1);
    });
    expect(heard).toEqual([2, 4, 8, 16, 32, 64, 128]);
  });

  it('recurs in expand', async () => {
    const powers = of(1).pipe(
      expand((x) => (x < 50 ? of(x).pipe(remoteMap(double, runtime)) : EMPTY)),
      toArray(),
    );
    expect(await lastValueFrom(powers)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });

  it('gives firstValueFrom its value', async () => {
    const counted = watched(concat(of(21), NEVER));
    expect(await firstValueFrom(counted.source.pipe(remoteMap(double, runtime)))).toBe(42);
    expect(counted.ended).toBe(1);
  });

  it('fills forEach', async () => {
    const heard: number[] = [];
    await of(1, 2, 3)
      .pipe(remoteMap(double, runtime))
      .forEach((x) => heard.push(x));
    expect(heard).toEqual([2, 4, 6]);
  });

  it('is an observable like any other to other operators', async () => {
    const mapped = range(0, 10).pipe(remoteMap(double, runtime));
    expect(mapped).toBeInstanceOf(Observable);
    const values = mapped.pipe(
      filter((x) => x % 4 === 0),
      toArray(),
    );
    expect(await lastValueFrom(values)).toEqual([0, 4, 8, 12, 16]);
  });

  it('goes from one runtime to another', async () => {
    await using other = inMemory({ workers: 1 });
    const values = range(1, 20).pipe(remoteMap(double, runtime), remoteMap(double, other), remoteMap(double, runtime), toArray());
    expect(await lastValueFrom(values)).toEqual(Array.from({ length: 20 }, (_, at) => 8 * (at + 1)));
  });
});
