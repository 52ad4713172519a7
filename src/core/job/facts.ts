/** What a job says of itself when it is asked. Nothing of it is worked out before. */
import type { JobState } from './job-state.js';
import { remainingOf, type Remaining } from './remaining.js';
import type { Missing } from './starvation.js';
import { oldestOf, waitOf, type HubView, type Oldest, type Wait } from './wait.js';

/** What whoever asks knows beside. */
export interface Asking {
  readonly now: number;
  readonly hub: HubView;
  /** How many elements there are in all, where the owner has said so. */
  readonly total?: number | undefined;
}

/** The rules of counting are in the head of `tally.ts`, those of the rest in `wait.ts` and `remaining.ts`. */
export interface JobFacts {
  readonly taken: number;
  readonly done: number;
  readonly emitted: number;
  readonly failed: number;
  readonly retried: number;
  readonly skipped: number;
  readonly inFlight: number;
  /** Elements a second. */
  readonly perSecond: number;
  readonly elapsedMs: number;
  /** Whether it is at work, waits for something else than its own batches, or was paused by its owner. */
  readonly state: 'running' | 'waiting' | 'paused';
  /** What has been under way longest; undefined: nothing is. */
  readonly oldest: Oldest | undefined;
  /** Undefined: it does not wait. */
  readonly wait: Wait | undefined;
  /** How many elements there are in all; undefined: nobody knows yet. */
  readonly total: number | undefined;
  /** Undefined: nobody can tell. */
  readonly remaining: Remaining | undefined;
}

/** @param missing as of {@link waitOf} */
export function factsOf(state: JobState, missing: Missing | undefined, { now, hub, total }: Asking): JobFacts {
  const { tally, ledger, source } = state;
  const { taken, done, emitted, failed, retried, skipped } = tally;
  const wait = waitOf(state, now, hub, missing);
  // What has completed is known better by its end than by what its owner has said.
  const known = source.state === 'open' ? atLeast(total, taken) : taken;
  return {
    taken,
    done,
    emitted,
    failed,
    retried,
    skipped,
    inFlight: ledger.elementsSent,
    perSecond: tally.pace.perSecond(now),
    elapsedMs: now - (tally.beganAt ?? now),
    state: stateBy(wait, ledger.sent),
    oldest: oldestOf(state, now),
    wait,
    total: known,
    remaining: known === undefined ? undefined : remainingOf(state, now, known),
  };
}

/** An owner may have said less than there is. */
function atLeast(total: number | undefined, taken: number): number | undefined {
  return total === undefined ? undefined : Math.max(total, taken);
}

/** What waits for its own batches is at work: nobody else has to do anything. */
function stateBy(wait: Wait | undefined, sent: number): JobFacts['state'] {
  if (wait === undefined) return 'running';
  if (wait.for === 'reader') return 'paused';
  return wait.for === 'retries' || (sent > 0 && !ofOthers.has(wait.for)) ? 'running' : 'waiting';
}

/** What it waits for without being at work, although something of it was sent. */
const ofOthers: ReadonlySet<Wait['for']> = new Set(['hub', 'slot', 'worker']);

/**
 * What a chain says of itself that was divided into parts. An element is taken by the first part, and done and emitted by the
 * last one. What is done in an earlier part waits for the next one.
 */
export function factsOfParts(parts: readonly JobFacts[]): JobFacts {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a chain without parts');
  if (parts.length === 1) return first;
  const sum = (of: (part: JobFacts) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const slowing = slowingPart(parts) ?? last;
  const oldest = parts.reduce<Oldest | undefined>((found, part) => older(found, part.oldest), undefined);
  return {
    ...last,
    taken: first.taken,
    failed: sum((part) => part.failed),
    retried: sum((part) => part.retried),
    skipped: sum((part) => part.skipped),
    inFlight: sum((part) => part.inFlight),
    elapsedMs: Math.max(...parts.map((part) => part.elapsedMs)),
    state: last.state === 'paused' ? 'paused' : slowing.state,
    oldest,
    wait: slowing.wait,
    total: first.total,
  };
}

/** The part that the others wait for: whoever waits for its source waits for the part before it. */
function slowingPart(parts: readonly JobFacts[]): JobFacts | undefined {
  return parts.findLast(({ wait }) => wait?.for !== 'source') ?? parts[0];
}

function older(one: Oldest | undefined, other: Oldest | undefined): Oldest | undefined {
  return one === undefined || (other !== undefined && other.forMs > one.forMs) ? other : one;
}
