import { retryDelayMs, type OnFatal } from '../../errors/retry.js';
import type { BatchRecord } from './batch-ledger.js';
import type { ErrorAt } from './emission.js';
import { failureError, judge, type Failure, type FailureSite } from './failure.js';
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
      index: part?.first ?? record.first + failure.offset,
      width: part?.count ?? 1,
      attempts: failure.code === 'POISON_TASK' ? state.config.maxDeaths : retries + 1,
      workerId,
    };
    const { code } = verdict;
    failed(state, verdict.action, record.units, failure.stage, site, (skipped) =>
      failureError(code, failure, { ...site, index: site.index - skipped }),
    );
  }
}

/** An element is tried again alone; a partial, as soon as it has a neighbour again. */
function retry(state: JobState, record: BatchRecord, { offset, stage }: Failure, retries: number, dueAt: number): void {
  const { ledger, fold, config } = state;
  const part = record.parts[offset];
  if (part !== undefined) {
    if (dueAt === 0) fold?.put({ ...part, retries });
    else ledger.addPartials([{ ...part, retries }], {}, dueAt);
    return;
  }
  const byStage = config.stages.map((_, at) => (at === stage ? retries : (record.retries[at] ?? 0)));
  const deaths = record.count === 1 ? record.deaths : [];
  const payload = slice(state, record, offset, offset + 1);
  ledger.add({ first: record.first + offset, count: 1, payload, attempt: record.attempt, retries: byStage, deaths }, dueAt);
}

/** A unit failed for good. */
export function failed(
  state: JobState,
  action: OnFatal,
  units: BatchRecord['units'],
  stage: number,
  { index, width }: FailureSite,
  error: ErrorAt,
): void {
  const { fold, emission, effects } = state;
  if (action === 'terminate') {
    if (index < state.stopAt) state.failure = { index, error: error(0) };
    if (fold === undefined) emission.put({ type: 'failure', first: index, count: 0, stage, error }, effects);
  } else if (fold === undefined) {
    emission.put({ type: 'skip', first: index, count: 1, stage, error }, effects);
  } else {
    effects.push({ type: 'skipped', stage, error: error(0) });
    if (units === 'elements') state.folded += 1;
    fold.put({ first: index, count: width, bytes: undefined, level: 0, retries: 0 });
  }
}

/** The payload of some of a batch's elements. */
export function slice({ config: { serializer } }: JobState, record: BatchRecord, start: number, end: number): Uint8Array {
  if (start === 0 && end === record.count) return record.payload;
  return serializer.encode(serializer.decode(record.payload).slice(start, end));
}
