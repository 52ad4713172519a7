import type { Observable, Observer } from 'rxjs';
import { Subscription } from '../rxjs.js';
import { Queue } from '../collections/queue.js';
import { Flow } from './flow.js';

/** An iterator over what an observable emits. It subscribes at the first `next`; `return` ends the subscription. */
export interface ObservableIterator<T> extends AsyncIterator<T, undefined>, AsyncDisposable {
  /**
   * Takes the next value. The first call subscribes. Calls need not wait for each other: they are answered in order.
   *
   * @returns the value, or `done: true` after the last one; rejects with the error of the observable, once
   */
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends the subscription, and so cancels the work on workers. Values that nobody has read are dropped. */
  return(): Promise<IteratorResult<T, undefined>>;
  /** The iterator itself. */
  [Symbol.asyncIterator](): ObservableIterator<T>;
}

/** A call of `next` that nothing was there for yet. */
interface Call<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps what the observable emits until it is asked for, and slows it while that is as much as the window admits.
 *
 * Invariant: values wait, or calls, never both.
 */
export class BufferingIterator<T> implements ObservableIterator<T> {
  readonly #source: Observable<T>;
  readonly #window: number;
  readonly #flow = new Flow();
  readonly #subscription = new Subscription();
  readonly #values = new Queue<IteratorYieldResult<T>>();
  readonly #calls = new Queue<Call<T>>();
  #subscribed = false;
  #ended = false;
  /** What the observable ended with, until it was handed out, behind the values. */
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Observable<T>, window: number) {
    this.#source = source;
    this.#window = window;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    return await new Promise((resolve, reject) => {
      this.#calls.push({ resolve, reject });
      this.#subscribe();
      this.#serve();
      // Not for each value: what is slowed has a little to do each time.
      if (this.#values.size <= this.#window >> 1) this.#flow.resume();
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#values.clear();
    this.#failure = undefined;
    this.#ended = true;
    this.#subscription.unsubscribe();
    this.#serve();
    return await Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #subscribe(): void {
    if (this.#subscribed || this.#ended) return;
    this.#subscribed = true;
    const observer: Observer<T> = {
      next: (value) => {
        // Returned from within what the observable does first of all.
        if (this.#ended) return;
        this.#values.push({ done: false, value });
        this.#serve();
        if (this.#values.size >= this.#window) this.#flow.pause();
      },
      error: (error) => {
        this.#failure = { error };
        this.#ended = true;
        this.#serve();
      },
      complete: () => {
        this.#ended = true;
        this.#serve();
      },
    };
    this.#subscription.add(this.#flow.subscribe(this.#source, observer));
  }

  /** Answers calls, the first one first, as long as there is something for them. */
  #serve(): void {
    while (this.#calls.size > 0) {
      const result = this.#values.shift();
      if (result === undefined && !this.#ended) return;
      const call = this.#calls.shift();
      if (result !== undefined) call?.resolve(result);
      else if (this.#failure === undefined) call?.resolve({ done: true, value: undefined });
      else {
        call?.reject(this.#failure.error);
        this.#failure = undefined;
      }
    }
  }
}
