/** Promises, and what is like one. */

/** How a promise ended. */
export type Ended = { readonly value: unknown } | { readonly thrown: unknown };

/** Whether the value is to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  // The cast only lets `then` be read; whatever is there is looked at as unknown.
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

/** A promise that never rejects. `then` of the operation's own thenable is called once only: some begin their work in it. */
export async function ended(pending: PromiseLike<unknown>): Promise<Ended> {
  try {
    return { value: await pending };
  } catch (thrown) {
    return { thrown };
  }
}
