import type { Observable, Observer } from 'rxjs';
import { PaladinError } from '../src/errors/paladin-error.js';
import { PullObservable, type Pull } from '../src/leader/pull-source.js';

/**
 * An observable of the items of an iterable, an async iterable or a readable stream, from which remote operators pull only what their
 * window admits: unbounded input runs in bounded memory. Behind ordinary operators, too, they and `toAsyncIterable` let it wait. To other
 * subscribers it is an ordinary observable, cold, that emits as fast as the input yields. Each subscription iterates anew; when it ends
 * early, the iterator's `return` is called.
 *
 * @param input what to iterate; a stream can be read only once
 * @throws {@link PaladinError} `INVALID_INPUT` when it is not iterable
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
 * await using runtime = inMemory();
 * console.log(await lastValueFrom(fromPull(numbers()).pipe(remoteMap(square, runtime), remoteFold(sum, runtime)))); // 333338333350000
 * ```
 */
export function fromPull<T>(input: Iterable<T> | AsyncIterable<T>): Observable<T> {
  if (isAsync(input)) return new PullObservable((observer) => pullAsync(input[Symbol.asyncIterator](), observer));
  if (isSync(input)) return new PullObservable((observer) => pullSync(input[Symbol.iterator](), observer));
  throw new PaladinError('INVALID_INPUT', `fromPull: expected an iterable, an async iterable or a stream, got ${typeof input}`);
}

function pullSync<T>(iterator: Iterator<T>, observer: Observer<T>): Pull {
  let wanted = 0;
  let paused = false;
  let pulling = false;
  let ended = false;
  const stopped = (): boolean => paused || ended;
  const pull = (): void => {
    if (pulling) return;
    pulling = true;
    try {
      while (wanted > 0 && !stopped()) {
        const step = iterator.next();
        if (step.done === true) {
          ended = true;
          observer.complete();
        } else {
          wanted -= 1;
          observer.next(step.value);
        }
      }
    } catch (error) {
      ended = true;
      observer.error(error);
    } finally {
      pulling = false;
    }
  };
  return {
    request: (count) => {
      wanted += count;
      pull();
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      pull();
    },
    cancel: () => {
      if (ended) return;
      ended = true;
      iterator.return?.();
    },
  };
}

function pullAsync<T>(iterator: AsyncIterator<T>, observer: Observer<T>): Pull {
  let wanted = 0;
  let paused = false;
  let pulling = false;
  let ended = false;
  const stopped = (): boolean => paused || ended;
  /** What came while it was paused. */
  let held: IteratorResult<T> | undefined;
  const pull = async (): Promise<void> => {
    if (pulling || stopped()) return;
    pulling = true;
    try {
      while (wanted > 0 && !stopped()) {
        held ??= await iterator.next();
        // Cancelled, or paused, meanwhile.
        if (stopped()) return;
        const step = held;
        held = undefined;
        if (step.done === true) {
          ended = true;
          observer.complete();
          return;
        }
        wanted -= 1;
        observer.next(step.value);
      }
    } catch (error) {
      if (ended) return;
      ended = true;
      observer.error(error);
    } finally {
      pulling = false;
    }
  };
  return {
    request: (count) => {
      wanted += count;
      void pull();
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      void pull();
    },
    cancel: () => {
      if (ended) return;
      ended = true;
      wanted = 0;
      // A stream that is being destroyed may reject; nobody is left to hear of it.
      iterator.return?.().then(undefined, () => undefined);
    },
  };
}

function isAsync(input: unknown): input is AsyncIterable<never> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input;
}

function isSync(input: unknown): input is Iterable<never> {
  return typeof input === 'string' || (typeof input === 'object' && input !== null && Symbol.iterator in input);
}
