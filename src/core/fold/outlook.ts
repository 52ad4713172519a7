import { leastBatchMs } from '../../limits.js';
import type { CombineCost } from './combine-cost.js';

/** A range that is under way, at one side of a partial. */
export interface Coming {
  readonly first: number;
  readonly count: number;
  readonly sentAt: number;
  readonly expectedAt: number;
}

/** What a fold that has slots to spare knows of the partials that are still to come. */
export interface Outlook {
  readonly now: number;
  readonly cost: CombineCost;
  /** What is under way, and ends before this index. */
  before(index: number): Coming | undefined;
  /** What is under way, and begins at this index. */
  after(index: number): Coming | undefined;
}

/**
 * When a partial does not come soon, it is waited for. The wait takes no longer than this part of what combining with it takes.
 */
const patience = 0.5;

/**
 * A combine counts as uneven when it takes too long, compared with a combine of two partials as wide as its narrower one. It may
 * take so many times as long.
 */
const mostUneven = 1.5;

/** Whether one of them is so much wider that it should not be dragged through a combine for the other one. */
export function isUneven(left: number, right: number, cost: CombineCost): boolean {
  return cost.estimateMs(2, left + right) > mostUneven * cost.estimateMs(2, 2 * Math.min(left, right));
}

/** What two neighbours may do, or one of them with what is missing beside it. */
export interface Choice {
  /** What it takes to combine the neighbours. */
  readonly ownMs: number;
  /** Whether one of them would be dragged through it. */
  readonly uneven: boolean;
  /** What it takes to make a partial of what is missing, once the range next to it has come. */
  readonly pathMs: number;
  /** What it takes to combine with that. */
  readonly otherMs: number;
}

/**
 * A late batch is expected to take this part of the time again that it has taken so far. That is about the median of the rest
 * where durations have heavy tails: 0.59 for a Pareto distribution with exponent 1.5. With light tails, batches are late for a
 * short time only.
 */
const lateAgain = 0.5;

/**
 * When it comes, and when to look again whether it is late.
 *
 * @param combineMs what it takes to combine with it
 */
export function arrival(
  { sentAt, expectedAt }: Pick<Coming, 'sentAt' | 'expectedAt'>,
  combineMs: number,
  now: number,
): { readonly comesAt: number; readonly lookAt: number } {
  const patienceMs = patienceFor(combineMs);
  const isLate = now >= expectedAt + patienceMs;
  return isLate
    ? { comesAt: now + lateAgain * (now - sentAt), lookAt: now + patienceMs }
    : { comesAt: Math.max(now, expectedAt), lookAt: expectedAt + patienceMs };
}

function patienceFor(combineMs: number): number {
  return Math.max(leastBatchMs, patience * combineMs);
}

/**
 * Until when a partial is kept for what is missing beside it, rather than combined with its neighbour on the other side.
 *
 * A combine that is over before the missing range comes costs nothing. Otherwise a partial is combined with whatever makes it
 * part of a wider one sooner.
 *
 * @returns not after `now`: it is not worth waiting
 */
export function keptUntil(coming: Coming, { ownMs, uneven, pathMs, otherMs }: Choice, now: number): number {
  const { comesAt, lookAt } = arrival(coming, otherMs, now);
  if (now + ownMs <= comesAt) return now;
  return !uneven && now + ownMs + patienceFor(otherMs) <= comesAt + pathMs + otherMs ? now : lookAt;
}
