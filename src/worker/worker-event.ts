import { printable } from '../protocol/printable.js';
import { shortened } from '../protocol/shortened.js';
import type { Batch, JobDescription, UnitFailure } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** Something that happened at a worker: what `onEvent` is called with. Its `type` says what. */
export type WorkerEvent =
  /** An operation has failed in a batch. Its leader decides what comes of that: elements may be tried again. */
  | {
      readonly type: 'operationFailed';
      readonly jobId: string;
      /** The operation, as `name@version`. */
      readonly operation: string;
      /** The element of which it failed first; undefined: it was a combine. */
      readonly index: number | undefined;
      readonly code: string;
      /** What the error said of itself; `thrown`: neither transient nor fatal. */
      readonly kind: 'transient' | 'fatal' | 'thrown';
      /**
       * The message of the first error, in one line of 300 characters at most. It is the operation's own text. Nothing else of
       * the error is told.
       */
      readonly message: string;
      /** Of how many units of the batch it failed. */
      readonly failures: number;
    }
  /** A thread is renewed, since it has executed so much, or takes so much memory. */
  | { readonly type: 'threadRenewed'; readonly reason: string };

/** A message is told up to this length. */
const longestMessage = 300;

/** The operations that failed in a batch, each once, in the order of their stages. */
export function failuresIn(jobId: string, description: JobDescription, batch: Batch, outcome: Outcome): readonly WorkerEvent[] {
  if (outcome.type === 'lost' || outcome.result.failures.length === 0) return none;
  const byStage = new Map<number, { readonly first: UnitFailure; count: number }>();
  for (const failure of outcome.result.failures) {
    const known = byStage.get(failure.stage);
    if (known === undefined) byStage.set(failure.stage, { first: failure, count: 1 });
    else known.count += 1;
  }
  return [...byStage]
    .sort(([a], [b]) => a - b)
    .map(([at, { first, count: failures }]) => {
      const stage = description.stages[at];
      return {
        type: 'operationFailed',
        jobId,
        operation: stage === undefined ? '' : printable(`${stage.operation}@${stage.version}`),
        index: batch.units === 'elements' ? batch.first + first.offset : undefined,
        code: first.code,
        kind: first.kind,
        message: printable(shortened(first.message, longestMessage)),
        failures,
      };
    });
}

const none: readonly WorkerEvent[] = [];
