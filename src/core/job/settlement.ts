import type { BatchLoss, BatchResult, NamedWorker } from '../../protocol/messages.js';
import { triedOf, unreachedOf, weightOf, type BatchRecord, type Death } from './batch-ledger.js';
import { timeoutFailure } from '../../protocol/timeout-failure.js';
import { poisonFailure } from './failure.js';
import type { Fold } from '../fold/fold.js';
import { elementPartial, joinPartials } from '../fold/partial.js';
import type { JobEvent } from './job-events.js';
import type { JobState } from './job-state.js';
import { foldElements, judge, slice } from './judgement.js';
import { checkLoss, checkResult, readPartials, readValues, succeededRanges, type UnitRange } from './result-check.js';

/** A batch was executed. Brings on what succeeded, judges what failed, and queues what was given back. */
export function settleResult(state: JobState, worker: NamedWorker, result: BatchResult, now: number): void {
  const { seq, attempt, failures } = result;
  state.inHand.put({ type: 'acknowledge', seq, attempt });
  const record = state.ledger.get(seq);
  if (record === undefined || !isWanted(record, attempt, failures.length === 0)) {
    state.staleResults += 1;
    if (record?.underWay.includes(attempt) === true) {
      // Another attempt is still at it.
      state.ledger.lose(record, attempt);
      record.spent = [...record.spent, attempt];
    }
    return;
  }
  checkResult(result, record.count, state);
  state.ledger.lose(record, attempt);
  // The first success is the one that counts.
  for (const other of record.underWay) state.inHand.put({ type: 'cancel', seq, attempt: other });
  state.ledger.settle(record);
  learn(state, record, result, now);
  const ranges = succeededRanges(result);
  if (state.fold === undefined) emit(state, record, result, ranges);
  else foldIn(state, state.fold, record, result, ranges);
  judge(state, record, failures, { attempt, worker }, now);
  addAgain(state, record, result.done, record.count, { tried: triedOf(record) });
}

/**
 * Whether an answer settles its batch. A success does, also that of an attempt that had been given up. Failures do when no other
 * attempt may still succeed.
 */
function isWanted({ underWay }: BatchRecord, attempt: number, success: boolean): boolean {
  return success || (underWay.length === 1 && underWay[0] === attempt);
}

/**
 * A batch came to nothing. It is sent again whole where no unit in it is to blame. Else it is divided, until the unit that is to
 * blame is alone.
 */
export function settleLoss(state: JobState, worker: NamedWorker, loss: BatchLoss, now: number): void {
  const { seq, attempt, cause, stage = state.from } = loss;
  state.inHand.put({ type: 'acknowledge', seq, attempt });
  const record = state.ledger.get(seq);
  if (record === undefined || !record.underWay.includes(attempt)) {
    state.staleResults += 1;
    return;
  }
  checkLoss(loss, state.config.stages.length);
  state.ledger.lose(record, attempt);
  const deadly = cause === 'death' || cause === 'gone';
  const deaths = deathsAfter(record, loss, worker);
  const culprit = culpritOf(record, loss);
  if (cause === 'gone') state.gone = { count: (state.gone?.count ?? 0) + 1, first: record.first, reason: loss.reason };
  if (record.underWay.length > 0) {
    // Another attempt is still at it.
    if (standsAlone(record)) record.deaths = deaths;
    spend(record, loss);
    return;
  }
  state.sizing.lost(record.seq);
  if (cause === 'timeout' && culprit !== undefined) {
    state.ledger.settle(record);
    judge(state, record, [timeoutFailure(culprit, stage, state.stage(stage).timeoutMs)], { attempt, worker }, now);
    addAgainBeside(state, record, culprit);
  } else if (cause === 'wasted' && culprit !== undefined && record.units === 'elements' && culprit + 1 < record.count) {
    state.ledger.settle(record);
    addAgainBegun(state, record, culprit + 1);
  } else if (!deadly) {
    spend(record, loss);
    state.ledger.again(record);
  } else if (cause === 'gone' && !record.suspect && !standsAlone(record)) {
    // It is sent again whole at first: a worker that was only cut off may be back with all of it.
    record.suspect = true;
    spend(record, loss);
    state.ledger.again(record);
  } else if (standsAlone(record) && weightOf(deaths) < state.config.maxDeaths) {
    // It keeps its number, so that a worker which is back after all may go on with it.
    record.deaths = deaths;
    record.alone = cause === 'gone' && record.suspect;
    record.suspect = cause === 'gone';
    spend(record, loss);
    state.ledger.again(record);
  } else {
    state.ledger.settle(record);
    if (record.units === 'partials') partialsDied(state, record, deaths, loss, { worker, now });
    else elementsDied(state, record, culprit, deaths, loss, { worker, now });
  }
}

/**
 * The deaths that count after this loss. A death counts when nothing else can have caused it. That of a thread always counts.
 * That of a worker counts when it executed nothing beside the batch. A batch that was to be alone may not have been: what waits
 * for a job of its own lets others in. Then the death counts less. Else a batch like this would never be found.
 */
function deathsAfter({ deaths, alone }: BatchRecord, { cause, ...loss }: BatchLoss, worker: NamedWorker): readonly Death[] {
  const { workerId, workerName } = worker;
  if (cause === 'death') return [...deaths, { workerId, workerName, of: 'thread', beside: false }];
  if (cause !== 'gone' || !(alone || loss.alone === true)) return deaths;
  // A worker that is cut off several times has not died several times.
  return [...withoutWorker(deaths, workerId), { workerId, workerName, of: 'worker', beside: loss.alone === false }];
}

/** The unit that was executing, where that is known. */
function culpritOf({ count }: BatchRecord, { offset = count }: BatchLoss): number | undefined {
  if (count === 1) return 0;
  return offset < count ? offset : undefined;
}

/** Without the death of this worker; those of its threads stay. */
function withoutWorker(deaths: readonly Death[], workerId: string): readonly Death[] {
  return deaths.filter((death) => death.of === 'thread' || death.workerId !== workerId);
}

/** An attempt that was begun has used up a try; one that was handed back before has not. */
function spend(record: BatchRecord, { attempt, cause }: BatchLoss): void {
  if (cause !== 'returned') record.spent = [...record.spent, attempt];
}

/** Whether no other unit of the batch can be to blame: it is an element alone, or two partials that are combined. */
function standsAlone({ units, count }: BatchRecord): boolean {
  return count === (units === 'elements' ? 1 : 2);
}

/**
 * A worker that had been given up is back, with an attempt or the answer to it. The attempt goes on if the batch is not settled
 * or divided.
 */
export function adopt(
  state: JobState,
  { workerId, seq, attempt, inPlaceOf }: Extract<JobEvent, { type: 'adopted' }>,
  now: number,
): void {
  const record = state.ledger.get(seq);
  if (record === undefined || attempt > record.attempt) {
    state.inHand.put({ type: 'cancel', seq, attempt });
    return;
  }
  state.ledger.adopt(record, attempt, now);
  record.spent = record.spent.filter((each) => each !== attempt);
  // It has not died of it.
  record.deaths = withoutWorker(record.deaths, workerId);
  record.suspect &&= record.deaths.length > 0;
  record.alone &&= record.suspect;
  for (const waiting of inPlaceOf) state.ledger.lose(record, waiting);
}

function learn(state: JobState, record: BatchRecord, { done, elapsedMs, payload }: BatchResult, now: number): void {
  if (record.units === 'elements') {
    state.sizing.observe(record.seq, done, elapsedMs, now, state.slots);
    if (state.fold === undefined) state.sizing.observeOutputBytes(done, payload.byteLength);
  } else {
    const width = record.parts.slice(0, done).reduce((sum, part) => sum + part.count, 0);
    state.fold?.learn(done, width, elapsedMs);
  }
}

function emit(
  { config, emission, inHand }: JobState,
  record: BatchRecord,
  result: BatchResult,
  ranges: readonly UnitRange[],
): void {
  const { serializer } = config;
  const { payload } = result;
  const succeeded = result.done - result.failures.length;
  if (result.failures.length === 0) {
    const values = (): readonly unknown[] => readValues(serializer, payload, succeeded);
    emission.put({ type: 'values', first: record.first, count: succeeded, bytes: payload.byteLength, values }, inHand);
    return;
  }
  if (ranges.length === 0) return;
  const all = readValues(serializer, payload, succeeded);
  let at = 0;
  for (const { start, end } of ranges) {
    const count = end - start;
    const values = all.slice(at, at + count);
    at += count;
    const bytes = Math.ceil((payload.byteLength * count) / succeeded);
    emission.put({ type: 'values', first: record.first + start, count, bytes, values: () => values }, inHand);
  }
}

function foldIn(state: JobState, fold: Fold, record: BatchRecord, result: BatchResult, ranges: readonly UnitRange[]): void {
  const partials = readPartials(result.payload, ranges.length);
  // A combine that failed goes on counting as its element's partial.
  const last = state.config.stages.length - 1;
  const retries = record.retries[last] ?? 0;
  const tried = retries > 0 ? triedOf(record) - unreachedOf(record, last) : 0;
  ranges.forEach(({ start, end }, at) => {
    const bytes = partials[at] ?? new Uint8Array(0);
    if (record.units === 'elements') {
      foldElements(state, fold, { ...elementPartial(record.first + start, end - start, bytes), retries, tried });
    } else {
      fold.put(joinPartials(record.parts.slice(start, end), bytes));
    }
  });
}

/** Whose worker it was that is lost, and when. */
interface Loser {
  readonly worker: NamedWorker;
  readonly now: number;
}

function elementsDied(
  state: JobState,
  record: BatchRecord,
  culprit: number | undefined,
  deaths: readonly Death[],
  loss: BatchLoss,
  { worker, now }: Loser,
): void {
  // A worker that is lost takes all that it executed. For a thread it is known which unit is to blame.
  const { cause, stage = state.from } = loss;
  const suspect = cause === 'gone';
  const tried = triedOf(record) + 1;
  if (culprit === undefined) {
    addAgain(state, record, 0, record.count >> 1, { tried, suspect });
    addAgain(state, record, record.count >> 1, record.count, { tried, suspect });
    return;
  }
  if (weightOf(deaths) >= state.config.maxDeaths) {
    judge(state, record, [poisonFailure(culprit, stage, deaths, loss)], { attempt: loss.attempt, worker }, now);
  } else addAgain(state, record, culprit, culprit + 1, { tried, deaths, suspect });
  addAgainBeside(state, record, culprit);
}

/** Queues what is given back. The units before the culprit were executed, and those after it were not begun. */
function addAgainBeside(state: JobState, record: BatchRecord, culprit: number): void {
  const tried = triedOf(record);
  addAgain(state, record, 0, culprit, { tried: tried + 1 });
  addAgain(state, record, culprit + 1, record.count, { tried });
}

/** Nobody is to blame; the first units were begun, the others were not. */
function addAgainBegun(state: JobState, record: BatchRecord, begun: number): void {
  const tried = triedOf(record);
  const { suspect } = record;
  addAgain(state, record, 0, begun, { tried: tried + 1, suspect });
  addAgain(state, record, begun, record.count, { tried, suspect });
}

/** Halves the group until it is a pair. A pair that kills several times fails at its right partial. */
function partialsDied(
  state: JobState,
  record: BatchRecord,
  deaths: readonly Death[],
  loss: BatchLoss,
  { worker, now }: Loser,
): void {
  const { parts } = record;
  const suspect = loss.cause === 'gone';
  const tried = triedOf(record) + 1;
  if (record.count > 2) {
    for (const half of [parts.slice(0, record.count >> 1), parts.slice(record.count >> 1)]) {
      if (half.length > 1) state.ledger.addPartials(half, { tried, suspect });
      else for (const part of half) state.fold?.put({ ...part, tried: part.tried + tried });
    }
  } else {
    addAgain(state, record, 0, 1, { tried: 0 });
    const failure = poisonFailure(1, state.config.stages.length - 1, deaths, loss);
    judge(state, record, [failure], { attempt: loss.attempt, worker }, now);
  }
}

/** What is known of units that are given back: how often they were begun, and what they are suspected of. */
type TriedBefore = Pick<BatchRecord, 'tried'> & Partial<Pick<BatchRecord, 'deaths' | 'suspect'>>;

/** Makes new batches, of the size that is right by now, of units of a settled batch that are still to be executed. */
function addAgain(state: JobState, record: BatchRecord, start: number, end: number, past: TriedBefore): void {
  if (state.ending) return;
  if (record.units === 'partials') {
    for (const part of record.parts.slice(start, end)) state.fold?.put({ ...part, tried: part.tried + past.tried });
    return;
  }
  const size = Math.min(state.sizing.full, Math.ceil((end - start) / Math.max(1, state.slots)));
  for (let at = start; at < end; at += size) {
    const stop = Math.min(at + size, end);
    const payload = slice(state, record, at, stop);
    state.ledger.add({ first: record.first + at, count: stop - at, payload, ...past });
  }
}
