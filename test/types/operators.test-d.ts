import {
  defineMonoid,
  defineOperation,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type Monoid,
  type Operation,
} from 'paladin-rx';
import { from, map, of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

const runtime = inMemory();
const length = defineOperation({ name: 'length', execute: (text: string) => text.length });
const print = defineOperation({ name: 'print', execute: async (x: number) => `${x}` });
const multiplyBy = defineOperation({ name: 'multiply-by', create: (factor: number) => (x: number) => factor * x });
const lookUp = defineOperation({
  name: 'look-up',
  create: async (table: ReadonlyMap<string, Date>, fallback?: Date) => (key: string) => table.get(key) ?? fallback,
});
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const sumModulo = defineMonoid({
  name: 'sum-modulo',
  empty: () => 0,
  create: (m: number) => (a: number, b: number) => (a + b) % m,
});

describe('types', () => {
  it('of operations come from their functions', () => {
    expectTypeOf(length).toEqualTypeOf<Operation<string, number>>();
    expectTypeOf(print).toEqualTypeOf<Operation<number, string>>();
    expectTypeOf(multiplyBy).parameters.toEqualTypeOf<[factor: number]>();
    expectTypeOf(multiplyBy(2)).toEqualTypeOf<Operation<number, number>>();
    expectTypeOf(lookUp(new Map())).toEqualTypeOf<Operation<string, Date | undefined>>();
    // @ts-expect-error -- the factor is a number
    multiplyBy('2');
    // @ts-expect-error -- a factor is needed
    multiplyBy();
  });

  it('of monoids come from their functions', () => {
    expectTypeOf(sum).toEqualTypeOf<Monoid<number>>();
    expectTypeOf(sumModulo).parameters.toEqualTypeOf<[m: number]>();
    expectTypeOf(sumModulo(7)).toEqualTypeOf<Monoid<number>>();
    // @ts-expect-error -- the modulus is a number
    sumModulo('7');
    // @ts-expect-error -- the identity must be of the type that is combined
    defineMonoid({ name: 'wrong', empty: () => '', combine: (a: number, b: number) => a + b });
  });

  it('flow through pipe without annotations', () => {
    const texts = from([1, 2, 3]).pipe(remoteMap(multiplyBy(2), runtime), remoteMap(print, runtime));
    expectTypeOf(texts).toEqualTypeOf<Observable<string>>();
    const total = of('a', 'bb').pipe(
      map((text) => text.trim()),
      remoteMap(length, runtime),
      remoteFold(sum, runtime),
      map((x) => {
        expectTypeOf(x).toEqualTypeOf<number>();
        return { x };
      }),
    );
    expectTypeOf(total).toEqualTypeOf<Observable<{ x: number }>>();
    expectTypeOf(fromPull(['a']).pipe(remoteMap(length, runtime))).toEqualTypeOf<Observable<number>>();
    const lengths = toAsyncIterable(of('a').pipe(remoteMap(length, runtime)));
    expectTypeOf(lengths).toExtend<AsyncIterable<number>>();
    expectTypeOf(lengths[Symbol.asyncIterator]().next()).resolves.toEqualTypeOf<IteratorResult<number, undefined>>();
  });

  it('of the context of execute, create and combine are inferred', () => {
    defineOperation({
      name: 'told',
      execute: (x: number, context) => {
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        expectTypeOf(context.index).toEqualTypeOf<number>();
        return x;
      },
    });
    defineMonoid({
      name: 'told',
      empty: () => 0,
      combine: (a: number, b: number, context) => {
        expectTypeOf(context.jobId).toEqualTypeOf<string>();
        return a + b;
      },
    });
  });

  it('refuse elements of the wrong type', () => {
    // @ts-expect-error -- the elements are texts
    of('a').pipe(remoteMap(print, runtime));
    // @ts-expect-error -- the outputs of the first are texts, the second takes numbers
    of(1).pipe(remoteMap(print, runtime), remoteMap(multiplyBy(2), runtime));
    // @ts-expect-error -- the fold is of numbers
    of('a').pipe(remoteFold(sum, runtime));
    // @ts-expect-error -- an operation is not a monoid
    of(1).pipe(remoteFold(multiplyBy(2), runtime));
    // @ts-expect-error -- it takes arguments
    of(1).pipe(remoteMap(multiplyBy, runtime));
    // @ts-expect-error -- a plain function is not an operation
    of(1).pipe(remoteMap((x: number) => x, runtime));
  });

  it('let elements be of a narrower type than the operation takes', () => {
    const describe = defineOperation({ name: 'describe', execute: (x: string | number) => `${x}` });
    expectTypeOf(of(1).pipe(remoteMap(describe, runtime))).toEqualTypeOf<Observable<string>>();
  });

  it('let a monoid be the operation on pairs', () => {
    const pairs: readonly (readonly [number, number])[] = [[1, 2]];
    expectTypeOf(from(pairs).pipe(remoteMap(sum, runtime))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(runtime.run(sumModulo(7), [3, 4])).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error -- pairs are needed
    of(1).pipe(remoteMap(sum, runtime));
  });

  it('of run are those of the operation', () => {
    expectTypeOf(runtime.run(print, 1)).toEqualTypeOf<Promise<string>>();
    expectTypeOf(runtime.run(multiplyBy(2), 1, { timeout: 100 })).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error -- the input is a number
    void runtime.run(print, 'a');
    // @ts-expect-error -- one value is neither skipped nor ordered
    void runtime.run(print, 1, { ordered: false });
  });

  it('of options are checked', () => {
    // @ts-expect-error -- there is no such option
    remoteMap(print, runtime, { parallel: 4 });
    // @ts-expect-error -- a strategy has its own fields
    remoteMap(print, runtime, { retry: { strategy: 'after', maxRetries: 3 } });
    remoteMap(print, runtime, { retry: { strategy: 'after', maxRetries: 3, delayMs: 5 }, onSkip: ({ index }) => index });
  });
});
