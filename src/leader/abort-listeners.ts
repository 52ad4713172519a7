/** Who listens to each signal. It belongs to the signal, which lives as long as whoever made it likes. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Listens to a signal together with all others who do: Node warns of a leak where eleven listen to one signal, as eleven runs of
 * a request may.
 *
 * @param aborted called once, when the signal is aborted
 * @returns listens no more; where nobody else does, nothing is left at the signal
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
