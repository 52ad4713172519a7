import { setTimeout as sleep } from 'node:timers/promises';

/** The promise, which rejects when it takes longer. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const alarm = new AbortController();
  const late = sleep(ms, undefined, { signal: alarm.signal }).then(() => {
    throw new Error(`${what} took more than ${ms / 1_000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    alarm.abort();
  }
}
