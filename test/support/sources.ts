import { Observable } from 'rxjs';

/**
 * A cold observable of the elements; before each it lets so many turns of the event loop pass. Without gaps it is synchronous.
 */
export function arriving<T>(elements: readonly T[], gaps: readonly number[] = []): Observable<T> {
  return new Observable((subscriber) => {
    const emit = (from: number): void => {
      for (let at = from; at < elements.length; at += 1) {
        if (subscriber.closed) return;
        const turns = gaps[at % Math.max(1, gaps.length)] ?? 0;
        // `at` is below the length.
        const next = (): void => subscriber.next(elements[at] as T);
        if (turns > 0) {
          afterTurns(turns, () => {
            next();
            emit(at + 1);
          });
          return;
        }
        next();
      }
      subscriber.complete();
    };
    emit(0);
  });
}

/** The source, with what was done to it. */
export interface Watched<T> {
  readonly source: Observable<T>;
  subscriptions: number;
  /** Subscriptions that have ended, one way or another. */
  ended: number;
  emitted: number;
}

export function watched<T>(source: Observable<T>): Watched<T> {
  const result: Watched<T> = {
    source: new Observable((subscriber) => {
      result.subscriptions += 1;
      subscriber.add(() => {
        result.ended += 1;
      });
      return source.subscribe({
        next: (value) => {
          result.emitted += 1;
          subscriber.next(value);
        },
        error: (error) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    }),
    subscriptions: 0,
    ended: 0,
    emitted: 0,
  };
  return result;
}

function afterTurns(turns: number, action: () => void): void {
  setImmediate(() => {
    if (turns <= 1) action();
    else afterTurns(turns - 1, action);
  });
}
