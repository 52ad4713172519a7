import { Arrivals } from '../../src/core/job/arrivals.js';
import { Backlog } from '../../src/core/job/backlog.js';
import { Emission } from '../../src/core/job/emission.js';
import type { Inheritance, Past } from '../../src/core/job/inheritance.js';
import { Job } from '../../src/core/job/job.js';
import type { JobConfig, JobEffect, JobEvent, StagePolicy } from '../../src/core/job/job-events.js';
import { Tally } from '../../src/core/job/tally.js';
import { encodeError } from '../../src/errors/remote-error.js';
import type { Batch, BatchResult, UnitFailure } from '../../src/protocol/messages.js';
import { joinParts, splitParts } from '../../src/wire/parts.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { only } from '../support/exactly.js';

/** JSON as bytes: readable in tests. */
export const json: Serializer = {
  name: 'json',
  encode: (values) => new TextEncoder().encode(JSON.stringify(values)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown[],
};

export function stage(kind: 'map' | 'fold', changes: Partial<StagePolicy> = {}): StagePolicy {
  return {
    kind,
    operation: kind === 'map' ? 'f' : 'plus',
    timeoutMs: undefined,
    retry: undefined,
    onFatal: 'terminate',
    ...changes,
  };
}

/** Of a map, unless the changes say otherwise. */
export function configOf(changes: Partial<JobConfig> = {}): JobConfig {
  const stages = changes.stages ?? [stage('map')];
  return {
    stages,
    empty: stages.at(-1)?.kind === 'fold' ? () => 'empty' : undefined,
    ordered: true,
    batch: 'auto',
    window: 1_000,
    serializer: json,
    noWorkerTimeoutMs: 10_000,
    maxDeaths: 4,
    speculate: false,
    random: () => 0.5,
    limits: () => ({ maxPayloadBytes: 1_000_000, maxBatches: 1_000, freeBatches: Infinity, freeBytes: Infinity }),
    ...changes,
  };
}

/** What a later part of a divided chain begins with, of which nothing was done before. So often were elements tried. */
export function laterPart(past: readonly Past[] = []): Inheritance {
  return {
    source: { state: 'open' },
    backlog: new Backlog(),
    arrivals: new Arrivals(),
    records: [],
    emission: new Emission(true),
    fold: undefined,
    leftOut: undefined,
    cut: 0,
    demanded: 0,
    origin: 0,
    stopAt: Infinity,
    past,
    gone: undefined,
    dropped: 0,
    tally: new Tally(),
  };
}

/** A job machine under test: keeps its time, validates it after each event, and takes its effects apart. */
export class JobUnderTest {
  now = 0;
  readonly job: Job;
  /** All batches sent, in order. */
  readonly sent: Batch[] = [];
  /** Everything emitted, in order. */
  readonly emitted: unknown[] = [];
  /** The attempts whose answers were acknowledged, as `seq/attempt`. */
  readonly acknowledged: string[] = [];
  /** All other effects, in order. */
  readonly others: JobEffect[] = [];

  constructor(changes: Partial<JobConfig> = {}) {
    this.job = new Job(configOf(changes));
  }

  /** Connected, with so many slots. */
  static with(slots: number, changes: Partial<JobConfig> = {}): JobUnderTest {
    const test = new JobUnderTest(changes);
    test.handle({ type: 'connected' });
    test.handle({ type: 'capacity', slots, leased: 0, missing: '' });
    return test;
  }

  /** Hands in an event; returns the batches that are sent for it, and for the ticks that are wanted at once. */
  handle(event: JobEvent): Batch[] {
    const sent = this.#handleAlone(event);
    while (this.job.nextDeadline() === 0) sent.push(...this.#handleAlone({ type: 'tick' }));
    return sent;
  }

  #handleAlone(event: JobEvent): Batch[] {
    const effects = this.job.handle(event, this.now);
    this.job.validate();
    const emissions = effects.filter(({ type }) => type === 'emit').length;
    if (emissions > (this.job.paused ? 0 : 1)) throw new Error(`${emissions} emissions in an event`);
    const sent: Batch[] = [];
    for (const effect of effects) {
      if (effect.type === 'send') sent.push(effect.batch);
      else if (effect.type === 'emit') this.emitted.push(...effect.values);
      else if (effect.type === 'acknowledge') this.acknowledged.push(`${effect.seq}/${effect.attempt}`);
      else if (effect.type === 'partialSkipped') this.others.push(...skipsOf(effect));
      else if (effect.type !== 'demand') this.others.push(effect);
    }
    this.sent.push(...sent);
    return sent;
  }

  elements(...values: unknown[]): Batch[] {
    return this.handle({ type: 'elements', values });
  }

  complete(): Batch[] {
    return this.handle({ type: 'sourceCompleted' });
  }

  /** The batch succeeds: of a map with the outputs, of a fold with one partial. */
  succeed(batch: Batch, outputs: unknown[] = inputs(batch), elapsedMs = 1): Batch[] {
    return this.result(batch, { payload: json.encode(outputs), elapsedMs });
  }

  fold(batch: Batch, elapsedMs = 1): Batch[] {
    return this.result(batch, { payload: joinParts([json.encode([inputs(batch).join('')])]), elapsedMs });
  }

  result(batch: Batch, result: Partial<BatchResult>, workerId = 'w1'): Batch[] {
    const { seq, attempt, count } = batch;
    return this.handle({
      type: 'result',
      workerId,
      result: { seq, attempt, done: count, failures: [], elapsedMs: 1, payload: json.encode([]), ...result },
    });
  }

  lose(
    batch: Batch,
    cause: 'death' | 'gone' | 'timeout' | 'cancelled' | 'returned' | 'wasted',
    offset?: number,
    workerId = 'w1',
    alone = true,
  ): Batch[] {
    const { seq, attempt } = batch;
    return this.handle({
      type: 'lost',
      workerId,
      loss: {
        seq,
        attempt,
        cause,
        reason: `by ${cause}`,
        ...(cause === 'gone' && { alone }),
        ...(offset === undefined ? {} : { offset }),
      },
    });
  }

  pause(): Batch[] {
    return this.handle({ type: 'paused' });
  }

  resume(): Batch[] {
    return this.handle({ type: 'resumed' });
  }

  tick(at: number): Batch[] {
    this.now = at;
    return this.handle({ type: 'tick' });
  }
}

/** The elements that were left out with a partial, one by one. */
function skipsOf({ stage: at, ranges: left, error, input }: Extract<JobEffect, { type: 'partialSkipped' }>): JobEffect[] {
  const indices = left.flatMap(({ first, count }) => Array.from({ length: count }, (_, offset) => first + offset));
  return indices.map((index) => ({ type: 'skipped', stage: at, error: error(index), input: input ?? (() => undefined) }));
}

/** The units of a batch: elements, or partials. */
export function inputs(batch: Batch): unknown[] {
  return batch.units === 'elements' ? json.decode(batch.payload) : splitParts(batch.payload).flatMap((part) => json.decode(part));
}

/** The index ranges of batches, as `first+count`. */
export function ranges(batches: readonly Batch[]): string[] {
  return batches.map(({ first, count }) => `${first}+${count}`);
}

export function failure(offset: number, changes: Partial<UnitFailure> = {}): UnitFailure {
  const error = new Error('boom');
  return {
    offset,
    stage: 0,
    code: 'OPERATION_FAILED',
    kind: 'thrown',
    message: 'boom',
    error: encodeError(error).bytes,
    ...changes,
  };
}

/** A job with one batch of so many elements out. */
export function withBatch(
  count: number,
  changes: ConstructorParameters<typeof JobUnderTest>[0] = {},
): { test: JobUnderTest; batch: Batch } {
  const test = JobUnderTest.with(1, { batch: count, ...changes });
  const batch = only(test.elements(...Array.from({ length: count }, (_, at) => at)));
  return { test, batch };
}
