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
 * Makes an async iterable of what an observable emits. Its reader sets the pace: `for await`, a stream, or anything else that
 * iterates.
 *
 * ```text
 * source    --1--2--3--4 (waits)      --5--6
 * reader    next  1  next   2  next  3 …
 * ```
 *
 * While `window` values wait to be read, remote jobs and `fromPull` before it are paused: they emit nothing. A paused job goes on
 * until its own `window`, or 32 MiB of outputs, wait. Then it sends nothing more to workers, and asks its source for nothing
 * more. Any ordinary operators may be in between, also those that subscribe later, like `concatMap`. Operators that serve several
 * subscribers, like `share`, stop this: whatever is before them keeps its own pace. Values that no job or pull emits cannot be
 * slowed. They are buffered without bound.
 *
 * Each iterator subscribes for itself, at its first `next`. To leave a `for await` early ends its subscription, and so cancels
 * the work on the workers. `return` and `await using` do the same. An error of the observable comes after the values before it.
 *
 * @param source any observable
 * @param options see {@link IterableOptions}
 * @returns an iterable; calls of `next` need not wait for each other, and are answered in order
 * @throws {@link PaladinError} `INVALID_INPUT` when the source is not an observable, or an option is wrong
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
 * const runtime = inMemory();
 * const squares = fromPull(numbers()).pipe(
 *   remoteMap(square, runtime, { window: 100 }),
 *   map((n) => `${n}`),
 * );
 * for await (const text of toAsyncIterable(squares, { window: 10 })) {
 *   console.log(text); // 0, 1, 4, 9
 *   if (text === '9') break;
 * }
 * console.log(pulled < 4 + 10 + 100 + 100); // true
 * await runtime.close();
 * ```
 */
export function toAsyncIterable<T>(source: Observable<T>, options: IterableOptions = {}): ObservableIterable<T> {
  const { window = defaultIteratorWindow } = checkOptions('toAsyncIterable', options, { window: true });
  checkObservable('toAsyncIterable', source);
  checkWindow('toAsyncIterable', window);
  return { [Symbol.asyncIterator]: () => new BufferingIterator(source, window) };
}
