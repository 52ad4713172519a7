import type { Observable } from 'rxjs';
import { isObservable } from '../src/rxjs.js';
import { PaladinError } from '../src/errors/paladin-error.js';
import { AsyncPull, SyncPull } from '../src/leader/iterator-pull.js';
import { isThenable } from '../src/thenable.js';
import { PullObservable } from '../src/leader/pull-source.js';
import {
  isNodeStream,
  isWebStream,
  nodeStreamIterator,
  webStreamIterator,
  type WebStream,
} from '../src/leader/stream-iterator.js';
import { describe } from '../src/errors/describe.js';
import { holds } from '../src/errors/thrown.js';

/**
 * Makes an observable of the items of an iterable, an async iterable or a readable stream. Remote operators pull only what their
 * window admits, so unbounded input runs in bounded memory. They and `toAsyncIterable` let it wait, also through ordinary
 * operators in between. For other subscribers it is an ordinary cold observable that emits as fast as the input yields.
 *
 * Each subscription iterates anew. When it ends early, the iterator's `return` is called, also where a generator ends it from
 * within itself. A stream of Node is destroyed. A stream of the web is cancelled and unlocked.
 *
 * It lets the event loop turn, however fast the input yields. Ordinary operators that keep elements cannot be slowed. `concatMap`
 * and `mergeMap` with a limit keep what waits for its turn. `delay` keeps what is late. `toArray` and `bufferCount` keep what
 * belongs together. `share` and `shareReplay` serve several subscribers at their own pace. Put a remote operator right behind
 * this one in place of them: its `window` is the limit.
 *
 * @param input what to iterate; a stream can be read only once
 * @throws {@link PaladinError} `INVALID_INPUT` when the input is not iterable. Errors of the input reach the subscriber as they
 *   are.
 *
 * @example
 * ```ts
 * import { lastValueFrom } from 'rxjs';
 * import { defineMonoid, defineOperation, fromPull, inMemory, remoteFold, remoteMap } from 'paladin-rx';
 *
 * function* numbers() {
 *   for (let n = 1; n <= 100_000; n += 1) yield n;
 * }
 * const square = defineOperation({ name: 'square', execute: (n: number) => n * n });
 * const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
 *
 * const runtime = inMemory();
 * console.log(await lastValueFrom(fromPull(numbers()).pipe(remoteMap(square, runtime), remoteFold(sum, runtime)))); // 333338333350000
 * await runtime.close();
 * ```
 */
export function fromPull<T>(input: Iterable<T> | AsyncIterable<T> | WebStream<T>): Observable<T> {
  if (isWebStream(input)) return pullLater(() => webStreamIterator(input));
  if (isNodeStream(input)) return pullLater(() => nodeStreamIterator(input));
  if (isAsync(input)) return pullLater(() => input[Symbol.asyncIterator]());
  if (isSync(input)) return new PullObservable((observer) => new SyncPull(input[Symbol.iterator](), observer));
  const hint = holds(() => isThenable(input))
    ? 'a promise: await it'
    : holds(() => isObservable(input))
      ? 'an observable: pipe it through the operators as it is'
      : describe(input);
  throw new PaladinError('INVALID_INPUT', `fromPull: expected an iterable, an async iterable or a stream, got ${hint}`);
}

function pullLater<T>(open: () => AsyncIterator<T>): Observable<T> {
  return new PullObservable((observer) => new AsyncPull(open(), observer));
}

function isAsync(input: unknown): input is AsyncIterable<never> {
  return isReference(input) && holds(() => Symbol.asyncIterator in input);
}

function isSync(input: unknown): input is Iterable<never> {
  return typeof input === 'string' || (isReference(input) && holds(() => Symbol.iterator in input));
}

/** A function may be iterable, too. */
function isReference(input: unknown): input is object {
  return (typeof input === 'object' && input !== null) || typeof input === 'function';
}
