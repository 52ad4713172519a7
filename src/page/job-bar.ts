import type { JobRow } from '../protocol/overview.js';

/** What a job's elements came to. */
export type Tint = 'done' | 'inFlight' | 'waiting' | 'failed';

/** A piece of a bar. */
export interface Piece {
  readonly tint: Tint;
  /** How many elements. */
  readonly elements: number;
  /** Its share of the bar, from 0 to 1. */
  readonly share: number;
}

/** What can hardly be seen is drawn so wide, as a share of the bar. */
const leastShare = 0.006;

/**
 * A job's bar, from left to right. Without a total the bar is what the job has taken in.
 *
 * Rules.
 * 1. Pieces without elements are left out. The others are as wide as their elements, but wide enough to be seen.
 * 2. They fill what is known of the whole: never more, and less only where the source has more to give.
 * 3. Elements that failed or were left out are told apart from those that are done.
 */
export function jobBar(job: Pick<JobRow, 'taken' | 'done' | 'failed' | 'skipped' | 'inFlight' | 'total'>): readonly Piece[] {
  // Both are done, and no element is both.
  const left = Math.min(job.done, job.failed + job.skipped);
  const waiting = Math.max(0, job.taken - job.done - job.inFlight);
  const counts: readonly (readonly [Tint, number])[] = [
    ['done', job.done - left],
    ['failed', left],
    ['inFlight', job.inFlight],
    ['waiting', waiting],
  ];
  const sum = job.done + job.inFlight + waiting;
  // A source may have more than it said.
  const whole = Math.max(job.total ?? 0, sum);
  const wide = counts
    .filter(([, elements]) => elements > 0)
    .map(([tint, elements]) => ({ tint, elements, share: Math.max(leastShare, elements / whole) }));
  const drawn = wide.reduce((all, { share }) => all + share, 0);
  const squeeze = drawn > 1 ? 1 / drawn : 1;
  return wide.map((piece) => ({ ...piece, share: piece.share * squeeze }));
}

/** What the bar shows, in words. */
export function barText(job: Pick<JobRow, 'taken' | 'done' | 'failed' | 'skipped' | 'inFlight' | 'total'>): string {
  const words: Readonly<Record<Tint, string>> = {
    done: 'done',
    inFlight: 'in flight',
    waiting: 'waiting',
    failed: 'failed or skipped',
  };
  const pieces = jobBar(job).map(({ tint, elements }) => `${elements} ${words[tint]}`);
  const of = job.total === undefined ? '' : ` of ${job.total}`;
  return pieces.length === 0 ? `nothing yet${of}` : `${pieces.join(', ')}${of}`;
}
