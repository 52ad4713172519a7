/** Which rows come first: those that need somebody. */
import type { JobRow, WorkerRow } from '../protocol/overview.js';

/** Jobs that do not get on come before those that do, and the oldest before younger ones. */
export function jobsInOrder(jobs: readonly JobRow[]): JobRow[] {
  const rank = ({ state, waitsFor }: JobRow): number => (waitsFor !== '' || state === 'waiting' ? 0 : state === 'paused' ? 1 : 2);
  return [...jobs].sort((a, b) => rank(a) - rank(b) || b.elapsedMs - a.elapsedMs);
}

/** An event loop that is later than this is told, in milliseconds: then a worker's answers are late, too. */
const lateLoopMs = 250;

/** What is the matter with a worker, in few words; undefined: nothing. */
export function concernOf({ state, vitals }: Pick<WorkerRow, 'state' | 'vitals'>): string | undefined {
  if (state === 'away') return 'its connection is lost; it is waited for';
  if (vitals !== undefined && vitals.loopDelayMs > lateLoopMs) return 'its event loop is late';
  return state === 'draining' ? 'it takes no more batches, and is about to leave' : undefined;
}

/** Whether any text of a row has what somebody looks for, in large or small letters. */
export function isFound(texts: readonly string[], wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/u);
  const text = texts.join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}
