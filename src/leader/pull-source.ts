import type { Observer } from 'rxjs';
import { Observable } from '../rxjs.js';
import { callerContext } from '../caller-context.js';
import { joinFlow, type Pausable } from './flow.js';

/** A running pull. While it is paused nothing comes, whatever was requested. */
export interface Pull extends Pausable {
  /** Lets so many more elements come. */
  request(count: number): void;
  /** Stops, and lets the source clean up. Never throws. */
  cancel(): void;
}

/** Starts a pull: nothing comes until it is requested. */
export type StartPull<T> = (observer: Observer<T>) => Pull;

/**
 * An observable of which remote operators take only what their window admits. For any other operator it is an ordinary
 * observable. A consumer that has a flow can slow it.
 */
export class PullObservable<T> extends Observable<T> {
  /** Marks these observables, also across copies of this package. */
  readonly '~paladinPull': StartPull<T>;

  constructor(start: StartPull<T>) {
    const startWithin = within(start);
    super((subscriber) => {
      const pull = startWithin(subscriber);
      // This comes first, because the subscriber may end the pull from within the request.
      subscriber.add(() => {
        pull.cancel();
      });
      joinFlow(subscriber, pull);
      pull.request(Infinity);
    });
    this['~paladinPull'] = startWithin;
  }
}

/** How to pull from an observable; undefined where nobody can. */
export function pullOf<T>(source: Observable<T>): StartPull<T> | undefined {
  return '~paladinPull' in source ? (source as PullObservable<T>)['~paladinPull'] : undefined;
}

/** Pulls within the context of the subscriber, whoever asks for more. */
function within<T>(start: StartPull<T>): StartPull<T> {
  return (observer) => {
    const context = callerContext();
    const pull = start(observer);
    return {
      request: (count) => context.run(() => pull.request(count)),
      pause: () => pull.pause(),
      resume: () => context.run(() => pull.resume()),
      cancel: () => context.run(() => pull.cancel()),
    };
  };
}
