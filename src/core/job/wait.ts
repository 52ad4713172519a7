/**
 * Why a job waits: one cause, found from what it knows, and the sentence that says it.
 *
 * Rules.
 * 1. What stands in the way of everything comes first: its reader, the connection, its place at the hub, a worker that has what
 *    it needs.
 * 2. Then comes what holds up the rest: a batch from which nothing came for `quietMs`, a retry that is not due.
 * 3. Then come elements that are tried again nearly as often as others are done, where there are some in each second.
 * 4. The source is slow when slots are idle and nothing has come that they could execute.
 * 5. A job without a cause is at work.
 */
import { quietMs } from '../../limits.js';
import { duration, grouped } from './in-words.js';
import type { JobState } from './job-state.js';
import type { Missing } from './starvation.js';
import { oldestSent, type Place } from './whereabouts.js';

/** What the job's session knows of the hub. */
export interface HubView {
  /** Why it is not there; undefined: it is. */
  readonly awayBecause: string | undefined;
}

/** What was under way longest: a contiguous range of elements, to be executed or combined. */
export interface Oldest {
  readonly first: number;
  readonly count: number;
  readonly isCombine: boolean;
  /** How long ago it was sent. */
  readonly forMs: number;
  /** Where it is; undefined: nobody has said so. */
  readonly place: Place | undefined;
}

/** Why a job waits. */
export type Wait =
  | { readonly for: 'reader' | 'source' | 'room' | 'place' }
  | { readonly for: 'hub'; readonly because: string }
  | { readonly for: 'slot'; readonly slots: number }
  | { readonly for: 'worker'; readonly missing: string }
  | { readonly for: 'parts'; readonly inMs: number }
  | { readonly for: 'retries'; readonly again: number; readonly done: number }
  | ({ readonly for: 'batch' } & Oldest)
  | { readonly for: 'retry'; readonly first: number; readonly count: number; readonly isCombine: boolean; readonly inMs: number };

/** @param missing what the hub says of why there are no slots; undefined: the job does not wait for slots */
export function waitOf(state: JobState, now: number, hub: HubView, missing: Missing | undefined): Wait | undefined {
  const { emission, connected, wanting, ledger, blocked } = state;
  if (emission.paused) return { for: 'reader' };
  if (hub.awayBecause !== undefined) return { for: 'hub', because: hub.awayBecause };
  if (!connected) return wanting ? { for: 'place' } : sourceOf(state);
  if (state.division !== undefined && ledger.sent === 0) return { for: 'parts', inMs: Math.max(0, state.division.dueAt - now) };
  if (missing !== undefined) return { for: 'worker', missing: missing.reason };
  const oldest = oldestOf(state, now);
  const held = oldest === undefined ? undefined : heldUpBy(state, now, oldest);
  if (held !== undefined) return held;
  if (blocked) return { for: 'room' };
  return retryOf(state, now) ?? retriesOf(state, now) ?? sourceOf(state);
}

/** What has been under way longest, or what holds that up; undefined: nothing is under way. */
export function oldestOf({ ledger, whereabouts }: JobState, now: number): Oldest | undefined {
  const known = whereabouts.known(ledger, now);
  const oldest = known?.batch ?? oldestSent(ledger);
  if (oldest === undefined) return undefined;
  const { first, width, units, sentAt } = oldest;
  return {
    first,
    count: width,
    isCombine: units === 'partials',
    forMs: Math.max(0, now - sentAt),
    place: known?.place,
  };
}

/** The oldest batch holds up the job when nothing else comes back, or when what came back waits for it. */
function heldUpBy({ emission, tally, fold, room }: JobState, now: number, oldest: Oldest): Wait | undefined {
  const { place, forMs } = oldest;
  // What was queued for long may have come to a worker just now.
  if ((place?.at === 'worker' ? place.forMs : forMs) < quietMs) return undefined;
  const isQuiet = now - tally.answeredAt >= quietMs;
  const holdsUp = fold === undefined && emission.released === oldest.first && emission.settled > emission.released;
  const isWaitedFor = place?.at !== 'behind' && (holdsUp || room <= 0);
  if (!isQuiet && !isWaitedFor) return undefined;
  return place?.at === 'queue' ? { for: 'slot', slots: place.slots } : { for: 'batch', ...oldest };
}

function retryOf({ ledger, room, uncut }: JobState, now: number): Wait | undefined {
  const next = ledger.nextDelayed;
  if (next === undefined || ledger.sent > 0 || (uncut > 0 && room > 0)) return undefined;
  const { first, width, units, dueAt } = next;
  return { for: 'retry', first, count: width, isCombine: units === 'partials', inMs: Math.max(0, dueAt - now) };
}

/** Fewer in a second are of no interest. */
const leastRetries = 1;

function retriesOf({ tally }: JobState, now: number): Wait | undefined {
  if (now - tally.retriedAt > quietMs) return undefined;
  const again = tally.retries.perSecond(now);
  const done = tally.pace.perSecond(now);
  return again < leastRetries || again < done / 2 ? undefined : { for: 'retries', again, done };
}

function sourceOf({ source, uncut, ledger, slots }: JobState): Wait | undefined {
  const isIdle = uncut === 0 && ledger.size === ledger.sent && ledger.sent < Math.max(1, slots);
  return source.state === 'open' && isIdle ? { for: 'source' } : undefined;
}

/** One sentence for people, without a full stop. */
export function sentenceOf(wait: Wait): string {
  switch (wait.for) {
    case 'reader':
      return 'the reader is slow';
    case 'source':
      return 'the source is slow';
    case 'room':
      return 'waits for room at the hub: other jobs of this leader have all that it admits';
    case 'slot':
      return `waits for a free slot: other jobs have ${wait.slots === 1 ? 'the only one' : `all ${grouped(wait.slots)}`}`;
    case 'hub':
      return `not connected to the hub: ${wait.because}`;
    case 'place':
      return 'waits for a place at the hub: other jobs of this leader have all that it admits';
    case 'worker':
      return shortened(wait.missing);
    case 'parts':
      return `no worker offers all of the chain; it goes on in parts in ${duration(wait.inMs)}`;
    case 'batch':
      return `waits for ${unitsOf(wait)}, ${whereOf(wait)}`;
    case 'retries':
      return `${grouped(Math.round(wait.again))} elements a second are tried again, and ${grouped(Math.round(wait.done))} are done`;
    case 'retry':
      return `retry of ${unitsOf(wait)} in ${duration(wait.inMs)}`;
  }
}

/** Since when the worker has it, as the hub knows, as long as that is. */
function whereOf({ place, forMs }: Oldest): string {
  return place?.at === 'worker' ? `on worker ${place.worker} for ${duration(place.forMs)}` : `under way for ${duration(forMs)}`;
}

function unitsOf({ first, count, isCombine }: Pick<Oldest, 'first' | 'count' | 'isCombine'>): string {
  const range = `elements ${grouped(first)} to ${grouped(first + count - 1)}`;
  if (isCombine) return `the combination of ${range}`;
  return count === 1 ? `element ${grouped(first)}` : range;
}

/** What the hub says of an operation that nobody offers, without all that is on offer. Anything else stays as it is. */
function shortened(missing: string): string {
  const [, wanted, meant] = /^no worker offers operation '([^']+)'(?: \(did you mean '([^']+)'\?\))?; /u.exec(missing) ?? [];
  if (wanted === undefined) return missing === '' ? 'waits for a worker' : missing;
  return `no worker offers ${wanted}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
