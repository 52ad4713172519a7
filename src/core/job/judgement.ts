import type { PaladinError } from '../../errors/paladin-error.js';
import { retryDelayMs, type OnFatal } from '../../errors/retry.js';
import { triedOf, unreachedOf, type BatchRecord } from './batch-ledger.js';
import type { ErrorAt } from './emission.js';
import { causeOf, siteError, type Failure } from './failure.js';
import type { Fold } from '../fold/fold.js';
import { elementPartial, endOf, identityPartial, type PartialFold, type Range } from '../fold/partial.js';
import type { NamedWorker } from '../../protocol/messages.js';
import type { JobState } from './job-state.js';
import { verdictOn } from './verdict.js';

/** Which attempt of a batch it was, and at which worker. */
export interface AttemptAt {
  readonly attempt: number;
  readonly worker: NamedWorker;
}

/** Decides for each failed unit of a settled batch: it is tried again, is left out, or ends the job. */
export function judge(
  state: JobState,
  record: BatchRecord,
  failures: readonly Failure[],
  { attempt, worker }: AttemptAt,
  now: number,
): void {
  for (const failure of failures) {
    if (state.ending) return;
    const policy = state.stage(failure.stage);
    const part = record.parts[failure.offset];
    const { stage } = failure;
    const retries = part?.retries ?? record.retries[failure.stage] ?? 0;
    const verdict = verdictOn(failure, policy, retries);
    if (verdict.action === 'retry') {
      state.tally.retried += 1;
      const delayMs = retryDelayMs(verdict.strategy, retries, state.config.random());
      retry(state, record, failure, retries + 1, delayMs === 0 ? 0 : now + delayMs);
      continue;
    }
    const { action, code } = verdict;
    const attempts = tryOf(record, attempt, failure);
    const cause = causeOf(failure);
    const errorOf = (index: number, range?: Range): PaladinError =>
      siteError(code, failure.message, { operation: policy.operation, index, range, attempts, ...worker }, cause());
    if (part === undefined) {
      const index = record.first + failure.offset;
      const error: ErrorAt = (skipped) => errorOf(index - skipped);
      elementFailed(state, action, index, { stage, error, input: () => inputOf(state, record, failure.offset) });
    } else {
      // No element is to blame when partials are too large together. So none is left out for it.
      const ends = action === 'terminate' || code === 'PAYLOAD_TOO_LARGE';
      const range = { first: part.index, count: endOf(part) - part.index };
      partialFailed(state, ends ? 'terminate' : 'skip', part, { stage, error: (index) => errorOf(index, range) });
    }
  }
}

/** Which try of the unit has failed: the operation was told the same number. */
function tryOf(record: BatchRecord, attempt: number, { offset, stage }: Failure): number {
  // An attempt that was sent later and failed earlier does not count: the operation was not told of it.
  const spent = record.spent.filter((each) => each < attempt).length;
  // The first two partials are combined with each other.
  const parts = offset <= 1 ? record.parts.slice(0, 2) : record.parts.slice(offset, offset + 1);
  return record.tried + spent - unreachedOf(record, stage) + 1 + Math.max(0, ...parts.map(({ tried }) => tried));
}

/**
 * Tries a unit again. An element is tried alone. A partial, and an element that is its own partial, is tried as soon as it has a
 * neighbour again.
 */
function retry(state: JobState, record: BatchRecord, { offset, stage }: Failure, retries: number, dueAt: number): void {
  const { ledger, fold, config } = state;
  const part = record.parts[offset];
  if (part !== undefined) {
    const again = { ...part, retries, tried: triedOf(record) + part.tried + 1 };
    if (dueAt === 0) fold?.put(again);
    else ledger.addPartials([again], {}, dueAt);
    return;
  }
  const first = record.first + offset;
  const tried = triedOf(record) + 1;
  const payload = slice(state, record, offset, offset + 1);
  if (fold !== undefined && state.foldsElements) {
    const again = { ...elementPartial(first, 1, payload), retries, tried: tried - unreachedOf(record, stage) };
    state.emission.put({ type: 'folded', first, count: 1 }, state.inHand);
    if (dueAt === 0) fold.put(again);
    else ledger.addPartials([again], {}, dueAt);
    return;
  }
  const byStage = config.stages.map((_, at) => (at === stage ? retries : (record.retries[at] ?? 0)));
  const { deaths, suspect } = record.count === 1 ? record : { deaths: [], suspect: false };
  ledger.add({ first, count: 1, payload, tried, retries: byStage, deaths, suspect }, dueAt);
}

/** A copy of an element as it was taken in, of the bytes that were sent. */
function inputOf(state: JobState, record: BatchRecord, offset: number): unknown {
  return state.config.serializer.decode(slice(state, record, offset, offset + 1))[0];
}

/** Elements have succeeded, and are in a partial. */
export function foldElements({ emission, inHand }: JobState, fold: Fold, partial: PartialFold): void {
  fold.put(partial);
  emission.put({ type: 'folded', first: partial.first, count: partial.count }, inHand);
}

/** How an element failed for good: in which stage, of what, and how to get it as it was taken in. */
export interface ElementFailure {
  readonly stage: number;
  readonly error: ErrorAt;
  readonly input: () => unknown;
}

/** An element failed for good. Its failure takes its place in source order. */
export function elementFailed(state: JobState, action: OnFatal, first: number, { stage, error, input }: ElementFailure): void {
  const { fold, emission, inHand, leftOut } = state;
  if (action === 'terminate') {
    state.tally.failed += 1;
    state.stopAt = Math.min(state.stopAt, first);
    emission.put({ type: 'failure', first, count: 0, stage, error }, inHand);
    return;
  }
  state.tally.skipped += 1;
  leftOut?.add({ first, count: 1 });
  fold?.put(identityPartial(first, 1));
  emission.put({ type: 'skip', first, count: 1, stage, error, input }, inHand);
}

/** How a partial failed for good: in which stage, and the error of each of its elements. */
export interface PartialFailure {
  readonly stage: number;
  readonly error: (index: number) => PaladinError;
}

/**
 * A partial failed for good. It has no place in source order, so the failure counts at once. All its elements are left out with
 * it, except for those that were left out before.
 */
export function partialFailed(state: JobState, action: OnFatal, part: PartialFold, { stage, error }: PartialFailure): void {
  const { fold, inHand, leftOut, config, foldsElements } = state;
  if (action === 'terminate') {
    state.tally.failed += 1;
    state.stopAt = Math.min(state.stopAt, part.first);
    inHand.endWith({ type: 'failed', error: error(part.index) });
    return;
  }
  fold?.put(identityPartial(part.first, part.count));
  const ranges = leftOut?.add(part) ?? [];
  for (const { count } of ranges) state.tally.skipped += count;
  // What was never combined is the element itself.
  const isElement = foldsElements && ranges.length === 1 && ranges[0]?.count === 1;
  const { bytes } = part;
  const input = isElement && bytes !== undefined ? (): unknown => config.serializer.decode(bytes)[0] : undefined;
  inHand.put({ type: 'partialSkipped', stage, ranges, error, input });
}

/** The payload of some of a batch's elements. */
export function slice({ config: { serializer } }: JobState, record: BatchRecord, start: number, end: number): Uint8Array {
  if (start === 0 && end === record.count) return record.payload;
  record.inputs ??= serializer.decode(record.payload);
  return serializer.encode(record.inputs.slice(start, end));
}
