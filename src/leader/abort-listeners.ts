/** Who listens to each signal. Entries end with their signals, so the module keeps nothing. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Listens to a signal, by one listener for all callers. Node warns of a leak when a signal has eleven listeners, and a request
 * may have eleven runs with one signal.
 *
 * @param aborted called once, when the signal is aborted
 * @returns a function that ends the listening. When nobody listens any more, nothing is left at the signal.
 */
export function onAbort(signal: AbortSignal, aborted: () => void): () => void {
  const others = listeners.get(signal);
  const all = others ?? new Set();
  if (others === undefined) {
    listeners.set(signal, all);
    signal.addEventListener('abort', tellAll);
  }
  // Its own, since the same function may be given twice.
  const listener = (): void => aborted();
  all.add(listener);
  return () => {
    if (!all.delete(listener) || all.size > 0 || listeners.get(signal) !== all) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', tellAll);
  };
}

function tellAll(this: AbortSignal): void {
  const all = listeners.get(this);
  listeners.delete(this);
  this.removeEventListener('abort', tellAll);
  for (const aborted of all ?? []) aborted();
}
