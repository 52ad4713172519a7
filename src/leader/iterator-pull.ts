import type { Observer } from 'rxjs';
import { describe } from '../errors/describe.js';
import { isThenable, ended } from '../thenable.js';
import { maxUnaskedPerTurn } from '../limits.js';
import { nextTurn } from '../real-time.js';
import { TurnShare } from '../turn-share.js';
import type { Pull } from './pull-source.js';

/*
 * Pulls from iterators.
 *
 * Rules.
 * 1. Whoever opens an iterator closes it: `return` is called once where the iterator is left before its end. It is not called
 *    when the iterator has ended or thrown.
 * 2. A generator that is running cannot be closed. A generator that is left from within itself is closed as soon as it has
 *    yielded.
 * 3. An error in closing reaches nobody, like with `from` of RxJS: whoever would hear of it has left.
 * 4. The event loop turns, however quickly the iterator yields.
 * 5. Results are read as `for` loops read them. A result that is no object is an error. Any truthy `done` counts as true: else an
 *    iterator that says `done: 1` would never end.
 */

/** Pulls from an iterator that yields at once. */
export class SyncPull<T> implements Pull {
  readonly #iterator: Iterator<T>;
  readonly #observer: Observer<T>;
  readonly #share = new TurnShare();
  #wanted = 0;
  #paused = false;
  /** It pulls, or goes on in the next turn. */
  #busy = false;
  #ended = false;
  /** The iterator is running. */
  #inside = false;

  constructor(iterator: Iterator<T>, observer: Observer<T>) {
    this.#iterator = iterator;
    this.#observer = observer;
  }

  request(count: number): void {
    this.#wanted += count;
    this.#pull();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pull();
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#inside) close(this.#iterator);
  }

  #pull(): void {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted > 0 && !this.#paused && !this.#ended) {
      if (this.#share.isSpent(stepsFor(this.#wanted))) {
        nextTurn(() => {
          this.#busy = false;
          this.#pull();
        });
        return;
      }
      this.#step();
    }
    this.#busy = false;
  }

  #step(): void {
    let step: IteratorResult<T>;
    this.#inside = true;
    try {
      step = checked(this.#iterator.next());
      // `done` may be a getter, and may throw.
      if (isLast(step)) {
        this.#ended = true;
        this.#observer.complete();
        return;
      }
    } catch (error) {
      this.#ended = true;
      this.#observer.error(error);
      return;
    } finally {
      this.#inside = false;
    }
    if (this.#ended) close(this.#iterator);
    else this.#emit(step);
  }

  #emit(step: IteratorResult<T, T>): void {
    this.#wanted -= 1;
    try {
      this.#observer.next(step.value);
    } catch (error) {
      this.cancel();
      this.#observer.error(error);
    }
  }
}

/** Pulls from an iterator that yields later. */
export class AsyncPull<T> implements Pull {
  readonly #iterator: AsyncIterator<T>;
  readonly #observer: Observer<T>;
  readonly #share = new TurnShare();
  #wanted = 0;
  #paused = false;
  #busy = false;
  #ended = false;
  /** What came while it was paused. */
  #held: IteratorResult<T> | undefined;

  constructor(iterator: AsyncIterator<T>, observer: Observer<T>) {
    this.#iterator = iterator;
    this.#observer = observer;
  }

  request(count: number): void {
    this.#wanted += count;
    void this.#pull();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    void this.#pull();
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#held === undefined || !isLast(this.#held)) close(this.#iterator);
  }

  get #stopped(): boolean {
    return this.#paused || this.#ended;
  }

  async #pull(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted > 0 && !this.#stopped) await this.#step();
    this.#busy = false;
  }

  async #step(): Promise<void> {
    try {
      if (this.#share.isSpent(stepsFor(this.#wanted))) await new Promise<void>(nextTurn);
      else this.#held ??= checked(await this.#iterator.next());
    } catch (error) {
      this.#end(() => this.#observer.error(error));
      return;
    }
    // Cancelled, or paused, meanwhile; or nothing has been taken yet.
    if (this.#stopped || this.#held === undefined) return;
    const step = this.#held;
    this.#held = undefined;
    try {
      if (isLast(step)) this.#end(() => this.#observer.complete());
      else {
        this.#wanted -= 1;
        this.#observer.next(step.value as T);
      }
    } catch (error) {
      this.cancel();
      this.#observer.error(error);
    }
  }

  #end(tell: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    tell();
  }
}

/** A subscriber that asks for everything at once cannot be slow, and may have to keep all of it. */
function stepsFor(wanted: number): number {
  return wanted === Infinity ? maxUnaskedPerTurn : Infinity;
}

/** Iterators of users' JavaScript may return anything. */
function checked<T>(step: IteratorResult<T>): IteratorResult<T> {
  const given: unknown = step;
  if ((typeof given === 'object' && given !== null) || typeof given === 'function') return step;
  throw new TypeError(`fromPull: expected next() of the iterator to return an object, got ${describe(given)}`);
}

/** `done` of iterators in users' JavaScript may be any value. */
function isLast(step: IteratorResult<unknown>): boolean {
  return Boolean(step.done);
}

function close(iterator: Iterator<unknown> | AsyncIterator<unknown>): void {
  try {
    const returned: unknown = iterator.return?.();
    if (isThenable(returned)) void ended(returned);
  } catch {
    // The iterator may fail to close, and nobody is left to hear of it.
  }
}
