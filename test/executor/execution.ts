import { JobExecution, type BatchEnd } from '../../src/executor/run-batch.js';
import { SlotWaits } from '../../src/executor/slot-waits.js';
import type { BatchControl } from '../../src/executor/batch-control.js';
import { Registry } from '../../src/operation/registry.js';
import type { Operation } from '../../src/operation/operation.js';
import type { Batch, BatchLoss, BatchResult, JobDescription, StageDescription } from '../../src/protocol/messages.js';
import { joinParts, splitParts } from '../../src/wire/parts.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { Serializer } from '../../src/serializer/serializer.js';

type AnyOperation = Operation<never, unknown>;

export interface StageOptions {
  readonly timeoutMs?: number;
}

/** A stage chain as a leader would describe it. */
export function describeJob(
  stages: readonly [kind: 'map' | 'fold', operation: AnyOperation, options?: StageOptions][],
  serializer: Serializer = msgpack,
): JobDescription {
  return {
    serializer: serializer.name,
    stages: stages.map(([kind, operation, options]): StageDescription => ({
      kind,
      operation: operation.name,
      version: operation.version,
      ...(operation.args.length > 0 && { args: serializer.encode(operation.args) }),
      ...options,
    })),
  };
}

export function elements(values: readonly unknown[], fields: Partial<Batch> = {}, serializer: Serializer = msgpack): Batch {
  const payload = serializer.encode(values);
  return {
    seq: 1,
    attempt: 1,
    first: 0,
    count: values.length,
    units: 'elements',
    suspect: false,
    alone: false,
    budgetMs: 0,
    payload,
    ...fields,
  };
}

export function partials(values: readonly unknown[], fields: Partial<Batch> = {}): Batch {
  const payload = joinParts(values.map((value) => msgpack.encode([value])));
  return {
    seq: 1,
    attempt: 1,
    first: 0,
    count: values.length,
    units: 'partials',
    suspect: false,
    alone: false,
    budgetMs: 0,
    payload,
    ...fields,
  };
}

export class TestControl implements BatchControl {
  aborted = false;
  readonly waits: SlotWaits = new SlotWaits(() => undefined);
  readonly seen: number[] = [];
  readonly watched: [stage: number, isTimed: boolean][] = [];
  onProgress: (offset: number) => void = () => undefined;

  progress(offset: number): void {
    this.seen.push(offset);
    this.onProgress(offset);
  }

  took(): void {
    // Nobody asks.
  }

  watch(stage: number, deadlineMs: number): void {
    this.watched.push([stage, deadlineMs > 0]);
  }
}

export interface ExecutionOptions {
  readonly maxPayloadBytes?: number;
  readonly serializer?: Serializer;
  readonly cancelGraceMs?: number;
}

export function execution(
  stages: Parameters<typeof describeJob>[0],
  { maxPayloadBytes = Infinity, serializer, cancelGraceMs }: ExecutionOptions = {},
): JobExecution {
  const registry = new Registry();
  for (const [, operation] of stages) registry.add(operation, 'the test');
  if (serializer !== undefined) registry.add(serializer, 'the test');
  return new JobExecution('job', describeJob(stages, serializer), registry, maxPayloadBytes, cancelGraceMs);
}

export function resultOf(end: BatchEnd): BatchResult {
  if (end.outcome.type !== 'result') throw new Error(`expected a result, got ${JSON.stringify(end.outcome)}`);
  return end.outcome.result;
}

export function lossOf(end: BatchEnd): BatchLoss {
  if (end.outcome.type !== 'lost') throw new Error('expected a loss');
  return end.outcome.loss;
}

/** What of a result is worth comparing: outputs or partials as values, failures in short. */
export function summary(result: BatchResult, ending: 'map' | 'fold', serializer: Serializer = msgpack): unknown {
  const failures = result.failures.map(
    ({ offset, stage, code, kind, message }) => `${offset}.${stage} ${code} ${kind}: ${message}`,
  );
  const values =
    ending === 'map'
      ? serializer.decode(result.payload)
      : splitParts(result.payload).map((part) => {
          const [value] = serializer.decode(part);
          return value;
        });
  return { done: result.done, values, failures };
}
