import { PaladinError } from 'paladin-rx';
import type { Observable } from 'rxjs';

/** All that a subscriber was told. */
export interface Outcome<T> {
  readonly values: T[];
  readonly error?: unknown;
}

/** What the observable does, in the end. */
export async function outcomeOf<T>(observable: Observable<T>): Promise<Outcome<T>> {
  const values: T[] = [];
  return await new Promise((resolve) => {
    observable.subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => {
        resolve({ values, error });
      },
      complete: () => {
        resolve({ values });
      },
    });
  });
}

/** The `PaladinError` with which it ends. */
export async function failureOf(observable: Observable<unknown>): Promise<PaladinError> {
  const { error } = await outcomeOf(observable);
  if (error instanceof PaladinError) return error;
  throw new Error(`expected a PaladinError, got ${String(error)}`, { cause: error });
}

/** The `PaladinError` with which it rejects. */
export async function rejectionOf(promise: Promise<unknown>): Promise<PaladinError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PaladinError) return error;
  throw new Error(`expected a PaladinError, got ${String(error)}`, { cause: error });
}
