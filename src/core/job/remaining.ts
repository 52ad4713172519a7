/**
 * How long a job goes on, as far as what was done so far can tell.
 *
 * Theory of operation. The past is divided into three spans, and each has its rate. By the quickest of them the rest takes least,
 * by the slowest it takes most. In a fold, combines come behind the elements. All of them share the slots that there are. The
 * last ones come one after the other, and take time of their own. A job that its source slows does combines meanwhile. As long
 * as no combine has come back, it may cost anything up to what an element costs.
 *
 * Rules. It is better to say nothing than to be wrong. So nothing is said
 * 1. before enough elements are done, in enough time;
 * 2. while rates differ too much;
 * 3. while batches of elements have run so long, and for so much of the slots, that those which are done say little;
 * 4. while the job is paused, or not at work;
 * 5. while it may go on for longer than `mostRemainingMs`.
 */
import { mostRemainingMs } from '../../limits.js';
import type { JobState } from './job-state.js';

/** A range of time in milliseconds: what remains at least, and at most. */
export interface Remaining {
  readonly least: number;
  readonly most: number;
}

/** Fewer elements, or a shorter past, say little of the rest. */
const enoughDone = 64;
const enoughMs = 500;

/** By how much the limits of the range may differ. Up to here, its middle is wrong by half at most if the range is right. */
const mostSpread = 2.25;

/** A batch that has run for so many times its expected time is one of another kind. */
const tooOld = 8;

/**
 * How much of the past one of these may have run, and how much of all slot time they may have taken together. Beyond that, the
 * past does not tell how many of them there are.
 */
const mostOfPast = 0.25;
const mostOfSlots = 0.08;

/** @param total how many elements there are in all */
export function remainingOf(state: JobState, now: number, total: number): Remaining | undefined {
  const { tally, slots, connected, emission } = state;
  if (!connected || slots === 0 || emission.paused || tally.beganAt === undefined) return undefined;
  const left = Math.max(0, total - tally.done);
  const elements = left === 0 ? { least: 0, most: 0 } : elementsMs(state, left, now);
  if (elements === undefined) return undefined;
  const range = state.fold === undefined ? elements : withCombines(state, elements, left, total);
  if (range === undefined || range.most > mostRemainingMs) return undefined;
  return range.most <= mostSpread * range.least ? range : undefined;
}

/** How long it takes until the elements that are left are done. */
function elementsMs(state: JobState, left: number, now: number): Remaining | undefined {
  const { done, pace, beganAt = now } = state.tally;
  const old = oldBatches(state, now);
  const pastMs = now - beganAt;
  if (done < enoughDone || pastMs < enoughMs) return undefined;
  if (old.longestMs > mostOfPast * pastMs || old.sumMs > mostOfSlots * pastMs * state.slots) return undefined;
  const rates = pace.rates(now);
  const spans = [0, 1, 2].map((span) => meanOf(rates, span / 3, (span + 1) / 3));
  const most = left / Math.min(...spans);
  return most < Infinity ? { least: left / Math.max(...spans), most: Math.max(most, old.longestMs) } : undefined;
}

function meanOf(rates: readonly number[], from: number, to: number): number {
  const span = rates.slice(Math.floor(from * rates.length), Math.floor(to * rates.length));
  return span.reduce((sum, rate) => sum + rate, 0) / span.length;
}

/**
 * Batches of elements that run for far longer than those that are done: for how long the longest does, and all of them together.
 * What has run for so long may run for as long again.
 */
function oldBatches({ ledger, sizing }: JobState, now: number): { readonly longestMs: number; readonly sumMs: number } {
  let longestMs = 0;
  let sumMs = 0;
  for (const { units, sentAt, count } of ledger.sentBatches()) {
    const ranMs = now - sentAt;
    if (units !== 'elements' || ranMs <= tooOld * sizing.expectedMs(count)) continue;
    longestMs = Math.max(longestMs, ranMs);
    sumMs += ranMs;
  }
  return { longestMs, sumMs };
}

/** Elements and combines share the slots. The last combines come when all else is done. */
function withCombines(state: JobState, elements: Remaining, left: number, total: number): Remaining | undefined {
  const { fold, ledger, sizing, slots } = state;
  const partials = (fold?.size ?? 0) + (ledger.size - ledger.combining) + left / sizing.full;
  const combines = fold?.combinesMs(partials, total, slots, sizing.expectedMs(1));
  if (combines === undefined) return undefined;
  const workMs = (left * sizing.expectedMs(1)) / slots;
  const of = (elementMs: number, { all, last }: { readonly all: number; readonly last: number }): number =>
    Math.max(elementMs, Math.min(elementMs, workMs) + all / slots) + last;
  return { least: of(elements.least, combines.least), most: of(elements.most, combines.most) };
}
