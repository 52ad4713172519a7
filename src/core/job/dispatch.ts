import type { PaladinError } from '../../errors/paladin-error.js';
import { maxJobBytesInFlight } from '../../limits.js';
import { describeParts } from '../../wire/parts.js';
import { describeUnreached } from '../../protocol/unreached.js';
import type { Batch } from '../../protocol/messages.js';
import { triedOf, unreachedOf, type BatchRecord } from './batch-ledger.js';
import { encodeAdmitted, encodeElements, type EncodedPiece } from './encode-elements.js';
import type { Past } from './inheritance.js';
import { siteError, type FailureSite } from './failure.js';
import { JobView } from './job-view.js';
import type { Group } from '../fold/fold.js';
import { elementPartial, endOf, identityPartial, joinedBytes } from '../fold/partial.js';
import type { JobConfig } from './job-events.js';
import type { JobState } from './job-state.js';
import { elementFailed, foldElements, partialFailed } from './judgement.js';
import { stragglers } from './speculation.js';

/**
 * Sends batches as long as the hub admits more. Batches that are to be sent again come first, then new elements, then what a fold
 * can combine.
 *
 * Elements come before combines because nobody knows which elements take long. These should be begun early. The cost of combines
 * is known: they fill the slots that are idle beside elements. But partials wait in memory. When there are as many as elements
 * may be, they are combined first.
 */
export function dispatch(state: JobState, now: number): void {
  const { config, sizing, ledger } = state;
  state.blocked = false;
  state.fold?.look();
  // Whatever is to be sent, these are not.
  leaveOut(state);
  state.wanting = state.slots === 0 && ledger.sent === 0 && wouldSend(state, now);
  if (state.slots === 0) return;
  const { maxBatches, freeBatches, freeBytes } = config.limits();
  const limit = Math.min(sizing.inFlightLimit(state.slots), maxBatches);
  let batches = 0;
  let bytes = 0;
  while (ledger.sent < limit && ledger.bytesSent < maxJobBytesInFlight) {
    const record = nextRecord(state, now);
    if (state.ending) return;
    if (record === undefined) break;
    batches += 1;
    bytes += record.payload.byteLength;
    if (batches > freeBatches || bytes > freeBytes) {
      // Until batches of others come back.
      state.blocked = true;
      return;
    }
    if (record.units === 'elements') sizing.sent(record.seq, now);
    send(state, record, now);
  }
  for (const record of stragglers(state, now)) {
    batches += 1;
    bytes += record.payload.byteLength;
    if (batches > freeBatches || bytes > freeBytes) return;
    record.speculated = true;
    send(state, record, now);
  }
}

/**
 * Whether there is something to send as soon as there is a slot. Elements are not cut for this question: more may come until
 * then.
 */
function wouldSend(state: JobState, now: number): boolean {
  const { ledger, stopAt } = state;
  if (ledger.nextReady(stopAt) !== undefined) return true;
  state.slots = 1;
  const would = queueNext(state, now, () => cutSize(state) > 0);
  state.slots = 0;
  return would && !state.ending;
}

function send(state: JobState, record: BatchRecord, now: number): void {
  // What is under way beside it was begun, as far as can be known: it is slow.
  const beside = record.underWay.length > 0;
  const tried = triedOf(record) + record.underWay.length;
  state.ledger.send(record, now);
  const { seq, attempt, first, count, units, suspect, alone, payload } = record;
  const budgetMs = units === 'elements' ? state.sizing.budgetMs : 0;
  const more =
    tried > 0 || state.origin > 0 || units === 'partials'
      ? { ...(beside && { beside }), ...described(state, record, tried) }
      : {};
  state.inHand.put({ type: 'send', batch: { seq, attempt, first, count, units, suspect, alone, budgetMs, ...more, payload } });
}

/** What is to be said of few batches only. */
function described(state: JobState, record: BatchRecord, tried: number): Pick<Batch, 'tried' | 'unreached' | 'origin' | 'parts'> {
  const { origin } = state;
  const { parts } = record;
  return {
    ...(tried > 0 && { tried, ...unreachedBy(state, record) }),
    ...(origin > 0 && { origin }),
    ...(parts.length > 0 && { parts: describeParts(parts.map((part) => ({ width: part.count, tried: part.tried }))) }),
  };
}

/** How many tries ended before each of its stages, where any did. */
function unreachedBy({ from, to }: JobState, record: BatchRecord): Pick<Batch, 'unreached'> {
  if (unreachedOf(record, to - 1) === 0) return {};
  const counts: number[] = [];
  // One sum that runs on: a chain may have a thousand stages.
  let before = unreachedOf(record, from);
  for (let stage = from; stage < to; stage += 1) {
    counts.push(before);
    before += record.retries[stage] ?? 0;
  }
  return { unreached: describeUnreached(counts) };
}

function nextRecord(state: JobState, now: number): BatchRecord | undefined {
  const again = state.ledger.nextReady(state.stopAt);
  if (again !== undefined) return again;
  return queueNext(state, now, () => queueCut(state)) ? state.ledger.nextReady(state.stopAt) : undefined;
}

/**
 * Makes batches of elements, or of what the fold wants combined.
 *
 * @param cut does it for elements, if any can be cut
 * @returns whether there is a batch to send
 */
function queueNext(state: JobState, now: number, cut: () => boolean): boolean {
  const { fold, config } = state;
  if (fold === undefined) return cut();
  const view = new JobView(state, now);
  const any = (): boolean => queueGroups(state, () => fold.takeAny(view));
  // A lone element that was cut may be a partial by itself, with which others can be combined.
  if (fold.isCrowded(config.window)) return any() || cut() || any();
  return queueGroups(state, () => fold.takeTrial(view)) || cut() || queueGroups(state, () => fold.takeNext(view));
}

/** Sends what the fold gives, as long as nothing has failed; and says whether that is anything. */
function queueGroups(state: JobState, take: () => readonly Group[]): boolean {
  if (state.stopAt < Infinity) return false;
  const groups = take();
  for (const group of groups) queueGroup(state, group);
  return groups.length > 0;
}

/**
 * Queues partials that fit into one payload. Two that do not fit can never be combined. That ends the job: no element is to
 * blame.
 */
function queueGroup(state: JobState, group: Group): void {
  const { fold, ledger, config } = state;
  const [left, right] = group;
  if (left === undefined || right === undefined) throw new RangeError('less than two partials to combine');
  const bytes = joinedBytes(group);
  const { maxPayloadBytes } = config.limits();
  if (bytes <= maxPayloadBytes) {
    ledger.addPartials(group);
    return;
  }
  const stage = config.stages.length - 1;
  const { operation } = state.stage(stage);
  const range = { first: right.index, count: endOf(right) - right.index };
  const reason = `it takes ${bytes} bytes to send with what is before it, and the hub admits ${maxPayloadBytes}`;
  fold?.put(left);
  const error = (index: number): PaladinError => siteError('PAYLOAD_TOO_LARGE', reason, { operation, index, range, attempts: 0 });
  partialFailed(state, 'terminate', right, { stage, error });
}

/** Cuts elements off the backlog and encodes them. Whether there is a new batch to send. */
function queueCut(state: JobState): boolean {
  const { config, sizing, backlog, ledger, fold } = state;
  let queued = false;
  while (!queued && !state.ending) {
    leaveOut(state);
    const count = cutSize(state);
    if (count === 0) return false;
    const first = state.nextIndex;
    state.cut += count;
    state.arrivals?.take(count);
    const past = pastOf(state, first);
    const values = backlog.take(count);
    for (const piece of encode(config, values, first)) {
      if (piece.type === 'unfit') {
        const { operation, onFatal } = state.stage(state.from);
        const site: FailureSite = { operation, index: piece.index, attempts: 0 };
        const error = (): PaladinError => siteError(piece.code, piece.reason, site, piece.cause);
        const input = (): unknown => values[piece.index - first];
        elementFailed(state, onFatal, piece.index, { stage: state.from, error, input });
        // What comes after it is not sent any more.
        if (state.stopAt < Infinity) {
          ledger.drop(first + count - piece.index - 1);
          break;
        }
        continue;
      }
      sizing.observeBytes(piece.count, piece.payload.byteLength);
      if (fold !== undefined && state.foldsElements && piece.count === 1) {
        const { tried, retries } = past;
        const partial = elementPartial(piece.first, 1, piece.payload);
        const reached = tried - unreachedOf(past, state.from);
        foldElements(state, fold, { ...partial, tried: reached, retries: retries[state.from] ?? 0 });
      } else {
        ledger.add(past === none ? piece : { ...piece, ...past });
        queued = true;
      }
    }
  }
  return queued;
}

/** Elements that the part before has left out are taken in where they come. */
function leaveOut(state: JobState): void {
  const { arrivals, emission, fold, leftOut, inHand } = state;
  if (arrivals === undefined) return;
  while (state.room > 0) {
    const next = arrivals.takeLeftOut();
    if (next === undefined) return;
    const { index, stage } = next;
    state.cut += 1;
    leftOut?.add({ first: index, count: 1 });
    fold?.put(identityPartial(index, 1));
    emission.put({ type: 'leftOut', first: index, count: 1, stage, known: false }, inHand);
  }
}

/** The past of elements that were never tried. */
const none: Pick<Past, 'tried' | 'retries'> = { tried: 0, retries: [] };

/** What is known of the element, and of those after it that are like it. */
function pastOf({ past }: JobState, index: number): Pick<Past, 'tried' | 'retries'> {
  if (past.length === 0) return none;
  const { tried, retries } = past.find(({ first, count }) => index >= first && index < first + count) ?? none;
  return { tried, retries };
}

/** How many elements from the next one on have the same past. */
function alike({ past, nextIndex }: JobState): number {
  if (past.length === 0) return Infinity;
  const end = past.flatMap(({ first, count }) => [first, first + count]).find((boundary) => boundary > nextIndex);
  return (end ?? Infinity) - nextIndex;
}

function encode({ serializer, refuse, limits }: JobConfig, values: readonly unknown[], first: number): Iterable<EncodedPiece> {
  const { maxPayloadBytes } = limits();
  return refuse === undefined
    ? encodeElements(serializer, values, first, maxPayloadBytes)
    : encodeAdmitted(serializer, refuse, values, first, maxPayloadBytes);
}

function cutSize(state: JobState): number {
  const { ledger, emission, backlog, sizing } = state;
  // Outputs that wait for emission count like what is under way. They wait for a batch that is, or for the owner.
  if (ledger.bytesSent + emission.waitingBytes >= maxJobBytesInFlight) return 0;
  // While the owner pauses, outputs that are still to come count, too: they will wait.
  if (emission.paused && (state.cut - emission.released) * sizing.bytesPerOutput >= maxJobBytesInFlight) return 0;
  const contiguous = state.arrivals?.contiguous ?? backlog.size;
  const available = Math.max(0, Math.min(contiguous, state.room, state.stopAt - state.nextIndex, alike(state)));
  const last = state.source.state !== 'open' && available === backlog.size;
  const count = sizing.next({ available, last, slots: state.slots, inFlight: ledger.sent });
  return count === 1 && state.foldsElements ? Math.min(2, available) : count;
}
