import type { Observable } from 'rxjs';
import { checkObservable, checkWindow } from '../src/leader/job-spec.js';
import { BufferingIterator, type ObservableIterator } from '../src/leader/observable-iterator.js';
import { defaultIteratorWindow } from '../src/limits.js';
import { checkOptions } from '../src/errors/options.js';

/** Options of {@link toAsyncIterable}. */
export interface IterableOptions {
  /**
   * The most values that are taken from the observable and not read yet: a whole number from 1. An operator before this may make
   * several values of its last element; these come on top. Default 64.
   */
  readonly window?: number | undefined;
}

/** What {@link toAsyncIterable} returns. */
export interface ObservableIterable<T> extends AsyncIterable<T> {
  /** Makes an iterator, which subscribes for itself. */
  [Symbol.asyncIterator](): ObservableIterator<T>;
}

/**
 * An async iterable of what an observable emits, whose reader sets the pace: `for await`, a stream, anything that iterates.
 *
 * ```text
 * source    --1--2--3--4 (waits)      --5--6
 * reader    next  1  next   2  next  3 …
 * ```
 *
 * While `window` values wait to be read, remote jobs and `fromPull` before it are paused: they emit nothing. A paused job goes on
 * until its own `window`, or 32 MiB of outputs, wait; then it sends nothing more to workers and asks its source for nothing more.
 * Ordinary operators in between may be any, also those that subscribe later, as `concatMap` does; but what is before one that
 * serves several subscribers, as `share` does, keeps its own pace. What no job or pull emits cannot be slowed and is buffered
 * without bound, as in any observable.
 *
 * Each iterator subscribes for itself, at its first `next`. Leaving a `for await` early ends its subscription, and so cancels the
 * work on the workers; `return` and `await using` do the same. An error of the observable comes after the values before it.
 *
 * @param source any observable
 * @param options see {@link IterableOptions}
 * @returns an iterable; calls of `next` need not wait for each other, and are answered in order
 * @throws {@link PaladinError} `INVALID_INPUT` when it is not an observable, or an option is not what it must be
 *
 * @example
 * ```ts
 * import { map } from 'rxjs';
 * import { defineOperation, fromPull, inMemory, remoteMap, toAsyncIterable } from 'paladin-rx';
 *
 * let pulled = 0;
 * function* numbers() {
 *   for (;;) yield pulled++;
 * }
 * const square = defineOperation({ name: 'square', execute: (n: number) => n * n });
 *
 * await using runtime = inMemory();
 * const squares = fromPull(numbers()).pipe(
 *   remoteMap(square, runtime, { window: 100 }),
 *   map((n) => `${n}`),
 * );
 * for await (const text of toAsyncIterable(squares, { window: 10 })) {
 *   console.log(text); // 0, 1, 4, 9
 *   if (text === '9') break;
 * }
 * console.log(pulled < 4 + 10 + 100 + 100); // true
 * ```
 */
export function toAsyncIterable<T>(source: Observable<T>, options: IterableOptions = {}): ObservableIterable<T> {
  const { window = defaultIteratorWindow } = checkOptions('toAsyncIterable', options, { window: true });
  checkObservable('toAsyncIterable', source);
  checkWindow('toAsyncIterable', window);
  return { [Symbol.asyncIterator]: () => new BufferingIterator(source, window) };
}
