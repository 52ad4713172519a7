import { retryDelayMs, type OnFatal } from '../../errors/retry.js';
import { triedOf, type BatchRecord } from './batch-ledger.js';
import type { ErrorAt } from './emission.js';
import { failureError, judge, type Failure, type FailureSite } from './failure.js';
import type { FoldAssembly } from './fold-assembly.js';
import { elementPartial, identityPartial, type Partial } from './partial.js';
import type { JobState } from './job-state.js';

/** Decides for each failed unit of a settled batch: try it again, leave it out, or let the job end with it. */
export function judgeAll(
  state: JobState,
  record: BatchRecord,
  failures: readonly Failure[],
  workerId: string,
  now: number,
): void {
  for (const failure of failures) {
    if (state.ending) return;
    const policy = state.stage(failure.stage);
    const part = record.parts[failure.offset];
    const retries = part?.retries ?? record.retries[failure.stage] ?? 0;
    const verdict = judge(failure, policy, retries);
    if (verdict.action === 'retry') {
      const delayMs = retryDelayMs(verdict.strategy, retries, state.config.random());
      retry(state, record, failure, retries + 1, delayMs === 0 ? 0 : now + delayMs);
      continue;
    }
    const site: FailureSite = {
      operation: policy.operation,
      index: part?.index ?? record.first + failure.offset,
      width: part === undefined ? 1 : part.first + part.count - part.index,
      attempts: tryOf(record, failure.offset),
      workerId,
    };
    const { code } = verdict;
    // That partials are too large together is no element's fault: none of them is left out for it.
    const action = part !== undefined && code === 'PAYLOAD_TOO_LARGE' ? 'terminate' : verdict.action;
    const range = part ?? { first: site.index, count: 1 };
    const error: ErrorAt = (skipped) => failureError(code, failure, { ...site, index: site.index - skipped });
    const input = record.units === 'elements' ? (): unknown => inputOf(state, record, failure.offset) : undefined;
    failed(state, action, record.units, { stage: failure.stage, error, input }, range);
  }
}

/** Which try of the unit has failed: the operation was told the same number. */
function tryOf(record: BatchRecord, offset: number): number {
  // The first two partials are combined with each other.
  const parts = offset <= 1 ? record.parts.slice(0, 2) : record.parts.slice(offset, offset + 1);
  return triedOf(record) + 1 + Math.max(0, ...parts.map(({ tried }) => tried));
}

/** An element is tried again alone; a partial, and an element that is its own partial, as soon as it has a neighbour again. */
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
  if (fold !== undefined && config.stages.length === 1) {
    const again = { ...elementPartial(first, 1, payload), retries, tried };
    state.emission.put({ type: 'folded', first, count: 1 }, state.effects);
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
export function foldElements({ emission, effects }: JobState, fold: FoldAssembly, partial: Partial): void {
  fold.put(partial);
  emission.put({ type: 'folded', first: partial.first, count: partial.count }, effects);
}

/** How a unit failed: in which stage, of what, and how to get the element as it was taken in, where it is one. */
export interface FinalFailure {
  readonly stage: number;
  readonly error: ErrorAt;
  readonly input: (() => unknown) | undefined;
}

/** A unit failed for good. An element's failure takes its place in source order; that of a partial, which has none, counts at once. */
export function failed(
  state: JobState,
  action: OnFatal,
  units: BatchRecord['units'],
  { stage, error, input }: FinalFailure,
  { first, count }: Pick<Partial, 'first' | 'count'>,
): void {
  const { fold, emission, effects } = state;
  if (action === 'skip') fold?.put(identityPartial(first, count));
  else state.stopAt = Math.min(state.stopAt, first);
  if (units === 'partials') {
    effects.push(action === 'skip' ? { type: 'skipped', stage, error: error(0), input } : { type: 'failed', error: error(0) });
  } else if (action === 'skip') {
    emission.put({ type: 'skip', first, count: 1, stage, error, input }, effects);
  } else {
    emission.put({ type: 'failure', first, count: 0, stage, error }, effects);
  }
}

/** The payload of some of a batch's elements. */
export function slice({ config: { serializer } }: JobState, record: BatchRecord, start: number, end: number): Uint8Array {
  if (start === 0 && end === record.count) return record.payload;
  record.inputs ??= serializer.decode(record.payload);
  return serializer.encode(record.inputs.slice(start, end));
}
