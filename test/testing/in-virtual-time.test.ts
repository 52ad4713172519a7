import { deepStrictEqual } from 'node:assert/strict';
import { defineMonoid, defineOperation, inMemory, PaladinError, remoteFold, remoteMap, type RemoteOptions } from 'paladin-rx';
import { inVirtualTime } from 'paladin-rx/testing';
import { catchError, from, lastValueFrom, of, switchMap, timeout, toArray } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { describe as describeValue } from '../../src/errors/describe.js';

const upper = defineOperation({ name: 'upper', execute: (text: string) => text.toUpperCase() });
const join = defineMonoid({ name: 'join', empty: () => '', combine: (a: string, b: string) => a + b });

/** Runs a marble test of which something must be expected. */
function marbles(test: (helpers: RunHelpers, scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler(deepStrictEqual);
  scheduler.run((helpers) => test(helpers, scheduler));
}

describe('a runtime in virtual time', () => {
  it('answers in the frame in which it is asked', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler);
      const mapped = cold('--a-b-(cd)-|').pipe(remoteMap(upper, runtime));
      expectObservable(mapped).toBe('--A-B-(CD)-|');
      expectObservable(cold('-a-b-c|').pipe(remoteMap(upper, runtime), remoteFold(join, runtime))).toBe('------(f|)', {
        f: 'ABC',
      });
      expectObservable(cold('---|').pipe(remoteFold(join, runtime))).toBe('---(e|)', { e: '' });
    });
  });

  it('takes the time that elements are said to take', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler, { takesMs: 5 });
      expectObservable(cold('a-------b--|').pipe(remoteMap(upper, runtime))).toBe('-----A-------(B|)');
    });
  });

  it('keeps the order of the source where later elements are back earlier, unless asked otherwise', () => {
    const takes = (index: number): number => (index === 0 ? 6 : 1);
    const emits = (marble: string, options: RemoteOptions): void => {
      marbles(({ cold, expectObservable }, scheduler) => {
        const runtime = inVirtualTime(scheduler, { takesMs: takes });
        expectObservable(cold('abc------------|').pipe(remoteMap(upper, runtime, { batch: 1, ...options }))).toBe(marble);
      });
    };
    emits('6ms (ABC) 4ms |', {});
    emits('--BC--A--------|', { ordered: false });
  });

  it('passes subscriptions on: what is unsubscribed is cancelled', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const runtime = inVirtualTime(scheduler, { takesMs: 4 });
      const typed = hot('-a--b------|');
      const answers = typed.pipe(switchMap((text) => of(text).pipe(remoteMap(upper, runtime))));
      expectObservable(answers).toBe('--------B--|');
      const source = cold('a-a-a-a');
      expectObservable(source.pipe(remoteMap(upper, runtime)), '^----!').toBe('----A');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('waits in virtual time before it tries again', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler);
      const flaky = defineOperation({
        name: 'flaky',
        execute: (text: string, { attempt }) => {
          if (attempt < 3) throw new Error('busy');
          return text.toUpperCase();
        },
      });
      const retry = { strategy: 'after', maxRetries: 5, delayMs: 10 } as const;
      expectObservable(cold('a|').pipe(remoteMap(flaky, runtime, { retry }))).toBe('20ms (A|)');
    });
  });

  it('fails in the frame in which the operation fails', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler, { takesMs: 2 });
      const strict = defineOperation({
        name: 'strict',
        execute: (text: string) => {
          if (text === 'b') throw new RangeError('no b');
          return text.toUpperCase();
        },
      });
      const codes = cold('a---b---c|').pipe(
        remoteMap(strict, runtime),
        catchError((error: unknown) => of(error instanceof PaladinError ? error.code : 'other')),
      );
      expectObservable(codes).toBe('--A---(e|)', { A: 'A', e: 'OPERATION_FAILED' });
    });
  });

  it('says of an operation that waits that it cannot', () => {
    const slow = defineOperation({ name: 'slow', execute: async (text: string) => await Promise.resolve(text) });
    const seen: unknown[] = [];
    marbles(({ cold, flush }, scheduler) => {
      cold('(ab|)')
        .pipe(remoteMap(slow, inVirtualTime(scheduler)))
        .subscribe({ error: (error: unknown) => seen.push(error) });
      flush();
    });
    expect(seen).toMatchObject([{ code: 'OPERATION_FAILED', operation: 'slow', index: 0 }]);
    expect(String(seen[0])).toContain('it waits for a promise, and in virtual time nothing goes on that waits');
  });

  it.each([undefined, 'x', -5, NaN, Infinity])('stops where an element is said to take %j', (ms) => {
    const takesMs = (index: number): number => (index < 2 ? 1 : (ms as number));
    const told = `inVirtualTime: expected takesMs to return a number of milliseconds from 0 for index 2, got ${describeValue(ms)}`;
    const run = (): void => {
      marbles(({ cold, expectObservable }, scheduler) => {
        expectObservable(cold('a--b--c--d|').pipe(remoteMap(upper, inVirtualTime(scheduler, { takesMs })))).toBe('');
      });
    };
    expect(run).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: told }) as Error);
  });

  it('lets operators of time count the frames', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler, { takesMs: 50 });
      const inTime = cold('a|').pipe(remoteMap(upper, runtime), timeout({ first: 20, with: () => of('late') }));
      expectObservable(inTime).toBe('20ms (l|)', { l: 'late' });
    });
  });

  it('gives what a runtime in memory gives', async () => {
    const numbers = Array.from({ length: 5_000 }, (_, at) => at);
    const odd = defineOperation({ name: 'odd', execute: (n: number) => ({ n, list: [n, new Date(n)] }) });
    const expected = await (async () => {
      await using runtime = inMemory();
      return await lastValueFrom(from(numbers).pipe(remoteMap(odd, runtime), toArray()));
    })();
    marbles(({ expectObservable }, scheduler) => {
      const runtime = inVirtualTime(scheduler);
      expectObservable(from(numbers).pipe(remoteMap(odd, runtime), toArray())).toBe('(r|)', { r: expected });
    });
  });

  it('can be closed, within its time and after it', async () => {
    const scheduler = new TestScheduler(deepStrictEqual);
    const runtime = inVirtualTime(scheduler, { takesMs: 10 });
    const ends: unknown[] = [];
    const push = (error: unknown): void => void ends.push(error);
    scheduler.run(({ cold }) => {
      cold('a').pipe(remoteMap(upper, runtime)).subscribe({ error: push });
      cold('-a')
        .pipe(remoteMap(upper, inVirtualTime(scheduler)))
        .subscribe({ error: push });
    });
    expect(ends).toEqual([]);
    await runtime.close();
    expect(ends).toMatchObject([{ code: 'CLOSED' }]);
  });

  it.each([
    [{}, {}, 'inVirtualTime: expected a TestScheduler or VirtualTimeScheduler of RxJS, got'],
    [undefined, {}, 'inVirtualTime: expected a TestScheduler'],
    [new TestScheduler(deepStrictEqual), { takesMs: -1 }, 'expected takesMs to be a number of milliseconds from 0'],
    [new TestScheduler(deepStrictEqual), { workers: 0 }, 'expected workers to be a whole number from 1 to 1024, got 0'],
    [new TestScheduler(deepStrictEqual), { serializer: 'json' }, 'inVirtualTime'],
    [new TestScheduler(deepStrictEqual), { takes: 1 }, 'takesMs'],
  ])('refuses %j with %j', (scheduler, options, message) => {
    expect(() => inVirtualTime(scheduler as never, options as never)).toThrow(message);
    expect(() => inVirtualTime(scheduler as never, options as never)).toThrow(PaladinError);
  });
});
